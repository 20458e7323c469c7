import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct BillingEntriesTests {
  private let autumn: Instant = "2026-10-28T00:00:00Z"

  private func reporter() -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  private func invoice(_ reporter: Reporter, at instant: Instant? = nil) -> BillingInvoice? {
    billing(of: reporter.facts, asOf: instant ?? autumn)?.invoices.first {
      $0.invoiceID == "INV-1"
    }
  }

  @Test func `credits and payments are told apart, and an overpaid invoice owes nothing`() {
    var reporter = reporter()
    reporter.report(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(400)),
      at: "2026-08-01T00:00:00Z")
    reporter.report(
      .payment("P-1", .euros(500), to: ["INV-1": .euros(500)]), at: "2026-08-02T00:00:00Z")
    let partly = invoice(reporter)
    #expect(partly?.credited == .euros(400))
    #expect(partly?.paid == .euros(500))
    #expect(partly?.open == .euros(100))
    reporter.report(
      .payment("P-2", .euros(500), to: ["INV-1": .euros(500)]), at: "2026-08-03T00:00:00Z")
    #expect(invoice(reporter)?.paid == .euros(1000))
    #expect(invoice(reporter)?.open == .euros(0))
  }

  @Test func `a credit of another currency, or of an invoice not known yet, credits nothing`() {
    var reporter = reporter()
    reporter.report(
      .creditApplied(
        creditID: "C-1", invoiceID: "INV-1", amount: Money("USD", billionths: 1)),
      at: "2026-08-01T00:00:00Z")
    reporter.report(
      .creditApplied(creditID: "C-2", invoiceID: "INV-7", amount: .euros(1)),
      at: "2026-08-01T00:00:00Z")
    #expect(invoice(reporter)?.credited == .euros(0))
    let view = billing(of: reporter.facts, asOf: autumn)
    #expect(view?.balances.map(\.balanceDue.currency) == ["EUR"])
    #expect(view?.invoices.count == 1)
  }

  @Test func `the same thing from two sources counts once`() {
    var reporter = reporter()
    for source: Identifier in ["a", "b"] {
      reporter.report(
        .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(10)),
        at: "2026-08-01T00:00:00Z", source: source)
      reporter.report(
        .payment("P-1", .euros(20), to: ["INV-1": .euros(5)]), at: "2026-08-01T00:00:00Z",
        source: source)
    }
    let view = billing(of: reporter.facts, asOf: autumn)
    #expect(view?.invoices.first?.credited == .euros(10))
    #expect(view?.unallocatedPayments.map(\.unallocated) == [.euros(15)])
    #expect(view?.history.reduce(0) { $0 + $1.amounts.paid.billionths } == 20_000_000_000)
  }

  @Test func `a voided invoice owes nothing, takes nothing and names what replaces it`() {
    var reporter = reporter()
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-08-02T00:00:00Z")
    reporter.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: nil), at: "2026-10-20T00:00:00Z")
    reporter.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: "INV-1R"), at: "2026-10-21T00:00:00Z")
    let before = invoice(reporter, at: "2026-10-19T00:00:00Z")
    #expect(before?.isVoided == false)
    #expect(before?.replacedBy == nil)
    let after = invoice(reporter)
    #expect(after?.isVoided == true)
    #expect(after?.replacedBy == "INV-1R")
    #expect(after?.open == .euros(0))
    #expect(after?.paid == .euros(0))
    #expect(
      billing(of: reporter.facts, asOf: autumn)?.unallocatedPayments.map(\.unallocated) == [
        .euros(1000)
      ])
  }

  @Test func `a dispute is shown until it is closed`() {
    var reporter = reporter()
    reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-08-02T00:00:00Z")
    reporter.report(.disputeClosed(invoiceID: "INV-1"), at: "2026-09-02T00:00:00Z")
    #expect(invoice(reporter, at: "2026-08-01T00:00:00Z")?.isDisputed == false)
    #expect(invoice(reporter, at: "2026-09-01T00:00:00Z")?.isDisputed == true)
    #expect(invoice(reporter, at: "2026-09-02T00:00:00Z")?.isDisputed == false)
  }

  @Test func `a retracted fact is not shown, and its id can be used again`() {
    var reporter = reporter()
    reporter.report(
      .payment("P-1", .euros(10)), at: "2026-08-02T00:00:00Z", id: "wrong")
    reporter.report(
      .factRetracted(FactIdentity(source: "test", factID: "wrong")), at: "2026-08-03T00:00:00Z")
    reporter.report(.payment("P-1", .euros(11)), at: "2026-08-02T00:00:00Z")
    #expect(billing(of: reporter.facts, asOf: autumn)?.latestPayment?.amount == .euros(11))
  }
}
