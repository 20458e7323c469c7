import AccountStatusModel
import Testing

@Suite struct FactTests {
  @Test func `identities are ordered by source, then id, byte by byte`() {
    let ordered = [("A", "z"), ("a", "1"), ("a", "2"), ("aa", "1"), ("b", "0"), ("\u{e9}", "0")]
      .map {
        FactIdentity(
          source: Identifier(stringLiteral: $0.0), factID: Identifier(stringLiteral: $0.1))
      }
    #expect(ordered.shuffled().sorted() == ordered)
    #expect(Set(ordered + ordered).count == ordered.count)
  }

  @Test(
    arguments: [
      (nil, 0, "2026-08-30"), (nil, 60, "2026-08-30"), (nil, 1, "2026-07-02"),
      ("2026-09-15", 1, "2026-09-15"), ("2026-06-01", 0, "2026-06-01"),
    ] as [(CalendarDay?, UInt32, CalendarDay)])
  func `a due date beats a term, and no term is sixty days`(
    _ stated: CalendarDay?, _ term: UInt32, _ due: CalendarDay
  ) {
    let invoice = InvoiceIssued(
      invoiceID: "INV-1", issueDate: "2026-07-01", statedDueDate: stated, termDays: term,
      total: Money("EUR", billionths: 1))
    #expect(invoice.dueDate == due)
  }

  @Test func `the longest terms lead beyond the calendar without a trap`() {
    var invoice = InvoiceIssued(
      invoiceID: "INV-1", issueDate: "2261-12-31", termDays: InvoiceIssued.maximumTermDays,
      total: Money("EUR", billionths: 1))
    #expect(invoice.dueDate > CalendarDay.range.upperBound)
    invoice.termDays = .max
    #expect(invoice.dueDate > CalendarDay.range.upperBound)
  }

  @Test func `a stored fact keeps what was reported`() {
    let fact = Fact(
      accountID: "a", source: "s", factID: "1", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountClosed)
    let stored = StoredFact(fact, sequence: 7, recordedAt: "2026-01-02T00:00:00Z")
    #expect(stored.fact == fact)
    #expect(stored.recordedBy == Recorder())
  }
}
