import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct NoticeExplanationTests {
  private func subjects(
    _ notice: Notice, at instant: Instant, providers: [AccountID] = [],
    _ tell: (inout Reporter) -> Void
  ) -> [SubjectExplanation<Phrase>] {
    var reporter = Reporter()
    tell(&reporter)
    let explanation = explain(
      reporter.facts, edition: .named("2020-06"), asOf: instant, suspendedProviders: providers)
    return explanation?.notices.first { $0.notice == notice }?.subjects ?? []
  }

  @Test func `delinquent are the late invoices that are no reason, by due date`() {
    let late = subjects(.paymentDelinquent, at: "2026-11-02T00:00:00Z") { reporter in
      inv1(&reporter)
      reporter.report(.invoice("INV-3", issued: "2026-09-02"), at: "2026-09-02T00:00:00Z")
      reporter.report(.invoice("INV-2", issued: "2026-08-02"), at: "2026-08-02T00:00:00Z")
      reporter.report(
        .invoice("INV-4", issued: "2026-08-01", total: .euros(7)), at: "2026-08-02T00:00:00Z")
    }
    #expect(late.map(\.subject) == ["INV-4", "INV-2", "INV-3"])
    #expect(late.first?.invoice?.open == .euros(7))
    #expect(late.first?.text.key == .subjectInvoice)
  }

  @Test func `an unallocated payment shows what is left of it`() {
    let payments = subjects(.unallocatedPayment, at: "2026-09-01T00:00:00Z") { reporter in
      inv1(&reporter)
      reporter.report(
        .payment("P-1", .euros(300), to: ["INV-1": .euros(100)]), at: "2026-08-01T00:00:00Z")
      reporter.report(.payment("P-2", .euros(5)), at: "2026-07-15T00:00:00Z")
    }
    #expect(payments.map(\.subject) == ["P-2", "P-1"])
    #expect(payments.last?.text.values["amount"] == .money(.euros(200)))
    #expect(payments.last?.text.values["total"] == .money(.euros(300)))
    #expect(payments.last?.facts.map(\.kind) == ["paymentReceived"])
  }

  @Test func `a dispute shows its invoice, also before it is due`() {
    let disputed = subjects(.disputed, at: "2026-07-03T00:00:00Z") { reporter in
      inv1(&reporter)
      reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-07-02T00:00:00Z")
    }
    #expect(disputed.map(\.subject) == ["INV-1"])
    #expect(disputed.first?.text.key == .subjectInvoiceNotLate)
    #expect(disputed.first?.facts.map(\.kind) == ["invoiceIssued", "disputeOpened"])
  }

  @Test func `an incomplete profile shows the checks that are not passed`() {
    let checks = subjects(.profileIncomplete, at: "2026-08-01T00:00:00Z") { reporter in
      reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
      reporter.report(
        .profile(.authorized, checks: [.business: .passed, .identity: .pending]),
        at: "2026-07-01T00:00:00Z", id: "first")
      reporter.report(
        .profile(checks: [.emailDomain: .notStarted]), at: "2026-07-02T00:00:00Z", id: "second")
    }
    #expect(checks.map(\.subject) == ["EMAIL_DOMAIN", "IDENTITY"])
    #expect(checks.map { $0.facts.map(\.identity.factID.text) } == [["second"], ["first"]])
  }

  @Test func `a balance without invoices shows both sums, per currency`() {
    let balances = subjects(.balanceWithoutInvoice, at: "2026-08-01T00:00:00Z") { reporter in
      inv1(&reporter)
      reporter.report(.balanceReported(.euros(1000)), at: "2026-07-02T00:00:00Z")
      reporter.report(
        .balanceReported(Money("USD", billionths: 5 * Money.billionthsPerUnit)),
        at: "2026-07-02T00:00:00Z")
    }
    #expect(balances.map(\.subject) == ["USD"])
    #expect(balances.first?.text.values["open"] == .money(Money("USD", billionths: 0)))
  }

  @Test func `a suspended provider is a notice only while it is linked`() {
    func found(_ instant: Instant) -> [String] {
      subjects(.providerSuspended, at: instant, providers: ["contoso", "fabrikam"]) { reporter in
        reporter.report(.registered([.indirectReseller]), at: "2026-06-01T00:00:00Z")
        reporter.report(.providerLinked("contoso"), at: "2026-07-01T00:00:00Z")
        reporter.report(.providerUnlinked("contoso"), at: "2026-08-01T00:00:00Z")
      }.map(\.subject)
    }
    #expect(found("2026-06-30T00:00:00Z") == [])
    #expect(found("2026-07-01T00:00:00Z") == ["contoso"])
    #expect(found("2026-08-01T00:00:00Z") == [])
  }

  @Test func `an observation that differs shows both states`() {
    let observed = subjects(.divergesFromObserved, at: "2026-08-01T00:00:00Z") { reporter in
      reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
      reporter.report(
        .externalStatusObserved(state: .suspended, note: "seen"), at: "2026-07-01T00:00:00Z")
    }
    #expect(
      observed.first?.text
        == Phrase(
          .subjectObserved,
          ["observed": .word(AccountState.suspended), "state": .word(AccountState.active)]))
    #expect(observed.first?.facts.map(\.kind) == ["externalStatusObserved"])
  }
}
