import Testing
import accountstatus

struct ReinstateApproveTests {
  @Test func `an approval may name its request, waivers and note`() async throws {
    let stub = storingServer()
    _ = try await run(
      [
        "reinstate", "approve", "x", "--request-id", "R-1", "--decision-id", "D-1", "--note",
        "paid", "--waive", "billing-past-due:INV-1=2027-01-31",
      ], on: stub)
    #expect(
      stub.asked.last?.text
        == #"{"facts":[{"accountId":"x","source":"accountstatus","factId":"x/decision/D-1","#
        + #""effectiveAt":"2026-11-15T09:00:00Z","reinstatementDecided":{"decisionId":"D-1","#
        + #""requestId":"R-1","outcome":"DECISION_OUTCOME_APPROVED","waivers":[{"#
        + #""reason":"REASON_CODE_BILLING_PAST_DUE","subject":"INV-1","#
        + #""until":"2027-01-31T00:00:00Z"}],"note":"paid"}}],"mode":"REPORT_MODE_EACH"}"#)
  }

  @Test func `one that is refused says why and exits 1`() async throws {
    let stub = StubServer(
      """
      {"results":[{"outcome":"FACT_OUTCOME_REFUSED",
      "refusal":{"code":9,"message":"BILLING_PAST_DUE holds for INV-1","outstanding":[
       {"code":"REASON_CODE_BILLING_PAST_DUE","subjects":["INV-1","INV-2"]},
       {"code":"REASON_CODE_PROFILE_FAILED_OR_REJECTED"}]}}]}
      """)
    let outcome = try await run(
      ["reinstate", "approve", "x", "--note", "paid", "--effective-at", "2026-11-15"], on: stub)
    #expect(outcome.status == .no)
    #expect(
      outcome.output.hasSuffix(
        """
        FAILED_PRECONDITION: BILLING_PAST_DUE holds for INV-1
          billing-past-due:INV-1  pay INV-1, or --waive billing-past-due:INV-1=UNTIL
          billing-past-due:INV-2  pay INV-2, or --waive billing-past-due:INV-2=UNTIL
          profile-failed-or-rejected  complete the partner profile and fix each failed check, \
        or --waive profile-failed-or-rejected=UNTIL

        """))
  }
}
