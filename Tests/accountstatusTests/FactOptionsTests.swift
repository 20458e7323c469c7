import Testing
import accountstatus

struct FactOptionsTests {
  private let stub = StubServer { method, _ in
    method == "GetInfo"
      ? StubServer.info : #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#
  }

  @Test func `without an instant the server's clock is asked`() async throws {
    _ = try await run(["reinstate", "request", "x"], on: stub)
    #expect(
      stub.asked.map(\.method) == [
        "accountstatus.v1.AdminService/GetInfo", "accountstatus.v1.StatusService/GetStatus",
        "accountstatus.v1.LedgerService/ReportFacts",
      ])
    #expect(
      stub.asked.last?.text.contains(#""effectiveAt":"2026-11-15T09:00:00Z""#) == true)
  }

  @Test func `with an instant it is not`() async throws {
    _ = try await run(["reinstate", "request", "x", "--effective-at", "2026-11-01"], on: stub)
    #expect(!stub.asked.map(\.method).contains("accountstatus.v1.AdminService/GetInfo"))
    #expect(
      stub.asked.last?.text.contains(#""effectiveAt":"2026-11-01T00:00:00Z""#) == true)
  }

  @Test func `an id too long for a fact's id is wrong usage`() async throws {
    let id = String(repeating: "r", count: 120)
    let outcome = try await run(["reinstate", "request", "x", "--request-id", id], on: stub)
    #expect(outcome.status == .usage)
  }
}
