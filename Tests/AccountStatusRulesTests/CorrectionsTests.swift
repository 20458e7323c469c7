import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct CorrectionsTests {
  private let edition = PolicyEdition.named("2020-06")
  private let active = PastState(.active)
  private let suspended = PastState(.suspended, reasons: [.billingPastDue])

  /// Registered on 2026-01-01; INV-1 of the worked cases, known in time.
  private func billed() -> Reporter {
    var reporter = Reporter()
    reporter.clock = "2026-01-01T00:00:00Z"
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.clock = "2026-07-01T00:00:00Z"
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  private func all(
    _ facts: AccountFacts, asOf: Instant = Instant.range.upperBound, knownAt: Instant? = nil
  ) -> [Correction] {
    corrections(of: facts, edition: edition, asOf: asOf, knownAt: knownAt, limit: .max)
      .corrections
  }

  @Test func `what was known in time corrects nothing`() {
    #expect(all(billed().facts).isEmpty)
  }

  @Test func `a late payment corrects the days of a suspension that never was`() {
    var reporter = billed()
    reporter.clock = "2026-11-10T09:00:00Z"
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-10-20T00:00:00Z")

    let found = all(reporter.facts)

    #expect(found.map(\.recordedAt) == ["2026-11-10T09:00:00Z"])
    #expect(
      found.first?.stretches == [
        PastDifference(
          from: "2026-10-30T00:00:00Z", until: "2026-11-10T09:00:00Z", before: suspended,
          after: active)
      ])
    #expect(found.first?.facts.map(\.fact.identity.factID.text) == ["f-3"])
    #expect(found.first?.laterFacts == 0 && found.first?.laterStretches == 0)
  }

  @Test func `a retraction corrects back to where the fact began`() {
    var reporter = billed()
    reporter.clock = "2026-08-02T00:00:00Z"
    reporter.report(.finding("AF-1", .confirmed), at: "2026-08-02T00:00:00Z", id: "wrong")
    reporter.clock = "2026-08-05T00:00:00Z"
    reporter.report(
      .factRetracted(FactIdentity(source: "test", factID: "wrong")), at: "2026-08-05T00:00:00Z")

    #expect(
      all(reporter.facts).flatMap(\.stretches) == [
        PastDifference(
          from: "2026-08-02T00:00:00Z", until: "2026-08-05T00:00:00Z",
          before: PastState(.suspended, reasons: [.accountAbuse]), after: active)
      ])
  }

  @Test func `a fact taken back before it came corrects nothing`() {
    var reporter = billed()
    reporter.clock = "2026-08-05T00:00:00Z"
    reporter.report(
      .factRetracted(FactIdentity(source: "test", factID: "wrong")), at: "2026-08-05T00:00:00Z")
    reporter.clock = "2026-08-06T00:00:00Z"
    reporter.report(.finding("AF-1", .confirmed), at: "2026-08-02T00:00:00Z", id: "wrong")

    #expect(all(reporter.facts).isEmpty)
  }

  @Test func `a late registration corrects what was not registered`() {
    var reporter = Reporter()
    reporter.clock = "2026-01-03T00:00:00Z"
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")

    #expect(
      all(reporter.facts).flatMap(\.stretches) == [
        PastDifference(
          from: "2026-01-01T00:00:00Z", until: "2026-01-03T00:00:00Z", before: nil,
          after: active)
      ])
  }

  @Test func `only what was known by then is a correction then, and nothing after its end`() {
    var reporter = billed()
    reporter.clock = "2026-11-10T00:00:00Z"
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-10-20T00:00:00Z")

    #expect(all(reporter.facts, knownAt: "2026-11-09T23:59:59Z").isEmpty)
    #expect(all(reporter.facts, knownAt: "2026-11-10T00:00:00Z").count == 1)
    #expect(all(reporter.facts, asOf: "2026-10-29T23:59:59Z").isEmpty)
    #expect(
      all(reporter.facts, asOf: "2026-10-30T00:00:00Z").first?.stretches.first?.until
        == "2026-10-30T00:00:00.000000001Z")
  }

  @Test func `a correction keeps to its bounds and says what it leaves out`() throws {
    var reporter = billed()
    reporter.clock = "2026-09-10T00:00:00Z"
    for day in 1...8 {
      let state: AbuseState = day % 2 == 0 ? .dismissed : .confirmed
      let id = Identifier.numbered("AF", (day + 1) / 2)
      reporter.report(.finding(id, state), at: try Instant("2026-09-0\(day)T00:00:00Z"))
    }
    var limits = HistoryLimits()
    limits.stretches = 2
    limits.facts = 3

    let found = corrections(
      of: reporter.facts, edition: edition, asOf: "2027-01-01T00:00:00Z", limit: 10,
      limits: limits
    ).corrections

    #expect(found.first?.stretches.count == 2)
    #expect(found.first?.laterStretches == 6)
    #expect(found.first?.facts.count == 3)
    #expect(found.first?.laterFacts == 5)
  }
}

