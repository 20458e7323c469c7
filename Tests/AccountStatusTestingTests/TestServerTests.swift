import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

@Suite("A server of a test's own", .serialized, .timeLimit(.minutes(5)))
struct TestServerTests {
  @Test func `the clock is the test's`() async throws {
    let server = try await TestServer()
    #expect(try await server.now == TestServer.start)
    #expect(try await server.advance(by: .seconds(90)) == "2026-01-01T00:01:30Z")
    #expect(try await server.setClock(to: "2027-01-01T00:00:00Z") == "2027-01-01T00:00:00Z")
    #expect(try await server.now == "2027-01-01T00:00:00Z")
  }

  @Test func `facts count from the clock's present, or from when they say`() async throws {
    let server = try await TestServer(["contoso": .active])
    try await server.advance(by: .seconds(60))
    try await server.suspend("contoso")
    #expect(try await server.client.getStatus("contoso").since == "2026-01-01T00:01:00Z")
    try await server.report(
      .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed),
      of: "contoso", at: TestServer.start)
    #expect(try await server.client.getStatus("contoso").since == TestServer.start)
  }

  @Test func `a wait ends when it is so, and says what was there when it is not`() async throws {
    let server = try await TestServer(["contoso": .active])
    async let suspended = server.wait(until: "contoso", is: .suspended)
    try await server.suspend("contoso")
    #expect(try await suspended?.state == .suspended)
    let error = await #expect(throws: TestServer.Timeout.self) {
      try await server.wait(until: "contoso", is: .closed, atMost: .zero)
    }
    #expect(error?.description.contains("SUSPENDED") == true)
    #expect(try await server.wait(for: "nobody") { $0 == nil } == nil)
  }

  @Test func `faults strike the service under test, and are counted`() async throws {
    let server = try await TestServer(["contoso": .active])
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    let service = try AccountStatusClient(socket: server.socket, configuration: configuration)
    try await server.inject(
      .failure(.other(code: 15), method: "accountstatus.v1.StatusService", count: 1))
    let error = await #expect(throws: AccountStatusError.self) {
      try await service.getStatus("contoso")
    }
    #expect(error?.kind == .other(code: 15))
    #expect(try await service.getStatus("contoso").state == .active)
    try await server.inject(
      .disconnect(method: "accountstatus.v1.StatusService/GetStatus", count: 1))
    // Its connection broke, and it asked once more.
    #expect(try await service.getStatus("contoso").state == .active)
    #expect(try await server.clearFaults() == 2)
  }

  @Test func `a silent table is not answered from`() async throws {
    let server = try await TestServer(["contoso": .active])
    var configuration = AccountStatusClient.Configuration()
    configuration.maxStaleness = .milliseconds(500)
    let service = try AccountStatusClient(socket: server.socket, configuration: configuration)
    func source() async throws -> AnswerSource {
      try await service.isActive("contoso", otherwise: false, timeout: .seconds(60)).source
    }
    let end = ContinuousClock.now + .seconds(60)
    while try await source() != .table { try #require(ContinuousClock.now < end) }
    try await server.inject(.silence)
    while try await source() == .table { try #require(ContinuousClock.now < end) }
    #expect(try await source() == .rpc)
    try await server.clearFaults()
    while try await source() != .table { try #require(ContinuousClock.now < end) }
  }

  @Test func `other programs find it by their environment`() async throws {
    let server = try await TestServer(["contoso": .suspended])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ServerProcess.executable("accountstatus"))
    process.arguments = ["is-active", "-q", "contoso"]
    process.environment = server.environment
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  @Test func `one that stands still goes on, and stops`() async throws {
    let server = try await TestServer(["contoso": .active])
    server.pause()
    await #expect(throws: AccountStatusError.self) {
      try await server.client.info(timeout: .milliseconds(50))
    }
    server.resume()
    #expect(try await server.client.info().isEphemeral)
    server.pause()
    server.stop()
    #expect(!server.process.isRunning)
  }
}
