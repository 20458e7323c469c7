import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct StatusRowTests {
  @Test func `a flip counts from its own instant`() {
    let row = StatusRow(
      accountID: account, revision: 4, validFrom: newYear, flipAt: suspension,
      validUntil: .distantFuture, untilFlip: nil, fromFlip: nil)
    #expect(row.revision(at: newYear) == 4)
    #expect(row.revision(at: suspension.adding(nanoseconds: -1)) == 4)
    #expect(row.revision(at: suspension) == 5)
  }

  @Test func `a BASIC answer is a standing without its texts, and back`() throws {
    let facts = AccountFacts(
      [registration(), invoice()].enumerated().map {
        StoredFact($0.element, sequence: UInt64($0.offset + 1), recordedAt: newYear)
      })
    let edition = try builtInEditions().default
    for instant in [newYear, delinquent, suspension] {
      let standing = try #require(evaluate(facts, edition: edition, asOf: instant))
      let basic = BasicAnswer(standing)
      #expect(basic.reasons.words == standing.reasons.map(\.code))
      #expect(basic.nextTransitionAt == standing.nextTransition?.at ?? .distantFuture)
      #expect(BasicAnswer(basic.standing) == basic)
      #expect(basic.standing.reasons.allSatisfy { $0.since == nil && $0.detail.isEmpty })
    }
  }
}
