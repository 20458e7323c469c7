import AccountStatusLedger
import AccountStatusModel

// What is compared after a step: verdicts, change rows, and accounts that it did not touch.

extension Simulation {
  mutating func compare(
    _ result: ReportResult, _ outcome: ExpectedLedger.Outcome, _ request: Reports.Request
  ) throws {
    var found: [ExpectedLedger.Verdict] = []
    switch result {
    case .done(let results):
      var sequences: [FactIdentity: UInt64] = [:]
      for (fact, result) in zip(request.facts, results) {
        if case .stored(let sequence) = result { sequences[fact.identity] = sequence }
        found.append(ExpectedLedger.Verdict(result))
      }
      expected.number(sequences, of: outcome.touched)
      for (fact, result) in zip(request.facts, results) {
        guard case .duplicate(let sequence) = result else { continue }
        try comparisons.equal(
          .verdict, sequence, expected.sequence(of: fact.identity), of: fact.accountID,
          "the sequence of \(fact.identity)")
      }
    case .refused(let refused):
      found = outcome.verdicts.map { $0.isRefusal ? .stored : $0 }
      for fact in refused { found[fact.index] = .refused(fact.refusal) }
    }
    let isDone = if case .done = result { true } else { false }
    try comparisons.equal(
      .verdict, isDone, outcome.isDone, of: request.facts.first?.accountID, "whether it is done")
    for (place, fact) in request.facts.enumerated() {
      try comparisons.equal(
        .verdict, found[place], outcome.verdicts[place], of: fact.accountID, "on \(fact)")
    }
  }

  /// The change rows delivered, against those that evaluating at every instant gives.
  mutating func compareChanges() throws {
    if let fault = server.faults.first { throw SimulationError(fault) }
    var found: [AccountID: [ExpectedAccount.Change]] = [:]
    for change in server.takeChanges() {
      census.note(change)
      found[change.accountID, default: []].append(
        ExpectedAccount.Change(
          revision: change.revision, asOf: change.asOf, answer: change.answer,
          isPastChanged: change.isPastChanged))
    }
    let expected = expected.takeChanges()
    for id in Set(found.keys).union(expected.keys).sorted() {
      let (found, expected) = (found[id] ?? [], expected[id] ?? [])
      for place in 0..<max(found.count, expected.count) {
        try comparisons.equal(
          .change, found.indices.contains(place) ? found[place] : nil,
          expected.indices.contains(place) ? expected[place] : nil, of: id, "number \(place)")
      }
    }
  }

  /// A few accounts that the step did not touch, and answers of former days.
  mutating func compareSomeOthers() throws {
    if let account = random.pickAny(expected.accounts) { try compare(account) }
    try askAgain()
    if random.chance(0.4), let account = random.pickAny(expected.accounts) {
      try compareWithOracle(account)
    }
  }

  mutating func lookAtAll() throws {
    for account in expected.accounts { try compare(account) }
    try compareLists()
  }
}

extension ExpectedLedger.Verdict {
  fileprivate init(_ result: FactResult) {
    switch result {
    case .stored: self = .stored
    case .duplicate: self = .duplicate
    case .refused(let fact): self = .refused(fact.refusal)
    }
  }
}
