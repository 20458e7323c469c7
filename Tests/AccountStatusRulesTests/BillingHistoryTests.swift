import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct BillingHistoryTests {
  private struct Row: Hashable, CustomStringConvertible {
    var month: String
    var invoiced: Int64
    var credited: Int64 = 0
    var paid: Int64 = 0
    var open: Int64

    init(
      _ month: String, invoiced: Int64 = 0, credited: Int64 = 0, paid: Int64 = 0, open: Int64
    ) {
      (self.month, self.invoiced, self.credited) = (month, invoiced, credited)
      (self.paid, self.open) = (paid, open)
    }

    init(_ month: CalendarMonth, _ amounts: MonthlyAmounts) {
      self.init(
        month.description, invoiced: amounts.invoiced.units ?? -1,
        credited: amounts.credited.units ?? -1, paid: amounts.paid.units ?? -1,
        open: amounts.open.units ?? -1)
    }

    var description: String { "\(month): \(invoiced) −\(credited) −\(paid) → \(open)" }
  }

  private func reporter(_ facts: [(FactKind, Instant)]) -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for (kind, at) in facts { reporter.report(kind, at: at) }
    return reporter
  }

  private func rows(_ reporter: Reporter, asOf: Instant, months: Int = 3) -> [Row] {
    billing(of: reporter.facts, asOf: asOf, months: months)?.history.map {
      Row($0.month, $0.amounts)
    } ?? []
  }

  @Test func `each month has what was issued, credited and paid in it and is open at its end`() {
    let account = reporter([
      (.invoice("INV-1", issued: "2026-07-31"), "2026-07-31T23:59:59.999999999Z"),
      (.invoice("INV-2", issued: "2026-08-01", total: .euros(50)), "2026-08-01T00:00:00Z"),
      (
        .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(100)),
        "2026-08-31T23:59:59.999999999Z"
      ),
      (.payment("P-1", .euros(300), to: ["INV-1": .euros(200)]), "2026-09-01T00:00:00Z"),
    ])
    #expect(
      rows(account, asOf: "2026-09-15T00:00:00Z") == [
        Row("2026-07", invoiced: 1000, open: 1000),
        Row("2026-08", invoiced: 50, credited: 100, open: 950),
        Row("2026-09", paid: 300, open: 750),
      ])
    let trends = billing(of: account.facts, asOf: "2026-09-15T00:00:00Z", months: 2)?.history
    #expect(
      trends?.map { Row($0.month, $0.trend) } == [
        Row("2026-08", invoiced: -950, credited: 100, open: -50),
        Row("2026-09", invoiced: -50, credited: -100, paid: 300, open: -200),
      ])
  }

  @Test func `what is voided or reversed later leaves its month as it was`() {
    let account = reporter([
      (.invoice("INV-1", issued: "2026-07-01"), "2026-07-01T00:00:00Z"),
      (.payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), "2026-07-20T00:00:00Z"),
      (.paymentReversed(paymentID: "P-1"), "2026-08-05T00:00:00Z"),
      (.invoiceVoided(invoiceID: "INV-1", replacedBy: "INV-1R"), "2026-09-05T00:00:00Z"),
      (.invoice("INV-1R", issued: "2026-09-05", total: .euros(900)), "2026-09-05T00:00:00Z"),
    ])
    #expect(
      rows(account, asOf: "2026-09-15T00:00:00Z") == [
        Row("2026-07", invoiced: 1000, paid: 1000, open: 0),
        Row("2026-08", open: 1000),
        Row("2026-09", invoiced: 900, open: 900),
      ])
  }

  @Test func `what is voided or reversed in its own month is not in it`() {
    let account = reporter([
      (.invoice("INV-1", issued: "2026-07-01"), "2026-07-01T00:00:00Z"),
      (
        .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(10)),
        "2026-07-02T00:00:00Z"
      ),
      (.invoiceVoided(invoiceID: "INV-1", replacedBy: nil), "2026-07-31T23:59:59.999999999Z"),
      (.payment("P-1", .euros(5)), "2026-07-20T00:00:00Z"),
      (.paymentReversed(paymentID: "P-1"), "2026-07-01T00:00:00Z"),
    ])
    #expect(rows(account, asOf: "2026-08-01T00:00:00Z", months: 2).map(\.invoiced) == [0, 0])
    #expect(rows(account, asOf: "2026-08-01T00:00:00Z", months: 2).map(\.credited) == [0, 0])
    #expect(rows(account, asOf: "2026-08-01T00:00:00Z", months: 2).map(\.paid) == [0, 0])
    // Until then it is.
    #expect(
      rows(account, asOf: "2026-07-31T23:59:59.999999998Z", months: 1) == [
        Row("2026-07", invoiced: 1000, credited: 10, open: 990)
      ])
  }

  @Test func `a credit that came before its invoice falls into the invoice's month`() {
    let account = reporter([
      (
        .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(10)),
        "2026-06-30T00:00:00Z"
      ),
      (.invoice("INV-1", issued: "2026-07-01"), "2026-07-01T00:00:00Z"),
    ])
    #expect(
      rows(account, asOf: "2026-07-02T00:00:00Z", months: 2) == [
        Row("2026-06", open: 0), Row("2026-07", invoiced: 1000, credited: 10, open: 990),
      ])
  }

  @Test func `there are as many months as are asked for, none before 1970 and at most 120`() {
    let account = reporter([
      (.invoice("INV-1", issued: "2026-07-01"), "2026-07-01T00:00:00Z")
    ])
    #expect(rows(account, asOf: "2026-07-02T00:00:00Z", months: 12).count == 12)
    #expect(rows(account, asOf: "2026-07-02T00:00:00Z", months: .max).count == 120)
    #expect(rows(account, asOf: "2026-07-02T00:00:00Z", months: .min).count == 1)
    var old = Reporter()
    old.report(.registered(), at: "1970-01-01T00:00:00Z")
    old.report(.invoice("INV-1", issued: "1970-01-01"), at: "1970-01-01T00:00:00Z")
    #expect(
      rows(old, asOf: "1970-02-01T00:00:00Z", months: 12).map(\.month) == ["1970-01", "1970-02"])
    #expect(rows(old, asOf: Instant.range.upperBound, months: 1).map(\.month) == ["2261-12"])
  }

  @Test func `of very many currencies there are fewer months`() throws {
    var account = reporter([])
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for first in letters {
      for second in letters.prefix(10) {
        let money = try Money(Currency("\(first)\(second)X"), units: 1)
        account.report(
          .payment(try Identifier("P-\(first)\(second)"), money), at: "2026-02-01T00:00:00Z")
      }
    }
    let view = try #require(billing(of: account.facts, asOf: "2026-07-02T00:00:00Z"))
    #expect(view.balances.count == 260)
    // 1 200 rows at most.
    #expect(view.history.count == 4 * 260)
    #expect(view.history.map(\.month).max() == CalendarMonth(of: "2026-07-01"))
  }
}
