import AccountStatusModel
import AccountStatusRules
import RulesOracle
import Testing

@Suite struct EvaluationTests {
  @Test func `the sweep and the naive reading agree on random histories`() {
    RandomCases.check(2500) { history in
      let reporter = history.reporter()
      let knownAt = history.knownAt(reporter)
      return difference(reporter, history.random.pick(PolicyEdition.builtIn), knownAt)
    }
  }

  @Test func `a timeline's points are the answers at each instant, and nothing between`() {
    RandomCases.check(2000) { history in
      let facts = history.reporter().facts
      let edition = history.random.pick(PolicyEdition.builtIn)
      let from = history.instant()
      guard let timeline = timeline(of: facts, edition: edition, from: from) else {
        return facts.registeredAt().map { $0 > from } ?? true ? nil : "no timeline from \(from)"
      }
      var expected: [Timeline.Point] = []
      for instant in instants(facts, edition, from: from) {
        guard let standing = evaluate(facts, edition: edition, asOf: instant) else { return "nil" }
        if standing != expected.last?.standing {
          expected.append(Timeline.Point(at: instant, standing: standing))
        }
      }
      if timeline.points != expected { return "\(timeline.points)\ninstead of\n\(expected)" }
      let short = AccountStatusRules.timeline(of: facts, edition: edition, from: from, limit: 3)
      return short?.points == Array(expected.prefix(3)) ? nil : "three points differ"
    }
  }

  @Test func `the next transition is the first instant at which the state differs`() {
    RandomCases.check(2000) { history in
      let facts = history.reporter().facts
      let edition = history.random.pick(PolicyEdition.builtIn)
      let asOf = history.instant()
      func state(_ instant: Instant) -> AccountState? {
        evaluate(facts, edition: edition, asOf: instant)?.state
      }
      guard let now = evaluate(facts, edition: edition, asOf: asOf) else { return nil }
      let later = instants(facts, edition, from: asOf)
      guard let next = now.nextTransition else {
        return later.allSatisfy { state($0) == now.state } ? nil : "a change from \(asOf) unseen"
      }
      guard state(next.at) == next.toState, next.toState != now.state else {
        return "at \(next.at) it is not \(next.toState)"
      }
      return later.allSatisfy { $0 >= next.at || state($0) == now.state }
        && state(next.at.adding(nanoseconds: -1)) == now.state
        ? nil : "a change between \(asOf) and \(next.at) unseen"
    }
  }

  @Test func `a transition that a date brings says why, one that a fact brings does not`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-05-01T00:00:00Z")
    #expect(
      reporter.standing(at: "2026-01-01T00:00:00Z")?.nextTransition
        == NextTransition(at: "2026-05-01T00:00:00Z", toState: .suspended))
    reporter.report(.invoice("INV-1", issued: "2026-01-01", term: 1), at: "2026-01-01T00:00:00Z")
    #expect(
      reporter.standing(at: "2026-01-01T00:00:00Z")?.nextTransition
        == NextTransition(
          at: "2026-03-04T00:00:00Z", toState: .suspended, because: [.billingPastDue],
          subjects: ["INV-1"]))
    reporter.report(.accountClosed, at: "2026-03-04T00:00:00Z")
    #expect(
      reporter.standing(at: "2026-01-01T00:00:00Z")?.nextTransition
        == NextTransition(at: "2026-03-04T00:00:00Z", toState: .closed))
  }

  @Test func `before a future registration there is no standing, from it on there is`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2027-01-01T00:00:00Z")
    #expect(reporter.facts.registeredAt() == "2027-01-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-12-31T23:59:59.999999999Z") == nil)
    #expect(reporter.standing(at: "2027-01-01T00:00:00Z")?.state == .active)
  }

  @Test func `providers are linked by their last fact`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-02T00:00:00Z")
    reporter.report(.providerLinked("wingtip"), at: "2026-01-01T00:00:00Z", id: "a")
    reporter.report(.providerLinked("contoso"), at: "2026-01-03T00:00:00Z", id: "b")
    reporter.report(.providerUnlinked("wingtip"), at: "2026-01-04T00:00:00Z", id: "c")
    reporter.report(.providerLinked("wingtip"), at: "2026-01-04T00:00:00Z", id: "d")
    reporter.report(.providerLinked(nil), at: "2026-01-04T00:00:00Z", id: "e")
    reporter.report(.providerUnlinked("contoso"), at: "2026-01-05T00:00:00Z", id: "f")
    func linked(_ instant: Instant) -> [AccountID] {
      linkedProviders(of: reporter.facts, asOf: instant)
    }
    #expect(linked("2026-01-01T00:00:00Z") == [])
    #expect(linked("2026-01-02T00:00:00Z") == ["wingtip"])
    #expect(linked("2026-01-03T00:00:00Z") == ["contoso", "wingtip"])
    #expect(linked("2026-01-04T00:00:00Z") == ["contoso", "wingtip"])
    #expect(linked("2026-01-05T00:00:00Z") == ["wingtip"])
    reporter.report(
      .factRetracted(FactIdentity(source: "test", factID: "d")), at: "2026-01-01T00:00:00Z")
    #expect(linked("2026-01-05T00:00:00Z") == [])
  }

  /// An instant and every later one that could be a boundary, each with its neighbours.
  private func instants(
    _ facts: AccountFacts, _ edition: PolicyEdition, from: Instant
  ) -> [Instant] {
    let boundaries = Oracle(facts.stored, edition: edition, knownAt: nil)?.boundaries ?? []
    let instants = boundaries.flatMap { boundary in
      [-1, 0, 1].map { boundary.adding(nanoseconds: $0) }
    }
    return Set(instants.filter { $0 >= from && Instant.range.contains($0) } + [from]).sorted()
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
