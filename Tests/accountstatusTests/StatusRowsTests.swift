import Testing
import accountstatus

struct StatusRowsTests {
  private func table(_ line: String, _ statuses: String) async throws -> String {
    let stub = StubServer { method, _ in
      method == "GetInfo" ? StubServer.info : #"{"statuses":[\#(statuses)]}"#
    }
    return try await run(["list"] + line.split(separator: " ").map(String.init), on: stub).output
  }

  @Test func `what will be suspended shows when`() async throws {
    let output = try await table(
      "--suspends-within 14d",
      """
      {"accountId":"a","state":"ACCOUNT_STATE_ACTIVE","since":"2026-01-01T00:00:00Z",
       "asOf":"2026-11-15T09:00:00Z","notices":["NOTICE_PAYMENT_DELINQUENT"],
       "nextTransition":{"at":"2026-11-20T00:00:00Z","toState":"ACCOUNT_STATE_SUSPENDED"}},
      {"accountId":"b","state":"ACCOUNT_STATE_ACTIVE","since":"2026-01-01T00:00:00Z",
       "asOf":"2026-11-15T09:00:00Z",
       "nextTransition":{"at":"2026-11-16T00:00:00Z","toState":"ACCOUNT_STATE_SUSPENDED"}}
      """)
    #expect(
      output == """
        ACCOUNT                   STATE        SUSPENDS AT           IN        REASONS
        b                         ACTIVE       2026-11-16T00:00:00Z  15 h
        a                         ACTIVE       2026-11-20T00:00:00Z  4 days

        """)
  }

  @Test func `what waits for reinstatement shows since when, and for how long`() async throws {
    let output = try await table(
      "--reinstatement in-review --older-than 5d",
      """
      {"accountId":"a","state":"ACCOUNT_STATE_SUSPENDED","since":"2026-10-30T00:00:00Z",
       "asOf":"2026-11-15T09:00:00Z","eligibleForReinstatement":true,
       "reinstatementState":"REINSTATEMENT_STATE_IN_REVIEW",
       "reinstatementSince":"2026-11-08T00:00:00Z"}
      """)
    #expect(
      output == """
        ACCOUNT                   STATE        REINSTATEMENT          REINSTATEMENT SINCE   \
        FOR       REASONS
        a                         SUSPENDED    in-review              2026-11-08T00:00:00Z  \
        7 days    eligible for reinstatement

        """)
  }

  @Test func `notices show where they are asked about`() async throws {
    let output = try await table(
      "--notice disputed",
      """
      {"accountId":"a","state":"ACCOUNT_STATE_ACTIVE","since":"2026-01-01T00:00:00Z",
       "notices":["NOTICE_DISPUTED","NOTICE_VERIFICATION_PENDING"]}
      """)
    #expect(
      output == """
        ACCOUNT                   STATE        SINCE                 NOTICES                       \
        REASONS
        a                         ACTIVE       2026-01-01T00:00:00Z  disputed, verification-pending

        """)
  }
}
