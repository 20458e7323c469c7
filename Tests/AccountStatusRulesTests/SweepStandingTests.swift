import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct SweepStandingTests {
  private func account(
    _ types: WordSet<PartnerType> = [.directBill], cloud: Cloud = .publicCloud
  ) -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(types, cloud: cloud), at: "2026-01-01T00:00:00Z")
    return reporter
  }

  private func notices(_ reporter: Reporter, _ instant: Instant) -> [Notice]? {
    reporter.standing(at: instant)?.notices.words
  }

  // MARK: Subjects

  @Test func `invoices are listed by due date, then id, all else by id`() {
    var reporter = account([.indirectReseller])
    for (id, due) in [
      ("INV-2", "2026-01-02"), ("INV-9", "2026-01-01"), ("INV-10", "2026-01-02"),
    ] as [(Identifier, CalendarDay)] {
      reporter.report(.invoice(id, issued: "2026-01-01", due: due), at: "2026-01-01T00:00:00Z")
    }
    for number in [9, 10] {
      reporter.report(.finding(.numbered("AF", number), .confirmed), at: "2026-01-01T00:00:00Z")
      reporter.report(.issue(.numbered("ISS", number)), at: "2026-01-01T00:00:00Z")
    }
    reporter.report(.profile(.failed), at: "2026-01-01T00:00:00Z")
    let reasons = reporter.standing(at: "2026-06-01T00:00:00Z")?.reasons ?? []
    #expect(
      reasons.map(\.code)
        == [.accountAbuse, .billingPastDue, .indirectProviderIssue, .profileFailedOrRejected])
    #expect(
      reasons.map(\.subjects)
        == [["AF-10", "AF-9"], ["INV-9", "INV-10", "INV-2"], ["ISS-10", "ISS-9"], []])
  }

  // MARK: Notices

  @Test func `an account of which only the registration is known has no evidence`() {
    var reporter = account()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z", source: "other")
    reporter.report(.providerLinked("contoso"), at: "2026-01-05T00:00:00Z")
    #expect(notices(reporter, "2026-01-04T00:00:00Z") == [.noEvidence])
    #expect(notices(reporter, "2026-01-05T00:00:00Z") == [])
  }

  @Test func `a payment is delinquent from its first late day, in every state without the reason`()
  {
    var reporter = account()
    reporter.report(
      .invoice("INV-1", issued: "2026-01-01", due: "2026-01-10"), at: "2026-01-01T00:00:00Z")
    #expect(notices(reporter, "2026-01-10T23:59:59.999999999Z") == [])
    #expect(notices(reporter, "2026-01-11T00:00:00Z") == [.paymentDelinquent])
    #expect(notices(reporter, "2026-03-12T00:00:00Z") == [])
    reporter.report(.accountClosed, at: "2026-04-01T00:00:00Z")
    #expect(notices(reporter, "2026-04-01T00:00:00Z") == [.paymentDelinquent])
    var german = account(cloud: .germany)
    german.report(
      .invoice("INV-1", issued: "2026-01-01", due: "2026-01-10"), at: "2026-01-01T00:00:00Z")
    #expect(notices(german, "2026-06-01T00:00:00Z") == [.paymentDelinquent])
    var maicpp = Reporter()
    maicpp.report(.registered(program: .maicpp), at: "2026-01-01T00:00:00Z")
    maicpp.report(
      .invoice("INV-1", issued: "2026-01-01", due: "2026-01-10"), at: "2026-01-01T00:00:00Z")
    let late = maicpp.standing(at: "2026-06-01T00:00:00Z", edition: "2022-03")
    #expect(late?.state == .active)
    #expect(late?.notices == [.paymentDelinquent])
  }

  @Test func `a dispute shows while it is open and its invoice is`() {
    var reporter = account()
    reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-01-01T00:00:00Z")
    #expect(notices(reporter, "2026-01-01T00:00:00Z") == [])
    reporter.report(.invoice("INV-1", issued: "2026-01-02"), at: "2026-01-02T00:00:00Z")
    reporter.report(.disputeClosed(invoiceID: "INV-1"), at: "2026-01-03T00:00:00Z")
    reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-01-04T00:00:00Z")
    reporter.report(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(1000)),
      at: "2026-01-05T00:00:00Z")
    #expect(notices(reporter, "2026-01-02T00:00:00Z") == [.disputed])
    #expect(notices(reporter, "2026-01-03T00:00:00Z") == [])
    #expect(notices(reporter, "2026-01-04T00:00:00Z") == [.disputed])
    #expect(notices(reporter, "2026-01-05T00:00:00Z") == [])
  }

  @Test func `an invoice on a reseller that is nothing else is on an unbilled type`() {
    var reporter = account([.indirectReseller])
    reporter.report(.invoice("INV-1", issued: "2026-01-02"), at: "2026-01-02T00:00:00Z")
    #expect(notices(reporter, "2026-01-02T00:00:00Z") == [.invoiceOnUnbilledType])
    // The billing reason still applies.
    #expect(reporter.standing(at: "2026-06-01T00:00:00Z")?.state == .suspended)
    reporter.report(
      .partnerTypesChanged([.indirectReseller, .directBill]), at: "2026-01-03T00:00:00Z")
    #expect(notices(reporter, "2026-01-03T00:00:00Z") == [])
  }

  @Test func `a balance beyond its currency's open invoices lacks an invoice`() throws {
    var reporter = account()
    reporter.report(.invoice("INV-1", issued: "2026-01-02"), at: "2026-01-02T00:00:00Z")
    reporter.report(.balanceReported(.euros(1000)), at: "2026-01-03T00:00:00Z")
    reporter.report(.balanceReported(.euros(1000, cents: 1)), at: "2026-01-04T00:00:00Z")
    reporter.report(.balanceReported(.euros(-5)), at: "2026-01-05T00:00:00Z")
    reporter.report(.balanceReported(try Money("USD", units: 1)), at: "2026-01-06T00:00:00Z")
    #expect(notices(reporter, "2026-01-03T00:00:00Z") == [])
    #expect(notices(reporter, "2026-01-04T00:00:00Z") == [.balanceWithoutInvoice])
    #expect(notices(reporter, "2026-01-05T00:00:00Z") == [])
    #expect(notices(reporter, "2026-01-06T00:00:00Z") == [.balanceWithoutInvoice])
  }

  @Test func `the latest observation is compared with the state of the instant`() {
    var reporter = account()
    reporter.report(
      .externalStatusObserved(state: .active, note: ""), at: "2026-01-02T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-01-03T00:00:00Z")
    reporter.report(
      .externalStatusObserved(state: .suspended, note: ""), at: "2026-01-04T00:00:00Z")
    #expect(notices(reporter, "2026-01-02T00:00:00Z") == [])
    #expect(notices(reporter, "2026-01-03T00:00:00Z") == [.divergesFromObserved])
    #expect(notices(reporter, "2026-01-04T00:00:00Z") == [])
  }

  @Test func `notices show while suspended`() {
    var reporter = account()
    reporter.report(.profile(.rejected), at: "2026-01-03T00:00:00Z")
    reporter.report(.finding("AF-1", .suspected, .minor), at: "2026-01-03T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-01-03T00:00:00Z")
    #expect(
      notices(reporter, "2026-01-03T00:00:00Z") == [.abuseUnderReview, .reasonNotApplicable])
  }

  // MARK: The rest of an answer

  @Test func `a suspended account is eligible once nothing is outstanding, declined or not`() {
    var reporter = account()
    reporter.report(.profile(.rejected), at: "2026-01-03T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-04T00:00:00Z")
    reporter.report(.decision("D-1", .declined), at: "2026-01-05T00:00:00Z")
    func isEligible(_ instant: Instant) -> Bool? {
      reporter.standing(at: instant)?.isEligibleForReinstatement
    }
    #expect(isEligible("2026-01-02T00:00:00Z") == false)
    #expect(isEligible("2026-01-03T00:00:00Z") == false)
    #expect(isEligible("2026-01-04T00:00:00Z") == true)
    #expect(isEligible("2026-01-05T00:00:00Z") == true)
  }
}
