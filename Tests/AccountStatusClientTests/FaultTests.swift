import AccountStatusAPI
import AccountStatusClient
import Synchronization
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct FaultTests {
  /// The request that a fault is sent as.
  private func sent(_ fault: Fault) async throws -> InjectFaultRequest? {
    let requests = Requests()
    let server = try ScriptedServer { _, payload in
      requests.payloads.withLock { $0.append(payload) }
      return .message(InjectFaultResponse())
    }
    try await AccountStatusClient(socket: server.path).inject(fault)
    #expect(server.called == [TestingService.injectFault])
    return try requests.payloads.withLock { $0.first }.map { try InjectFaultRequest.decode($0) }
  }

  @Test func `a fault is sent as it was described`() async throws {
    let service = "accountstatus.v1.StatusService"
    #expect(
      try await sent(.delay(.milliseconds(1500), method: service))
        == InjectFaultRequest(method: service, delay: .milliseconds(1500)))
    #expect(
      try await sent(.failure(.unavailable, count: 2))
        == InjectFaultRequest(count: 2, code: .unavailable))
    #expect(
      try await sent(.failure(.other(code: 13), method: "\(service)/GetStatus"))
        == InjectFaultRequest(method: "\(service)/GetStatus", code: .internal))
    #expect(
      try await sent(.disconnect(count: 1))
        == InjectFaultRequest(count: 1, dropsConnection: true))
    #expect(try await sent(.silence) == InjectFaultRequest(stopsHeartbeat: true))
  }

  @Test(arguments: [0, -1, Int(UInt32.max) + 1])
  func `a fault strikes a number of calls that there is`(count: Int) async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    await expect(.invalidArgument) {
      try await client.inject(.failure(.unavailable, count: count))
    }
    await expect(.invalidArgument) { try await client.inject(.failure(.other(code: 99))) }
    #expect(server.called.isEmpty)
  }

  @Test func `clearing says how many calls were struck`() async throws {
    let server = try ScriptedServer { _, _ in .message(ClearFaultsResponse(struck: 7)) }
    let client = try AccountStatusClient(socket: server.path)
    #expect(try await client.clearFaults() == 7)
    #expect(server.called == [TestingService.clearFaults])
  }
}

/// What a server was sent.
private final class Requests: Sendable {
  let payloads = Mutex<[[UInt8]]>([])
}
