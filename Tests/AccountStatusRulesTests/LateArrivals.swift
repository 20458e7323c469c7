import AccountStatusModel
import AccountStatusRules

extension RandomHistory {
  /// A random account whose facts were learned while they happened: some early, most late, some
  /// at one instant.
  mutating func livedThrough() -> AccountFacts {
    let reporter = reporter()
    var recordings = reporter.facts.stored.map { _ in instant() }.filter { $0.day.number < 30_000 }
    recordings.sort()
    var recordedAt: Instant = "2025-12-01T00:00:00Z"
    var next = 0
    return AccountFacts(
      reporter.facts.stored.map { stored in
        if next < recordings.count, !random.oneIn(3) { recordedAt = recordings[next] }
        next += 1
        return StoredFact(stored.fact, sequence: stored.sequence, recordedAt: recordedAt)
      })
  }

  /// A built-in edition, the default one most of the time.
  mutating func edition() -> PolicyEdition {
    .named(random.oneIn(2) ? "2020-06" : random.pick(PolicyEdition.builtIn.map(\.name)))
  }
}

extension PastState {
  /// What a standing says of the past; nil: not registered.
  init?(_ standing: Standing?) {
    guard let standing else { return nil }
    self.init(standing.state, reasons: WordSet(standing.reasons.map(\.code)))
  }
}

extension AccountFacts {
  /// The facts, one a line, in the order of storing.
  var story: String {
    stored.map {
      "\($0.recordedAt): \($0.fact.effectiveAt) \($0.fact.identity.source)/"
        + "\($0.fact.identity.factID) \($0.fact.kind)"
    }
    .joined(separator: "\n")
    .replacing("AccountStatusModel.", with: "")
  }
}
