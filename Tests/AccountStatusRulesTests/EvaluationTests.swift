import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct EvaluationTests {
  @Test func `the sweep and the naive reading agree on random histories`() {
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      let knownAt = history.knownAt(reporter)
      return PolicyEdition.builtIn.lazy.compactMap { edition in
        difference(reporter, edition, knownAt)
      }.first
    }
  }

  /// The first instant at which the two readings differ.
  private func difference(
    _ reporter: Reporter, _ edition: PolicyEdition, _ knownAt: Instant?
  ) -> String? {
    guard let oracle = Oracle(reporter.facts.stored, edition: edition, knownAt: knownAt) else {
      let registeredAt = reporter.facts.registeredAt(knownAt: knownAt)
      return registeredAt == nil ? nil : "registered at \(registeredAt!) or not"
    }
    for (instant, expected) in oracle.standings() {
      let found = evaluate(reporter.facts, edition: edition, asOf: instant, knownAt: knownAt)
      guard found?.plain != expected else { continue }
      return """
        at \(instant), edition \(edition.name), known at \(knownAt?.nanos ?? -1)
        expected \(expected)
        found \(String(describing: found?.plain))
        \(reporter.story)
        """
    }
    return nil
  }
}
