import AccountStatusClient
import Testing
import accountstatus

struct ExplainTests {
  @Test func `it asks in the language given, at the instant given`() async throws {
    let stub = StubServer(#"{"status":{"accountId":"a","state":1},"locale":"sv"}"#)
    let outcome = try await run(
      [
        "explain", "a", "--locale", "sv-SE", "--as-of", "2026-12-01", "--edition", "2016-11", "-o",
        "jsonl",
      ], on: stub)
    #expect(
      stub.asked.first?.text
        == #"{"accountId":"a","locale":"sv-SE","asOf":"2026-12-01T00:00:00Z","#
        + #""policyEdition":"2016-11"}"#)
    #expect(stub.asked.first?.method == "accountstatus.v1.StatusService/ExplainStatus")
    #expect(
      outcome.output
        == #"{"status":{"accountId":"a","state":"ACCOUNT_STATE_ACTIVE"},"locale":"sv"}"# + "\n")
    #expect(outcome.status == .success && outcome.notes == "")
  }

  @Test func `an account that is not registered exits 2`() async throws {
    let stub = StubServer(AccountStatusError(.notFound, "account a is not registered"))
    let outcome = try await run(["explain", "a"], on: stub)
    #expect(outcome.status == .notFound && outcome.output == "")
    #expect(outcome.notes == "accountstatus: error: account a is not registered\n")
  }
}
