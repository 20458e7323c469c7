import Testing
import accountstatus

struct HealthTests {
  @Test(arguments: [
    ("SERVING", ExitStatus.success), ("NOT_SERVING", .unavailable), ("UNKNOWN", .unavailable),
    ("SERVICE_UNKNOWN", .unavailable),
  ])
  func `only serving is healthy`(word: String, status: ExitStatus) async throws {
    let stub = StubServer(#"{"status":"\#(word)"}"#)
    let outcome = try await run(["health"], on: stub)
    #expect(outcome.output == "\(word)\n")
    #expect(outcome.status == status)
    #expect(stub.asked.map(\.method) == ["grpc.health.v1.Health/Check"])
  }

  @Test func `a service can be named`() async throws {
    let stub = StubServer(#"{"status":"SERVING"}"#)
    _ = try await run(["health", "accountstatus.v1.LedgerService"], on: stub)
    #expect(
      stub.asked.first?.text == #"{"service":"accountstatus.v1.LedgerService"}"#)
  }
}
