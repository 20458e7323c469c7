internal import AccountStatusAPI
package import AccountStatusModel
internal import Synchronization
internal import TTRPC

// From typed messages to bytes and back.

extension AccountStatusClient {
  /// Makes a unary call.
  func call<Response: DecodableMessage>(
    _ method: MethodDescriptor, _ request: some EncodableMessage, timeout: Duration?
  ) async throws(AccountStatusError) -> Response {
    let payload: [UInt8]
    do throws(FormError) {
      payload = try request.checkedEncoding()
    } catch {
      throw AccountStatusError(error)
    }
    let reply = try await call(method, payload, timeout: timeout)
    do throws(FormError) {
      return try Response.decode(reply)
    } catch {
      throw .unreadable(error)
    }
  }

  /// Calls a unary method with an encoded request; returns the encoded reply.
  ///
  /// - method: for example `accountstatus.v1.StatusService/GetStatus`; one that this library does
  ///   not know is called as well, and never twice.
  package func rawCall(
    _ method: String, _ payload: [UInt8], timeout: Duration? = nil
  ) async throws(AccountStatusError) -> [UInt8] {
    if let known = Contract.methods.first(where: { "\($0.service)/\($0.name)" == method }) {
      guard known.kind == .unary else {
        throw AccountStatusError(.invalidArgument, "\(method) streams; this calls unary methods")
      }
      return try await call(known, payload, timeout: timeout)
    }
    let parts = method.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw AccountStatusError(
        .invalidArgument, "\"\(method)\" is not a method; write package.Service/Method")
    }
    let unknown = MethodDescriptor(service: String(parts[0]), name: String(parts[1]), kind: .unary)
    return try await call(unknown, payload, timeout: timeout)
  }

  /// The encoded ReportFactsRequest of some facts, to make with `rawCall` or to show.
  package static func encodedReport(
    of facts: [Fact], mode: ReportMode
  ) throws(AccountStatusError) -> [UInt8] {
    do throws(FormError) {
      return try ReportFactsRequest(facts: facts, mode: mode.wire).checkedEncoding()
    } catch {
      throw AccountStatusError(error)
    }
  }

  private func call(
    _ method: MethodDescriptor, _ payload: [UInt8], timeout: Duration?
  ) async throws(AccountStatusError) -> [UInt8] {
    counts.calls.wrappingAdd(1, ordering: .relaxed)
    do throws(ClientError) {
      return try await rpc.call(method, payload, timeout: timeout ?? configuration.timeout)
    } catch {
      counts.failedCalls.wrappingAdd(1, ordering: .relaxed)
      throw AccountStatusError(error, socket: socket)
    }
  }
}

extension StatusView {
  var wire: AccountStatusAPI.StatusView {
    switch self {
    case .basic: .basic
    case .full: .full
    }
  }
}

extension ReportMode {
  var wire: AccountStatusAPI.ReportMode {
    switch self {
    case .allOrNothing: .allOrNothing
    case .each: .each
    }
  }
}

extension CapabilityCheck {
  init(_ response: CheckCapabilityResponse) {
    self.init(
      verdicts: response.results.map {
        Verdict(capability: $0.capability, isAllowed: $0.isAllowed, basis: $0.basis)
      },
      state: response.state, reasons: response.reasons, revision: response.revision,
      nextTransition: response.nextTransition, asOf: response.asOf)
  }
}
