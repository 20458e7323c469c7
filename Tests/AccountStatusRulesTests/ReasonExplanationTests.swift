import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ReasonExplanationTests {
  private func ids(_ facts: [FactReference]) -> [String] { facts.map(\.kind) }

  @Test func `an invoice that is past due shows the rule, its numbers and its facts`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-09-01T00:00:00Z")
    reporter.report(.payment("P-1", .euros(500)), at: "2026-10-01T00:00:00Z")
    reporter.report(
      .allocation(of: "P-1", to: "INV-1", .euros(400)), at: "2026-10-02T00:00:00Z")
    reporter.report(.allocation(of: "P-1", to: "INV-9", .euros(1)), at: "2026-10-03T00:00:00Z")
    reporter.report(.payment("P-2", .euros(5)), at: "2026-10-04T00:00:00Z")
    reporter.report(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(100)),
      at: "2026-10-05T00:00:00Z")
    reporter.report(.invoiceVoided(invoiceID: "INV-1", replacedBy: nil), at: "2026-12-01T00:00:00Z")
    let reason = try #require(reporter.explanation(at: "2026-10-31T08:00:00Z")?.reasons.first)
    #expect(reason.code == .billingPastDue && reason.articleSentence == "3a")
    #expect(reason.since == "2026-10-30T00:00:00Z")
    #expect(reason.rule == Phrase(.ruleBillingMoreThan, ["days": .number(60)]))
    #expect(reason.threshold == DayThreshold(.moreThan, days: 60))
    #expect(reason.threshold?.interval == "(60 d, ∞)")
    #expect(reason.interpretation == Phrase(.interpretationBilling))
    let invoice = try #require(reason.subjects.first)
    #expect(
      invoice.invoice
        == InvoiceNumbers(open: .euros(500), dueDate: "2026-08-30", daysPastDue: 62))
    #expect(invoice.text.key == .subjectInvoice)
    #expect(
      ids(invoice.facts) == [
        "invoiceIssued", "disputeOpened", "paymentReceived", "paymentAllocated", "creditApplied",
      ])
    let issued = try #require(invoice.facts.first)
    #expect(issued.identity == FactIdentity(source: "test", factID: "f-2") && issued.sequence == 2)
    #expect(issued.recordedAt == reporter.clock)
  }

  @Test func `the edition's rule is the one that shows`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    let old = reporter.explanation(at: "2026-10-31T00:00:00Z", edition: "2016-11")?.reasons.first
    #expect(old?.rule == Phrase(.ruleBillingAtLeast, ["days": .number(60)]))
    #expect(old?.threshold?.interval == "[60 d, ∞)")
  }

  @Test func `a finding shows its changes, and that confirmed is our reading`() throws {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(.finding("AF-1", .suspected), at: "2026-07-01T00:00:00Z")
    reporter.report(.finding("AF-2", .suspected), at: "2026-07-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-07-02T00:00:00Z")
    let reason = try #require(reporter.explanation(at: "2026-07-02T00:00:00Z")?.reasons.first)
    #expect(reason.articleSentence == "3b" && reason.threshold == nil)
    #expect(reason.interpretation == Phrase(.interpretationAbuse))
    #expect(
      reason.rule.values == [
        "severities": .any([.word(AbuseSeverity.significant)]),
        "states": .any([.word(AbuseState.confirmed)]),
      ])
    let finding = try #require(reason.subjects.first)
    #expect(finding.subject == "AF-1" && ids(finding.facts).count == 2)
    #expect(finding.text.values["state"] == .word(AbuseState.confirmed))
  }

  @Test func `a provider issue shows what makes the rule apply`() throws {
    var reporter = Reporter()
    reporter.report(.registered([.directBill]), at: "2026-06-01T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-06-02T00:00:00Z")
    reporter.report(.partnerTypesChanged([.indirectReseller]), at: "2026-06-03T00:00:00Z")
    let reason = try #require(reporter.explanation(at: "2026-06-03T00:00:00Z")?.reasons.first)
    #expect(reason.articleSentence == "3c" && reason.interpretation == nil)
    #expect(reason.subjects.map(\.subject) == ["ISS-1"])
    #expect(ids(reason.subjects[0].facts) == ["providerIssueOpened", "partnerTypesChanged"])
    #expect(reason.subjects[0].text.key == .subjectIssueOfUnknownProvider)
  }

  @Test func `a rejected profile shows the changes of its run and its days`() throws {
    var reporter = Reporter()
    reporter.report(.registered(program: .maicpp), at: "2026-06-01T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-06-02T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-07-01T18:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-07-20T18:00:00Z")
    let reason = try #require(
      reporter.explanation(at: "2026-08-02T00:00:00Z", edition: "2022-03")?.reasons.first)
    #expect(reason.articleSentence == "3d" && reason.threshold?.interval == "(30 d, ∞)")
    #expect(reason.rule.key == .ruleProfileMoreThan && reason.interpretation == nil)
    let profile = try #require(reason.subjects.first)
    #expect(profile.subject == "" && profile.days == 32 && profile.facts.count == 2)
    #expect(profile.text.values["since"] == .instant("2026-07-01T18:00:00Z"))
    let other = try #require(
      reporter.explanation(at: "2026-08-02T00:00:00Z", edition: "2017-01")?.reasons)
    #expect(other.isEmpty)
  }

  @Test func `an appeal shows from the failure on, and how it was read`() throws {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-06-02T00:00:00Z")
    reporter.report(.profile(.failed), at: "2026-07-01T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-07-02T00:00:00Z")
    let reason = try #require(reporter.explanation(at: "2026-07-03T00:00:00Z")?.reasons.first)
    #expect(reason.isUnderReview && reason.interpretation == Phrase(.interpretationUnderReview))
    #expect(reason.threshold == nil && reason.rule.key == .ruleProfile)
    let profile = try #require(reason.subjects.first)
    #expect(profile.text.values["last"] == .word(VerificationState.failed))
    #expect(profile.days == nil && profile.facts.count == 2)
  }

  @Test func `a waiver shows while without it a reason would hold`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    let waivers = [
      Waiver(reason: .billingPastDue, subject: "INV-1", until: "2026-12-01T00:00:00Z"),
      Waiver(reason: .billingPastDue, subject: "INV-7", until: "2026-12-01T00:00:00Z"),
      Waiver(reason: .accountAbuse, until: "2026-12-01T00:00:00Z"),
    ]
    reporter.report(
      .decision("D-1", .approved, waivers: waivers), at: "2026-11-02T00:00:00Z", id: "d-1")
    func shown(_ instant: Instant) -> [WaiverExplanation<Phrase>] {
      reporter.explanation(at: instant)?.waivers ?? []
    }
    #expect(shown("2026-11-01T00:00:00Z").isEmpty)
    let shown = shown("2026-11-02T00:00:00Z")
    #expect(shown.map(\.subject) == ["INV-1"] && shown.map(\.reason) == [.billingPastDue])
    #expect(shown[0].until == waivers[0].until && shown[0].decision.identity.factID == "d-1")
    #expect(shown[0].decision.kind == "reinstatementDecided")
    #expect(shown[0].text.key == .waiverOfSubject)
    #expect(shown[0].text.values["decision"] == .id("D-1"))
    reporter.report(.finding("AF-1", .confirmed), at: "2026-11-03T00:00:00Z")
    let both = reporter.explanation(at: "2026-11-03T00:00:00Z")?.waivers ?? []
    #expect(both.map(\.reason) == [.billingPastDue, .accountAbuse])
    #expect(both.last?.text.key == .waiverOfAll)
    #expect(reporter.explanation(at: "2026-12-01T00:00:00Z")?.waivers.isEmpty == true)
  }
}
