import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct OutlookTests {
  private func outlook(_ facts: [Fact], from instant: Instant) throws -> Outlook {
    let stored = facts.enumerated().map {
      StoredFact($0.element, sequence: UInt64($0.offset + 1), recordedAt: newYear)
    }
    return Outlook(
      of: AccountFacts(stored), edition: try builtInEditions().default, from: instant)
  }

  @Test func `it has the answer, the next, and how long that is good`() throws {
    let outlook = try outlook([registration(), invoice()], from: "2026-07-02T00:00:00Z")
    #expect(outlook.standing?.state == .active)
    #expect(outlook.flipAt == delinquent)
    #expect(outlook.fromFlip?.notices == [.paymentDelinquent])
    #expect(outlook.validUntil == suspension)
  }

  @Test func `what time never changes has no end`() throws {
    let outlook = try outlook([registration(), invoice()], from: suspension)
    #expect(outlook.standing?.state == .suspended)
    #expect(outlook.flipAt == .distantFuture)
    #expect(outlook.fromFlip == nil)
    #expect(outlook.validUntil == .distantFuture)
  }

  @Test func `before the registration there is no answer, and it is what comes next`() throws {
    let facts = [registration(at: delinquent), invoice()]
    let outlook = try outlook(facts, from: newYear)
    #expect(outlook.standing == nil)
    #expect(outlook.flipAt == delinquent)
    #expect(outlook.fromFlip?.notices == [.paymentDelinquent])
    #expect(outlook.validUntil == suspension)
  }

  @Test func `it says how the account stood before`() throws {
    let outlook = try outlook([registration(), invoice()], from: "2026-11-02T00:00:00Z")
    let active = PastSegment(from: newYear, PastState(.active))
    let suspended = PastSegment(
      from: suspension, PastState(.suspended, reasons: [.billingPastDue]))
    #expect(outlook.past == [active, suspended])
  }

  @Test func `without a registration there is nothing`() throws {
    let outlook = try outlook([invoice()], from: newYear)
    #expect(outlook.standing == nil)
    #expect(outlook.flipAt == .distantFuture)
    #expect(outlook.fromFlip == nil)
  }
}
