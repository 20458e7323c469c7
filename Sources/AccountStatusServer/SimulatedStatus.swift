package import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules

/// An account's status with and without some hypothetical facts. Made on a worker.
package struct SimulatedStatus: Sendable {
  /// The most transitions of an answer.
  package static let maximumTransitions = 100

  package let account: AccountID
  /// Without the facts.
  package let actual: Evaluation
  /// With those that would be stored.
  package let simulated: Evaluation
  /// One per fact, in that order.
  package let results: [AccountStatusAPI.FactResult]
  /// The changes of state after now until the instant asked about, and the next one.
  package let transitions: [NextTransition]

  /// Judges facts as if they were reported now; no snapshot: nothing is known of the account.
  package init(
    _ query: EvaluationQuery, _ received: [ReceivedFact], of account: AccountID,
    on snapshot: AccountSnapshot?
  ) {
    let known = snapshot?.facts ?? AccountFacts()
    let simulation = Simulation(
      received.compactMap { try? $0.fact.get() }, of: account, on: known, now: query.now,
      defaultEdition: query.defaultEdition)
    let revision = snapshot?.revision(at: query.now, query.defaultEdition) ?? 0
    self.account = account
    results = Self.results(received, simulation.judgements)
    actual = Evaluation(query, of: account, known, revision: revision)
    simulated = Evaluation(query, of: account, simulation.facts, revision: revision)
    transitions = AccountStatusRules.transitions(
      of: simulation.facts, edition: query.edition, after: min(query.now, query.asOf),
      through: query.asOf, limit: Self.maximumTransitions)
  }

  /// Whether there is a status, or a refusal that says why there is none.
  package var isWorthTelling: Bool {
    actual.status != nil || simulated.status != nil
      || results.contains { if case .refused = $0 { true } else { false } }
  }

  /// What is malformed was refused before it was judged.
  private static func results(
    _ received: [ReceivedFact], _ judgements: [Judgement]
  ) -> [AccountStatusAPI.FactResult] {
    var judgements = judgements[...]
    return received.enumerated().map { index, item in
      switch item.fact {
      case .failure(let error): .refused(FactRefusal(index: index, item, error))
      case .success(let fact):
        switch judgements.popFirst() {
        case .duplicate(let sequence): .duplicate(sequence: sequence)
        case .refuse(let refusal):
          .refused(FactRefusal(refusal, of: fact.identity, at: index))
        case .accept, nil: .stored(sequence: 0)
        }
      }
    }
    .boundingReasons()
  }
}
