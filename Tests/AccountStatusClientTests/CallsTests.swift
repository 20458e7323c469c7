import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Synchronization
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct CallsTests {
  @Test func `a raw call carries bytes both ways`() async throws {
    let server = try ScriptedServer { _, payload in .reply(payload + [1]) }
    let client = try AccountStatusClient(socket: server.path)
    let reply = try await client.rawCall("accountstatus.v1.AdminService/GetInfo", [7, 8])
    #expect(reply == [7, 8, 1])
  }

  @Test func `a method that only the server might know is called`() async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    let error = await expect(.unimplemented) { try await client.rawCall("other.v1.S/M", []) }
    #expect(error?.message.contains("other.v1.S") == true)
  }

  @Test(arguments: ["GetStatus", "a/b/c", "accountstatus.v1.LedgerService/ImportFacts"])
  func `what is no unary method is refused`(method: String) async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    await expect(.invalidArgument) { try await client.rawCall(method, []) }
  }

  @Test func `a call without an answer ends at its time`() async throws {
    let server = try ScriptedServer()
    var configuration = AccountStatusClient.Configuration()
    configuration.timeout = .milliseconds(20)
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    await expect(.deadlineExceeded) { try await client.getStatus("contoso") }
    await expect(.deadlineExceeded) {
      try await client.getStatus("contoso", timeout: .milliseconds(1))
    }
  }

  @Test func `no server is unavailable at once, and says where it was looked for`() async throws {
    let path = ScriptedServer.temporaryPath()
    let client = try AccountStatusClient(socket: path)
    let error = await expect(.unavailable) { try await client.getStatus("contoso") }
    #expect(error?.message.contains(path) == true)
  }

  @Test func `a call waits for a server that comes in time`() async throws {
    let path = ScriptedServer.temporaryPath()
    var configuration = AccountStatusClient.Configuration()
    configuration.connectPatience = .seconds(30)
    configuration.timeout = .seconds(30)
    configuration.backoff = .milliseconds(1)...Duration.milliseconds(5)
    let client = try AccountStatusClient(socket: path, configuration: configuration)
    async let health = client.health()
    let server = try ScriptedServer(path: path) { _, _ in
      .message(HealthCheckResponse(status: .serving))
    }
    #expect(try await health == .serving)
    #expect(server.called == [HealthService.check])
  }

  @Test func `an idempotent call whose connection broke is made once more`() async throws {
    let (error, attempts) = try await callsOfADyingServer { try await $0.health() }
    #expect(error == nil)
    #expect(attempts == 2)
  }

  @Test func `moving the clock is never tried twice`() async throws {
    let (error, attempts) = try await callsOfADyingServer {
      try await $0.advanceClock(by: .seconds(1))
    }
    #expect(error?.kind == .unavailable)
    #expect(attempts == 1)
  }

  /// Makes a call to a server that dies of it, while its successor already listens at the path.
  private func callsOfADyingServer(
    _ call: (AccountStatusClient) async throws -> some Any
  ) async throws -> (error: AccountStatusError?, attempts: Int) {
    let path = ScriptedServer.temporaryPath()
    let attempts = Mutex(0)
    let dying = try ScriptedServer(path: path) { method, _ in
      attempts.withLock { $0 += 1 }
      return method == StatusService.getStatus
        ? .message(GetStatusResponse(status: suspendedStatus(), token: [])) : .disconnect
    }
    let client = try AccountStatusClient(socket: path)
    _ = try await client.getStatus("contoso")
    attempts.withLock { $0 = 0 }
    // The client keeps its connection to the first; whoever connects from here on finds the second.
    let successor = try ScriptedServer(path: path + ".new") { _, _ in
      attempts.withLock { $0 += 1 }
      return .message(HealthCheckResponse(status: .serving))
    }
    try rename(successor.path, onto: path)
    var failure: AccountStatusError?
    do {
      _ = try await call(client)
    } catch {
      failure = error as? AccountStatusError
    }
    withExtendedLifetime((dying, successor)) {}
    return (failure, attempts.withLock { $0 })
  }
}
