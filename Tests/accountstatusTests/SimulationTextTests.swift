import Testing
import accountstatus

struct SimulationTextTests {
  private static func status(_ state: String, _ more: String = "") -> String {
    #"{"accountId":"northwind","state":"ACCOUNT_STATE_\#(state)","since":"2026-10-30T00:00:00Z","#
      + #""asOf":"2027-01-31T00:00:00Z"\#(more)}"#
  }

  private static let overdue =
    #","reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE","subjects":["INV-1","INV-2"]},"#
    + #"{"code":"REASON_CODE_PROFILE_FAILED_OR_REJECTED"}]"#
  private static let eligible = #","eligibleForReinstatement":true"#

  private func text(
    before: String?, after: String?, _ more: String = #""token":"AQ==""#
  ) async throws -> String {
    let members =
      [before.map { #""actual":\#($0)"# }, after.map { #""simulated":\#($0)"# }, more]
      .compactMap(\.self).joined(separator: ",")
    return try await run(
      ["simulate", "northwind", "--as-of", "2027-01-31"], on: StubServer("{\(members)}")
    ).output
  }

  @Test func `before, after, the answer and the changes are told`() async throws {
    let text = try await text(
      before: Self.status("SUSPENDED", Self.overdue), after: Self.status("ACTIVE"),
      """
      "transitions":[{"at":"2027-01-01T00:00:00Z","toState":"ACCOUNT_STATE_SUSPENDED",
      "because":["REASON_CODE_BILLING_PAST_DUE"],"subjects":["INV-3"]},
      {"at":"2027-02-01T00:00:00Z","toState":"ACCOUNT_STATE_CLOSED"}]
      """)
    #expect(
      text == """
        northwind  simulated as of 2027-01-31T00:00:00Z; nothing was stored

          before     SUSPENDED since 2026-10-30T00:00:00Z: billing-past-due (INV-1, INV-2), \
        profile-failed-or-rejected
          after      ACTIVE since 2026-10-30T00:00:00Z
          reinstated yes: active from 2026-10-30T00:00:00Z
          changes    SUSPENDED at 2027-01-01T00:00:00Z: billing-past-due (INV-3)
                     CLOSED at 2027-02-01T00:00:00Z
          facts      none

        """)
  }

  @Test(
    arguments: [
      (status("ACTIVE"), status("ACTIVE"), "it is active, so there is nothing to reinstate"),
      (status("ACTIVE"), status("CLOSED"), "no: the account would be closed"),
      (nil, nil, "no: the account is not registered then"),
      (nil, status("NOT_COVERED"), "no: the edition does not cover the account's cloud"),
      (nil, #"{"state":77}"#, "unknown: the server says a state that this program does not know"),
      (
        status("SUSPENDED", overdue), status("SUSPENDED", overdue),
        "no: billing-past-due (INV-1, INV-2), profile-failed-or-rejected would be outstanding"
      ),
      (
        status("SUSPENDED", overdue), status("SUSPENDED", eligible),
        "no, but eligible: file a request (accountstatus reinstate request northwind), and "
          + "support has to approve it"
      ),
      (
        status("SUSPENDED", overdue),
        status("SUSPENDED", eligible + #","reinstatementState":"REINSTATEMENT_STATE_IN_REVIEW""#),
        "no, but eligible: support has to approve the request that is filed"
      ),
    ] as [(String?, String?, String)])
  func `whether it is reinstated is answered`(
    before: String?, after: String?, verdict: String
  ) async throws {
    #expect(try await text(before: before, after: after).contains("  reinstated \(verdict)\n"))
  }

  @Test func `an account that is eligible says that nothing is outstanding`() async throws {
    let text = try await text(before: nil, after: Self.status("SUSPENDED", Self.eligible))
    #expect(text.contains("  before     not registered\n"))
    #expect(
      text.contains("  after      SUSPENDED since 2026-10-30T00:00:00Z: nothing is outstanding\n"))
    #expect(text.contains("  changes    none is to come\n"))
  }
}
