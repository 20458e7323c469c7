import Testing
import accountstatus

/// The words of an edition, as `editions show` prints them.
struct EditionTextTests {
  private func shown(_ edition: String, _ summary: String = "{}") async throws -> String {
    let stub = StubServer { _, _ in #"{"edition":\#(edition),"summary":\#(summary)}"# }
    return try await run(["editions", "show", "e"], on: stub).output
  }

  @Test func `every rule is said in words, with its interval of days`() async throws {
    let rules = """
      {"abuse":{"severities":["ABUSE_SEVERITY_SIGNIFICANT"],
      "states":["ABUSE_STATE_SUSPECTED","ABUSE_STATE_CONFIRMED"]},
      "billing":{"pastDue":{"comparator":"DAY_COMPARATOR_MORE_THAN","days":60}},
      "provider":{"partnerTypes":["PARTNER_TYPE_INDIRECT_RESELLER"]},
      "profile":{"states":["VERIFICATION_STATE_REJECTED","VERIFICATION_STATE_FAILED"],
      "lasting":{"comparator":"DAY_COMPARATOR_AT_LEAST"},"holdsUnderReview":true}}
      """
    let edition = """
      {"name":"e","coveredClouds":["CLOUD_PUBLIC","CLOUD_US_GOVERNMENT"],"csp":\(rules),
      "maicpp":\(rules),"capabilities":[
      {"capability":"CAPABILITY_SELL_NEW_LICENSES","basis":"CAPABILITY_BASIS_ARTICLE"},
      {"capability":"CAPABILITY_ADD_ADDON","basis":"CAPABILITY_BASIS_INTERPRETATION"},
      {"capability":"CAPABILITY_PAY_INVOICE","allowedWhileSuspended":true,
      "basis":"CAPABILITY_BASIS_WAY_BACK"}],"allowedOutside":["CAPABILITY_PAY_INVOICE"]}
      """
    #expect(
      try await shown(edition) == """
        e, comes with the server

        clouds: public, us-government

        csp: an account is suspended for
          account-abuse: a finding that is significant and suspected or confirmed
          billing-past-due: an open invoice more than 60 days past its due date: (60 d, ∞)
          indirect-provider-issue: an open issue that affects the provider's operations and the account, of
                                   indirect-reseller
          profile-failed-or-rejected: a profile that is rejected or failed; a pending vetting after that
                                      does not clear it
          reinstated: by an approval only

        maicpp: the same as csp

        while suspended, by the article where nothing else is said
          allowed: pay-invoice (way-back)
          denied: sell-new-licenses, add-addon (interpretation)

        closed or not covered
          allowed: pay-invoice

        """)
  }

  @Test func `programmes that differ are both told, and what is no reason is not`() async throws {
    let text = try await shown(
      """
      {"name":"e","csp":{},"maicpp":{"profile":{"states":["VERIFICATION_STATE_REJECTED"],
      "lasting":{"comparator":"DAY_COMPARATOR_MORE_THAN","days":30}},
      "autoReinstate":["REASON_CODE_PROFILE_FAILED_OR_REJECTED"]}}
      """, #"{"name":"e","file":"/e/e.json","isDefault":true}"#)
    #expect(text.hasPrefix("e (default), from /e/e.json\n"))
    #expect(
      text.contains(
        """
        csp: an account is suspended for
          nothing
          reinstated: by an approval only

        maicpp: an account is suspended for
          profile-failed-or-rejected: a profile that is rejected for more than 30 days: (30 d, ∞)
          reinstated: by an approval, or by itself when the last of profile-failed-or-rejected clears

        """))
  }
}
