package import AccountStatusModel

/// What would become of an account if some facts were reported now. Stores nothing.
package struct Simulation: Sendable {
  /// What would become of each fact, in their order. The sequence of a duplicate is 0 when it
  /// repeats a hypothetical fact.
  package private(set) var judgements: [Judgement] = []
  /// The facts of the account, with those that would be stored.
  package private(set) var facts: AccountFacts

  /// Judges facts in order, each seeing those before it, as the ledger would on their arrival.
  ///
  /// One thing cannot be seen here: an identity that a fact of another account has, for which the
  /// ledger would refuse a fact.
  /// - account: the one that is simulated; a fact about another one is refused.
  /// - facts: what is stored of it.
  package init(
    _ hypothetical: some Sequence<Fact>, of account: AccountID, on facts: AccountFacts,
    now: Instant, defaultEdition: PolicyEdition
  ) {
    self.facts = facts
    let recordedAt = max(now, facts.stored.last?.recordedAt ?? now)
    for fact in hypothetical {
      let judgement =
        fact.accountID == account
        ? judge(fact, given: self.facts, defaultEdition: defaultEdition)
        : .refuse(.foreign(to: account, fact))
      judgements.append(judgement)
      guard judgement == .accept else { continue }
      self.facts.append(StoredFact(fact, sequence: 0, recordedAt: recordedAt))
    }
  }
}

extension FactRefusal {
  fileprivate static func foreign(to account: AccountID, _ fact: Fact) -> FactRefusal {
    FactRefusal(
      code: .invalidArgument, field: "accountId",
      message: "is \(fact.accountID); a simulation of \(account) takes facts about \(account) only")
  }
}

/// The changes of state after an instant, up to and including another one, and the next one.
///
/// From the registration on: that is none. At most `limit`, the earliest. Cost: n log n.
package func transitions(
  of facts: AccountFacts, edition: PolicyEdition, after from: Instant, through end: Instant,
  limit: Int
) -> [NextTransition] {
  guard var sweep = Sweep(facts, edition: edition, knownAt: .distantFuture) else { return [] }
  sweep.advance(through: max(from, sweep.registeredAt))
  var transitions: [NextTransition] = []
  while transitions.count < limit, sweep.nextInstant != nil {
    let before = sweep.state
    sweep.step()
    guard sweep.state != before else { continue }
    transitions.append(sweep.transition())
    if sweep.now > end { break }
  }
  return transitions
}
