import AccountStatusModel
import PartnerCenterImport
import Testing

struct LedgerViewTests {
  private func payment(
    _ id: Identifier, _ amount: String, allocated: [(Identifier, String)],
    at instant: Instant = "2026-08-01T00:00:00Z"
  ) throws -> Fact {
    fact(
      try Identifier("pay-\(id)"), at: instant,
      .paymentReceived(
        paymentID: id, amount: try euros(amount),
        allocations: try allocated.map { Allocation(invoiceID: $0.0, amount: try euros($0.1)) }))
  }

  /// What the ledger takes INV-1 to be short of when the document says that 1000 was paid.
  private func increase(_ ledger: [Fact]) throws -> Money? {
    for fact in imported(invoice(["paidAmount": "1000"]), ledger: ledger).facts {
      if case .paymentReceived(_, let amount, _) = fact.kind { return amount }
    }
    return nil
  }

  @Test func `facts count in any order, and twice counts once`() throws {
    let facts = [
      try payment("P1", "300", allocated: [("INV-1", "300")]),
      try payment("P2", "200", allocated: [("INV-1", "200")]),
    ]
    #expect(try increase(facts) == euros("500"))
    #expect(try increase(facts.reversed() + facts) == euros("500"))
    var copy = facts[0]
    copy.identity = FactIdentity(source: "other", factID: "1")
    #expect(try increase(facts + [copy]) == euros("500"))
  }

  @Test func `a retracted payment does not count, whichever came first`() throws {
    let paid = try payment("P1", "300", allocated: [("INV-1", "300")])
    let retraction = fact("undo", at: "2026-08-02T00:00:00Z", .factRetracted(paid.identity))
    #expect(try increase([paid, retraction]) == euros("1000"))
    #expect(try increase([retraction, paid]) == euros("1000"))
  }

  @Test func `allocations run dry in the order of effect and ignore other currencies`() throws {
    let paid = try payment("P1", "300", allocated: [("INV-0", "250"), ("INV-1", "250")])
    #expect(try increase([paid]) == euros("950"))
    let foreign = fact(
      "sek", at: "2026-08-01T00:00:00Z",
      .paymentReceived(
        paymentID: "P2", amount: try Money("SEK", decimal: "900"),
        allocations: [Allocation(invoiceID: "INV-1", amount: try euros("900"))]))
    #expect(try increase([foreign]) == euros("1000"))
  }

  @Test func `an allocation of an unknown payment counts for nothing`() throws {
    let allocated = fact(
      "a", at: "2026-08-01T00:00:00Z",
      .paymentAllocated(
        paymentID: "P9", allocations: [Allocation(invoiceID: "INV-1", amount: try euros("900"))]))
    #expect(try increase([allocated]) == euros("1000"))
  }
}
