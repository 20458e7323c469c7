import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite struct BillingPageTests {
  private let asOf: Instant = "2026-12-01T00:00:00Z"

  /// A snapshot of an account as a ledger gives it.
  private func snapshot(_ facts: [Fact]) throws -> AccountSnapshot {
    let local = try LocalServer(at: asOf)
    try local.store([registration()] + facts)
    let snapshot = try local.answer("a snapshot is read") {
      local.link.snapshot(of: account, $0)
    }.get()
    return try #require(snapshot)
  }

  private func issue(
    _ id: Identifier, due: CalendarDay, total: Money, link: String = ""
  ) -> Fact {
    fact(
      Identifier(checked: "issue-\(id)"), at: "2026-01-01T00:00:00Z",
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: id, issueDate: "2026-01-01", statedDueDate: due, total: total,
          invoiceURL: link)))
  }

  private func euros(_ units: Int64) -> Money {
    Money("EUR", billionths: Int128(units) * Money.billionthsPerUnit)
  }

  /// The ids of every page.
  private func pages(_ snapshot: AccountSnapshot, limit: Int) throws -> [[Identifier]] {
    var query = BillingQuery(asOf: asOf, limit: limit)
    var pages: [[Identifier]] = []
    while true {
      let page = try #require(try BillingPage(query, of: snapshot))
      pages.append(page.view.invoices.map(\.invoiceID))
      guard !page.nextToken.isEmpty, pages.count < 100 else { return pages }
      let last = try #require(page.view.invoices.last)
      query.after = BillingQuery.Cursor(of: last)
    }
  }

  @Test func `the pages hold every invoice once, in order, whatever their size`() throws {
    var facts: [Fact] = []
    for number in 0..<24 {
      // Of equal due dates, open and settled, in both orders.
      let due = ("2026-02-01" as CalendarDay).adding(days: Int32(number % 5))
      facts.append(
        issue(
          Identifier(checked: "INV-\(10 + number)"), due: due,
          total: euros(number % 3 == 0 ? 0 : 5)))
    }
    let snapshot = try snapshot(facts)
    let all = try pages(snapshot, limit: 1000)
    #expect(all.count == 1)
    #expect(Set(all[0]).count == 24)
    for limit in [1, 2, 7, 23, 24] {
      let parts = try pages(snapshot, limit: limit)
      #expect(parts.flatMap(\.self) == all[0])
      #expect(parts.allSatisfy { $0.count <= limit })
    }
  }

  @Test func `long links make shorter pages, never empty ones`() throws {
    let link = String(repeating: "l", count: 2048)
    let facts = (0..<600).map {
      issue(
        Identifier(checked: "INV-\(1000 + $0)"), due: "2026-02-01", total: euros(5), link: link)
    }
    let parts = try pages(try snapshot(facts), limit: 1000)
    #expect(parts.map(\.count) == [512, 88])
  }

  @Test func `a sum that the wire cannot say is an error, not a wrap`() throws {
    let most = try Money("EUR", units: .max, nanos: 999_999_999)
    let snapshot = try snapshot(
      ["INV-1", "INV-2"].map { issue($0, due: "2026-02-01", total: most) })
    let error = #expect(throws: RPCError.self) {
      try BillingPage(BillingQuery(asOf: asOf), of: snapshot)
    }
    #expect(error?.code == .outOfRange)
    #expect(error?.message.contains("18446744073709551615.999999998 EUR") == true)
  }

  @Test func `more currencies than there are is refused`() throws {
    var facts: [Fact] = []
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for number in 0...BillingPage.maximumCurrencies {
      let code = "Q\(letters[number / 26])\(letters[number % 26])"
      facts.append(
        fact(
          Identifier(checked: code),
          .paymentReceived(
            paymentID: Identifier(checked: code), amount: try Money(Currency(code), units: 1),
            allocations: [])))
    }
    let fitting = try #require(
      try BillingPage(BillingQuery(asOf: asOf), of: snapshot(Array(facts.dropLast()))))
    #expect(fitting.view.balances.count == BillingPage.maximumCurrencies)
    let error = #expect(throws: RPCError.self) {
      try BillingPage(BillingQuery(asOf: asOf), of: snapshot(facts))
    }
    #expect(error?.code == .resourceExhausted)
  }
}
