import Testing
import accountstatus

struct ReinstateDeclineTests {
  @Test func `a decline needs the account and a note`() async throws {
    let stub = storingServer()
    let outcome = try await run(["reinstate", "decline", "x", "--note", "unpaid"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      stub.asked.last?.text
        == #"{"facts":[{"accountId":"x","source":"accountstatus","#
        + #""factId":"x/decision/decline-2026-11-15T09:00:00Z","#
        + #""effectiveAt":"2026-11-15T09:00:00Z","reinstatementDecided":{"#
        + #""decisionId":"decline-2026-11-15T09:00:00Z","#
        + #""outcome":"DECISION_OUTCOME_DECLINED","note":"unpaid"}}],"mode":"REPORT_MODE_EACH"}"#)
  }

  @Test func `it takes no waivers`() {
    #expect(throws: (any Error).self) {
      try parse(
        [
          "reinstate", "decline", "x", "--note", "unpaid", "--waive", "account-abuse=2027-01-31",
        ])
    }
  }
}
