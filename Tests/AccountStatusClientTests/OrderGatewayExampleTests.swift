import AccountStatusAPI
import AccountStatusModel
import Foundation
import TTRPC
import Testing

/// The example program, run as a user runs it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OrderGatewayExampleTests {
  private func run(
    _ arguments: [String], socket: String
  ) async throws -> (status: Int32, output: String) {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let process = Process()
    process.executableURL = bundle.deletingLastPathComponent()
      .appendingPathComponent("order-gateway-example")
    process.arguments = arguments
    process.environment = ["ACCOUNTSTATUS_SOCKET": socket]
    let output = Pipe()
    process.standardOutput = output
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { process in
        let text = String(
          decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        continuation.resume(returning: (process.terminationStatus, text))
      }
      do {
        try process.run()
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func server(_ state: AccountState) throws -> ScriptedServer {
    try ScriptedServer { _, payload in
      guard let request = try? CheckCapabilityRequest.decode(payload) else { return .silence }
      guard request.accountID == "contoso" else {
        return .fail(RPCError(.accountNotFound, "not registered"))
      }
      return .message(
        CheckCapabilityResponse(
          results: request.capabilities.map {
            CapabilityResult(capability: $0, isAllowed: state == .active, basis: .article)
          }, state: state,
          reasons: state == .suspended ? [Reason(code: .billingPastDue)] : [], revision: 1,
          nextTransition: nil, asOf: "2026-11-15T09:00:00Z", token: []))
    }
  }

  @Test func `an order of an active account is taken`() async throws {
    let server = try server(.active)
    let result = try await run(["contoso", "deny"], socket: server.path)
    #expect(result.status == 0 && result.output == "taken\n")
  }

  @Test func `an order of a suspended account is refused, and why`() async throws {
    let server = try server(.suspended)
    let result = try await run(["contoso", "allow"], socket: server.path)
    #expect(result.status == 1)
    #expect(result.output == "refused: the account is SUSPENDED (BILLING_PAST_DUE)\n")
  }

  @Test func `an unknown account gets nothing, whatever was decided for outages`() async throws {
    let server = try server(.active)
    let result = try await run(["nobody", "allow"], socket: server.path)
    #expect(result.status == 1 && result.output == "refused: no such account\n")
  }

  @Test(arguments: [("allow", Int32(0), "taken"), ("deny", 1, "refused")])
  func `without a server the caller's decision holds`(
    decision: String, status: Int32, verdict: String
  ) async throws {
    let result = try await run(["contoso", decision], socket: ScriptedServer.temporaryPath())
    #expect(result.status == status)
    #expect(result.output.hasPrefix("\(verdict) without an answer: no answer from "))
  }

  @Test(arguments: [[], ["contoso"], ["contoso", "perhaps"], ["not an id", "allow"]])
  func `what cannot be judged is neither`(arguments: [String]) async throws {
    let result = try await run(arguments, socket: ScriptedServer.temporaryPath())
    #expect(result.status == 2)
  }
}