// MARK: - Random accounts

extension CorrectionsTests {
  /// A straight reading: every instant of recording, both pasts compared.
  private func naive(
    _ facts: AccountFacts, _ edition: PolicyEdition, asOf: Instant, knownAt: Instant?
  ) -> [Correction] {
    let recordings = Set(facts.stored.map(\.recordedAt)).filter { $0 <= knownAt ?? .distantFuture }
    return recordings.sorted(by: >).compactMap { recordedAt in
      let until = min(recordedAt, asOf.adding(nanoseconds: 1))
      let before = pastSegments(
        of: facts, edition: edition, until: until,
        knownAt: recordedAt.adding(nanoseconds: -1))
      let after = pastSegments(of: facts, edition: edition, until: until, knownAt: recordedAt)
      let stretches = differences(between: before, and: after, until: until)
      return stretches.isEmpty ? nil : Correction(recordedAt: recordedAt, stretches: stretches)
    }
  }

  /// All pages, some of them short.
  private func paged(
    _ facts: AccountFacts, _ edition: PolicyEdition, asOf: Instant, knownAt: Instant?,
    limit: Int, sweptFacts: Int = .max
  ) -> [Correction] {
    var limits = HistoryLimits()
    limits.sweptFacts = sweptFacts
    var found: [Correction] = []
    var before: Instant?
    repeat {
      let page = corrections(
        of: facts, edition: edition, asOf: asOf, knownAt: knownAt, before: before, limit: limit,
        limits: limits)
      found += page.corrections
      before = page.before
    } while before != nil
    return found
  }

  @Test func `they are those of a straight comparison, however they are paged`() {
    RandomCases.check(3000) { history in
      let facts = history.livedThrough()
      let edition = history.edition()
      let asOf = history.random.oneIn(3) ? history.instant() : Instant.range.upperBound
      let knownAt = history.random.oneIn(3) ? history.instant() : nil
      let found = paged(
        facts, edition, asOf: asOf, knownAt: knownAt,
        limit: Int.random(in: 1...5, using: &history.random),
        sweptFacts: history.random.oneIn(2) ? 1 : .max)
      let expected = naive(facts, edition, asOf: asOf, knownAt: knownAt)
      let plain = found.map { Correction(recordedAt: $0.recordedAt, stretches: $0.stretches) }
      guard plain == expected else {
        return "\(plain)\nis not\n\(expected)\n\(edition.name)\n\(facts.story)"
      }
      for correction in found where correction.facts.isEmpty {
        return "the correction of \(correction.recordedAt) has no facts:\n\(facts.story)"
      }
      return nil
    }
  }

  @Test func `they lead from what was known then to what is known today`() {
    RandomCases.check(2000) { history in
      let facts = history.livedThrough()
      let edition = history.edition()
      let oldestFirst = paged(
        facts, edition, asOf: Instant.range.upperBound, knownAt: nil, limit: .max
      ).reversed()
      for _ in 0..<10 {
        let knownAt = history.instant()
        let instant = min(history.instant(), knownAt)
        let then = PastState(
          evaluate(facts, edition: edition, asOf: instant, knownAt: knownAt))
        let today = PastState(evaluate(facts, edition: edition, asOf: instant))
        let later = oldestFirst.filter { $0.recordedAt > knownAt }.compactMap {
          $0.stretches.first { $0.from <= instant && instant < $0.until }
        }
        // A nil before or after says "not registered", so that `??` would not do.
        let isRight =
          later.first.map { $0.before == then } ?? (then == today)
          && later.last.map { $0.after == today } ?? true
        guard isRight else {
          return "at \(instant) known at \(knownAt): \(String(describing: then)), today "
            + "\(String(describing: today)), corrected \(later)\n\(facts.story)"
        }
      }
      return nil
    }
  }

  @Test func `the order of arrival at one instant does not matter`() {
    RandomCases.check(1000) { history in
      let facts = history.livedThrough()
      let edition = history.edition()
      var stored = facts.stored
      stored.shuffle(using: &history.random)
      stored.sort { $0.recordedAt < $1.recordedAt }
      for index in stored.indices { stored[index].sequence = UInt64(index + 1) }
      let shuffled = paged(
        AccountFacts(stored), edition, asOf: Instant.range.upperBound, knownAt: nil, limit: .max)
      let plain = paged(
        facts, edition, asOf: Instant.range.upperBound, knownAt: nil, limit: .max)
      let isSame = shuffled.elementsEqual(plain) {
        $0.recordedAt == $1.recordedAt && $0.stretches == $1.stretches
          && $0.facts.map(\.fact) == $1.facts.map(\.fact)
      }
      return isSame ? nil : "\(shuffled)\nis not\n\(plain)\n\(facts.story)"
    }
  }
}
