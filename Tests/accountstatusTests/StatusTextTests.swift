import Testing
import accountstatus

struct StatusTextTests {
  /// The text of one status.
  private func text(_ status: String) async throws -> String {
    let stub = StubServer(#"{"results":[{"accountId":"northwind","status":\#(status)}]}"#)
    return try await run(["get", "northwind"], on: stub).output
  }

  @Test func `a suspended account says why, what it may do, and the way back`() async throws {
    let text = try await text(
      """
      {"accountId":"northwind","state":"ACCOUNT_STATE_SUSPENDED","since":"2026-10-30T00:00:00Z",
      "reasons":[
        {"code":"REASON_CODE_BILLING_PAST_DUE","since":"2026-10-30T00:00:00Z",
         "subjects":["D0700AAA02"],"detail":"D0700AAA02: 1000.00 EUR open, due 2026-08-30"},
        {"code":"REASON_CODE_PROFILE_FAILED_OR_REJECTED","since":"2026-11-01T00:00:00Z",
         "underReview":true}],
      "capabilities":["CAPABILITY_MANAGE_EXISTING_DEPLOYMENTS",
       "CAPABILITY_MANAGE_EXISTING_LICENSES","CAPABILITY_MANAGE_EXISTING_SERVICES",
       "CAPABILITY_DECREASE_QUANTITY","CAPABILITY_RENEW_EXISTING","CAPABILITY_CANCEL_EXISTING",
       "CAPABILITY_DEPLOY_UNDER_EXISTING_SUBSCRIPTION","CAPABILITY_VIEW_BILLING",
       "CAPABILITY_PAY_INVOICE","CAPABILITY_UPDATE_PROFILE",
       "CAPABILITY_SUBMIT_SUPPORT_REQUEST","CAPABILITY_DELEGATED_ADMINISTRATION"],
      "notices":["NOTICE_VERIFICATION_PENDING"],"reinstatementState":"REINSTATEMENT_STATE_NOT_REQUESTED",
      "policyEdition":"2020-06","revision":"7","asOf":"2026-11-15T09:00:00Z"}
      """)
    #expect(
      text == """
        northwind  SUSPENDED  since 2026-10-30T00:00:00Z (16 days)

          why        billing-past-due since 2026-10-30T00:00:00Z: D0700AAA02
                     D0700AAA02: 1000.00 EUR open, due 2026-08-30
                     profile-failed-or-rejected since 2026-11-01T00:00:00Z (under review)
          may        manage-existing-deployments, manage-existing-licenses, manage-existing-services,
                     decrease-quantity, renew-existing, cancel-existing, deploy-under-existing-subscription,
                     view-billing, pay-invoice, update-profile, submit-support-request,
                     delegated-administration
          may not    authorize-new-licenses, authorize-new-services, sell-new-licenses, sell-new-services,
                     increase-quantity, add-addon, create-customer
          notices    verification-pending
          next       no change is known to come
          way back   pay D0700AAA02; complete the partner profile and fix each failed check; then file a
                     support request: accountstatus reinstate request northwind
          rules      edition 2020-06, revision 7, as of 2026-11-15T09:00:00Z

        """)
  }

  @Test func `an active account says what comes next`() async throws {
    let all = (1...19).map(String.init).joined(separator: ",")
    let text = try await text(
      """
      {"accountId":"northwind","state":"ACCOUNT_STATE_ACTIVE","since":"2026-11-15T08:00:00Z",
      "capabilities":[\(all)],"nextTransition":{"at":"2026-12-01T00:00:00Z",
      "toState":"ACCOUNT_STATE_SUSPENDED","because":["REASON_CODE_BILLING_PAST_DUE"],
      "subjects":["INV-1"]},"policyEdition":"2020-06","revision":"1",
      "asOf":"2026-11-15T09:00:00Z","knownAt":"2026-11-15T08:30:00Z","projected":true}
      """)
    #expect(
      text == """
        northwind  ACTIVE  since 2026-11-15T08:00:00Z (1 h)

          may        everything
          next       SUSPENDED at 2026-12-01T00:00:00Z (in 15 days): billing-past-due (INV-1)
          rules      edition 2020-06, revision 1, as of 2026-11-15T09:00:00Z, as known at
                     2026-11-15T08:30:00Z, a projection

        """)
  }

  @Test(arguments: [
    ("NOT_REQUESTED", "file a support request: accountstatus reinstate request northwind"),
    ("IN_REVIEW", "support decides on the request that is filed (in review)"),
    ("PARTNER_ACTION_NEEDED", "answer support's question on the request that is filed"),
    ("DECLINED", "the last request was declined; file another"),
  ])
  func `with nothing outstanding only the request is left`(
    state: String, step: String
  ) async throws {
    let text = try await text(
      """
      {"accountId":"northwind","state":"ACCOUNT_STATE_SUSPENDED","since":"2026-10-30T00:00:00Z",
      "eligibleForReinstatement":true,"reinstatementState":"REINSTATEMENT_STATE_\(state)"}
      """)
    #expect(text.contains("why        no reason is outstanding; only the reinstatement is"))
    #expect(text.contains("way back   \(step)"))
  }

  @Test(arguments: [
    ("ACCOUNT_ABUSE", "contact support about the abuse finding; then"),
    ("INDIRECT_PROVIDER_ISSUE", "the provider resolves its issue; contact support; then"),
    ("BILLING_PAST_DUE", "pay the overdue invoices; then support decides on the request"),
  ])
  func `each reason has its remedy`(reason: String, remedy: String) async throws {
    let text = try await text(
      """
      {"accountId":"northwind","state":"ACCOUNT_STATE_SUSPENDED",
      "reasons":[{"code":"REASON_CODE_\(reason)"}],
      "reinstatementState":"REINSTATEMENT_STATE_AWAITING_REMEDY"}
      """)
    #expect(text.contains("way back   \(remedy)"))
  }

  @Test func `words of a newer server are shown as they came`() async throws {
    let text = try await text(
      #"{"accountId":"northwind","state":77,"notices":[99],"reasons":[{"code":88}]}"#)
    #expect(text.hasPrefix("northwind  77  since"))
    #expect(text.contains("why        88"))
    #expect(text.contains("notices    99"))
  }
}
