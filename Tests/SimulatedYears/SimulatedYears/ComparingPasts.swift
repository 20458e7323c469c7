import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules

extension Simulation {
  /// The past of an account as it was known at some time, stretch by stretch, against the answer at
  /// every instant that a fact names.
  mutating func comparePasts(_ account: ExpectedAccount, _ snapshot: AccountSnapshot) throws {
    guard random.chance(4), let known = random.pickAny(account.stored)?.recordedAt else { return }
    let then = AccountFacts(account.stored.filter { $0.recordedAt <= known })
    var expected: [PastSegment] = []
    for edge in account.edges where edge < clock.now {
      guard let standing = evaluate(then, edition: server.edition, asOf: edge) else { continue }
      let state = PastState(standing.state, reasons: WordSet(standing.reasons.map(\.code)))
      if expected.last?.state != state { expected.append(PastSegment(from: edge, state)) }
    }
    let found = pastSegments(
      of: snapshot.facts, edition: server.edition, until: clock.now, knownAt: known)
    try comparisons.equal(
      .past, found, expected, of: account.id, "until \(clock.now), known at \(known)")
  }
}
