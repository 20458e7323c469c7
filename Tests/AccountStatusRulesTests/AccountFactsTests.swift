import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct AccountFactsTests {
  @Test func `the order of arrival never matters over accepted facts`() {
    RandomCases.check(2000) { history in
      let facts = history.reporter().facts
      let edition = history.random.pick(PolicyEdition.builtIn)
      var shuffled = AccountFacts()
      for (index, stored) in facts.stored.shuffled(using: &history.random).enumerated() {
        shuffled.append(
          StoredFact(
            stored.fact, sequence: UInt64(index + 1),
            recordedAt: Instant(nanoseconds: Int64(index))))
      }
      return difference(facts, shuffled, edition, &history)
    }
  }

  @Test func `facts given at once count as facts appended`() {
    RandomCases.check(500) { history in
      let facts = history.reporter().facts
      return difference(
        facts, AccountFacts(facts.stored), history.random.pick(PolicyEdition.builtIn), &history)
    }
  }

  @Test func `a duplicate never matters`() {
    RandomCases.check(1000) { history in
      let reporter = history.reporter()
      var twice = reporter
      var retracted: Set<FactIdentity> = []
      for case .factRetracted(let identity) in reporter.facts.stored.map(\.fact.kind) {
        retracted.insert(identity)
      }
      for stored in reporter.facts.stored where history.random.oneIn(2) {
        guard twice.report(stored.fact) == .duplicate(sequence: stored.sequence) else {
          return "\(stored.fact) is no duplicate of itself"
        }
        // The same from a source whose name comes last: the first still stands for both.
        var twin = stored.fact
        twin.identity.source = "zz"
        if introducesThing(twin), !retracted.contains(stored.fact.identity) { twice.report(twin) }
      }
      return difference(
        reporter.facts, twice.facts, history.random.pick(PolicyEdition.builtIn), &history)
    }
  }

  @Test func `an answer asked then equals the answer replayed`() {
    RandomCases.check(1000) { history in
      var reporter = Reporter()
      var answers: [(asOf: Instant, knownAt: Instant, answer: Standing?)] = []
      for _ in 0..<6 {
        history.tell(&reporter, size: 6)
        let asOf = history.instant()
        answers.append((asOf, reporter.clock, reporter.standing(at: asOf)))
        reporter.clock = reporter.clock.adding(nanoseconds: 1)
      }
      for (asOf, knownAt, answer) in answers
      where reporter.standing(at: asOf, knownAt: knownAt) != answer {
        return "the answer at \(asOf) changed\n\(reporter.story)"
      }
      return nil
    }
  }

  @Test func `appending to a copy leaves the original alone`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    let before = reporter
    reporter.report(.accountClosed, at: "2026-01-02T00:00:00Z")
    #expect(before.standing(at: "2026-01-02T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2026-01-02T00:00:00Z")?.state == .closed)
  }

  @Test func `a retraction counts from when it is recorded, whatever it is dated`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.clock = "2026-03-01T00:00:00Z"
    reporter.report(.profile(.rejected), at: "2026-02-01T00:00:00Z", source: "a", id: "1")
    reporter.clock = "2026-04-01T00:00:00Z"
    reporter.report(
      .factRetracted(FactIdentity(source: "a", factID: "1")), at: "2029-01-01T00:00:00Z")
    func state(knownAt: Instant?) -> AccountState? {
      reporter.standing(at: "2026-02-15T00:00:00Z", knownAt: knownAt)?.state
    }
    #expect(state(knownAt: "2026-02-28T00:00:00Z") == .active)
    #expect(state(knownAt: "2026-03-31T23:59:59.999999999Z") == .suspended)
    #expect(state(knownAt: "2026-04-01T00:00:00Z") == .active)
    #expect(state(knownAt: nil) == .active)
    #expect(reporter.standing(at: "2026-02-15T00:00:00Z")?.notices.contains(.noEvidence) == true)
  }

  @Test func `a retraction may come before its fact, and cannot itself be retracted`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(
      .factRetracted(FactIdentity(source: "a", factID: "1")), at: "2026-01-01T00:00:00Z",
      source: "a", id: "2")
    reporter.report(.profile(.rejected), at: "2026-02-01T00:00:00Z", source: "a", id: "1")
    #expect(reporter.facts.stored.count == 3)
    #expect(reporter.standing(at: "2026-02-15T00:00:00Z")?.state == .active)
    reporter.report(
      .factRetracted(FactIdentity(source: "a", factID: "2")), at: "2026-01-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-02-15T00:00:00Z")?.state == .active)
  }

  @Test func `a retracted registration leaves no account`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z", source: "a", id: "1")
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z", source: "b", id: "1")
    reporter.report(
      .factRetracted(FactIdentity(source: "a", factID: "1")), at: "2026-01-01T00:00:00Z")
    #expect(reporter.facts.registeredAt() == "2026-01-01T00:00:00Z")
    reporter.report(
      .factRetracted(FactIdentity(source: "b", factID: "1")), at: "2026-01-01T00:00:00Z")
    #expect(reporter.facts.registeredAt() == nil)
    reporter.report(.registered(), at: "2026-05-01T00:00:00Z")
    #expect(reporter.facts.registeredAt() == "2026-05-01T00:00:00Z")
  }

  /// Compares two sets of facts at instants around those of the facts.
  private func difference(
    _ first: AccountFacts, _ second: AccountFacts, _ edition: PolicyEdition,
    _ history: inout RandomHistory
  ) -> String? {
    let instants = first.stored.map(\.fact.effectiveAt) + (0..<10).map { _ in history.instant() }
    for instant in instants {
      let one = evaluate(first, edition: edition, asOf: instant)
      let other = evaluate(second, edition: edition, asOf: instant)
      if one != other {
        return "at \(instant) \(String(describing: one))\nor \(String(describing: other))"
      }
    }
    return nil
  }

  private func introducesThing(_ fact: Fact) -> Bool {
    switch fact.kind {
    case .accountRegistered, .invoiceIssued, .paymentReceived, .creditApplied,
      .supportRequestOpened, .providerIssueOpened, .reinstatementDecided:
      true
    default: false
    }
  }
}
