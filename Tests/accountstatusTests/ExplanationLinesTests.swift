import Testing
import accountstatus

struct ExplanationLinesTests {
  private static let suspended = #"""
    {"status":{"accountId":"a","state":"ACCOUNT_STATE_SUSPENDED","policyEdition":"2020-06",
      "revision":"7","asOf":"2026-11-02T00:00:00Z","knownAt":"2026-11-01T00:00:00Z",
      "projected":true,
      "nextTransition":{"at":"2027-01-01T00:00:00Z","toState":"ACCOUNT_STATE_CLOSED"}},
     "locale":"LOCALE","summary":"In a word.",
     "reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE","since":"2026-10-30T00:00:00Z",
      "rule":"The rule.","articleSentence":"3a","interpretation":"As read.",
      "interval":"(60 d, ∞)","underReview":true,
      "subjects":[{"subject":"INV-1","text":"An invoice.","facts":[FACTS]}]}],
     "waivers":[{"text":"A waiver."}],
     "notices":[{"text":"A notice.","subjects":[{"text":"Of this."}]}],
     "capabilities":[
      {"capability":"CAPABILITY_VIEW_BILLING","allowed":true,
       "basis":"CAPABILITY_BASIS_WAY_BACK","text":"view"},
      {"capability":"CAPABILITY_SELL_NEW_LICENSES","basis":"CAPABILITY_BASIS_ARTICLE",
       "text":"sell"},
      {"capability":"CAPABILITY_ADD_ADDON","basis":"CAPABILITY_BASIS_INTERPRETATION",
       "text":"add"}],
     "steps":[
      {"code":"REMEDIATION_CODE_PAY_INVOICE","role":"ROLE_GLOBAL_ADMIN",
       "also":["ROLE_BILLING_ADMIN"],"link":"https://done.example","done":true,"text":"Paid."},
      {"code":"REMEDIATION_CODE_PROVIDER_RESOLVES_ISSUE","text":"They resolve."},
      {"code":"REMEDIATION_CODE_CONTACT_SUPPORT","role":"ROLE_GLOBAL_ADMIN",
       "link":"https://support.example","text":"Contact."}]}
    """#

  private static let fact = #"""
    {"source":"erp","factId":"f","kind":"invoiceIssued","effectiveAt":"2026-07-01T00:00:00Z",
     "sequence":"2","recordedAt":"2026-07-02T00:00:00Z",
     "recordedBy":{"uid":7,"command":"feeder","unit":"UNIT"}}
    """#

  private func text(
    _ locale: String, facts: Int = 1, unit: String = "erp.service"
  ) async throws -> String {
    let fact = Self.fact.replacing("UNIT", with: unit)
    let reply = Self.suspended.replacing("LOCALE", with: locale)
      .replacing("FACTS", with: Array(repeating: fact, count: facts).joined(separator: ","))
    return try await run(["explain", "a"], on: StubServer(reply)).output
  }

  @Test func `all of it is laid out for reading`() async throws {
    let expected = """
      a  SUSPENDED
      In a word.

      Why
        1. Invoice too long past due (article 3a, since 2026-10-30T00:00:00Z, under review)
           The rule: (60 d, ∞)
           Our reading: As read.
           - An invoice.
               invoiceIssued erp/f, effective 2026-07-01T00:00:00Z, recorded 2026-07-02T00:00:00Z by
               erp.service (uid 7)

      Way back
        [x] Paid. (global admin, billing admin)
        [ ] They resolve.
        [ ] Contact. (global admin)
            https://support.example

      Waived
        - A waiver.

      Notices
        - A notice.
          - Of this.

      May     view (the way back needs it)
      May not sell (the article); add (our reading)
      Next    closed from 2027-01-01T00:00:00Z
      Rules   edition 2020-06, revision 7, as of 2026-11-02T00:00:00Z, as known at 2026-11-01T00:00:00Z, a
              projection

      """
    let found = try await text("en")
    #expect(found == expected)
  }

  @Test func `headings and words are in the language of the answer`() async throws {
    let swedish = try await text("sv")
    #expect(swedish.hasPrefix("a  INAKTIVERAT\n"))
    for heading in ["Varför\n", "Vägen tillbaka\n", "Undantag\n", "Meddelanden\n", "Får inte "] {
      #expect(swedish.contains("\n\(heading)"), "\(heading)")
    }
    #expect(swedish.contains("(global administratör, faktureringsadministratör)"))
    #expect(!swedish.contains("Way back"))
  }

  @Test func `of many facts the newest are shown, and the others counted`() async throws {
    let many = try await text("en", facts: 9)
    #expect(many.split(separator: "invoiceIssued").count == 7)
    #expect(many.contains("\n         and 3 more\n"))
  }

  @Test func `who reported is a unit, else a command, else a user`() async throws {
    #expect(try await text("en", unit: "").contains("by\n         feeder (uid 7)"))
    let bare = StubServer(
      Self.suspended.replacing("LOCALE", with: "en")
        .replacing("FACTS", with: #"{"source":"s","factId":"f","kind":"k"}"#))
    #expect(try await run(["explain", "a"], on: bare).output.contains("by uid 0"))
  }

  @Test func `an active account has no reasons and no way back`() async throws {
    let stub = StubServer(
      #"""
      {"status":{"accountId":"a","state":1},"locale":"en","summary":"Fine.","capabilities":[
      {"capability":"CAPABILITY_VIEW_BILLING","allowed":true,"text":"view"}]}
      """#)
    let active = try await run(["explain", "a"], on: stub).output
    #expect(active.hasPrefix("a  ACTIVE\nFine.\n\nMay     everything\nNext    no change"))
    #expect(!active.contains("Why") && !active.contains("May not"))
  }

  @Test func `suspended with nothing outstanding says so`() async throws {
    let stub = StubServer(#"{"status":{"accountId":"a","state":2},"locale":"en"}"#)
    let text = try await run(["explain", "a"], on: stub).output
    #expect(text.contains("Why\n  - No reason is outstanding"))
  }
}
