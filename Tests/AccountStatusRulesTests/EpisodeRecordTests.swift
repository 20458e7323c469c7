import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct EpisodeRecordTests {
  private let edition = PolicyEdition.named("2020-06")
  private let later: Instant = "2027-01-01T00:00:00Z"

  /// Registered on 2026-01-01; INV-1 of the worked cases suspends on 2026-10-30.
  private func billed() -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  private func pay(_ reporter: inout Reporter, at instant: Instant) {
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: instant)
  }

  private func history(_ reporter: Reporter, asOf: Instant? = nil) -> AccountHistory? {
    AccountStatusRules.history(of: reporter.facts, edition: edition, asOf: asOf ?? later)
  }

  @Test func `an account that is not registered then has no history`() {
    #expect(history(billed(), asOf: "2025-12-31T23:59:59Z") == nil)
    #expect(history(billed(), asOf: "2026-01-01T00:00:00Z") == AccountHistory())
  }

  @Test func `an episode has every reason that held in it, and all they held for`() {
    var reporter = billed()
    reporter.report(.invoice("INV-2", issued: "2026-07-10"), at: "2026-07-10T00:00:00Z")
    reporter.report(
      .invoice("INV-0", issued: "2026-07-01", due: "2026-09-20"), at: "2026-07-01T00:00:00Z")
    reporter.report(.finding("AF-2", .confirmed), at: "2026-11-01T00:00:00Z")
    reporter.report(.finding("AF-2", .dismissed), at: "2026-11-02T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-11-03T00:00:00Z")
    pay(&reporter, at: "2026-11-04T00:00:00Z")

    #expect(
      history(reporter)?.episodes == [
        Episode(
          since: "2026-10-30T00:00:00Z",
          reasons: [
            Reason(
              code: .accountAbuse, since: "2026-11-01T00:00:00Z", subjects: ["AF-1", "AF-2"]),
            Reason(
              code: .billingPastDue, since: "2026-10-30T00:00:00Z",
              subjects: ["INV-1", "INV-2", "INV-0"]),
          ])
      ])
  }

  @Test func `what enters at the instant at which another leaves is seen`() {
    var reporter = billed()
    reporter.report(.invoice("INV-2", issued: "2026-07-05"), at: "2026-07-05T00:00:00Z")
    pay(&reporter, at: "2026-11-03T00:00:00Z")
    reporter.report(
      .payment("P-2", .euros(1000), to: ["INV-2": .euros(1000)]), at: "2026-11-04T00:00:00Z")
    reporter.report(.invoice("INV-3", issued: "2026-07-20"), at: "2026-07-20T00:00:00Z")

    #expect(
      history(reporter)?.episodes.first?.reasons.first?.subjects == ["INV-1", "INV-2", "INV-3"])
  }

  @Test func `an approval ends an episode and is named`() {
    var reporter = billed()
    pay(&reporter, at: "2026-11-02T00:00:00Z")
    reporter.report(.decision("D-1", .declined), at: "2026-11-03T00:00:00Z")
    reporter.report(.decision("D-2", .approved), at: "2026-11-04T00:00:00Z")
    reporter.report(.decision("D-3", .approved), at: "2026-11-05T00:00:00Z")

    let history = history(reporter)

    #expect(history?.episodes.map(\.until) == ["2026-11-04T00:00:00Z"])
    #expect(history?.episodes.map(\.end) == [.approved(decisionID: "D-2")])
    #expect(history?.decisions.map(\.tookEffect) == [true, true, false])
    #expect(
      history?.decisions.map(\.fact.fact.effectiveAt) == [
        "2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z", "2026-11-05T00:00:00Z",
      ])
  }

  @Test func `decisions of one instant take effect in the order of their ids`() {
    var reporter = billed()
    pay(&reporter, at: "2026-11-02T00:00:00Z")
    reporter.report(.decision("D-2", .declined), at: "2026-11-04T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-04T00:00:00Z")

    let history = history(reporter)

    #expect(history?.decisions.map(\.tookEffect) == [true, false])
    #expect(history?.episodes.map(\.end) == [.approved(decisionID: "D-1")])
  }

  @Test func `one decision from two sources is one`() {
    var reporter = billed()
    pay(&reporter, at: "2026-11-02T00:00:00Z")
    for source: Identifier in ["z", "a"] {
      reporter.report(.decision("D-1", .approved), at: "2026-11-04T00:00:00Z", source: source)
    }
    #expect(history(reporter)?.decisions.map(\.fact.fact.identity.source) == ["a"])
  }

  @Test func `an approval that a later fact contradicts opens the next episode at once`() {
    var reporter = billed()
    pay(&reporter, at: "2026-11-02T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-04T00:00:00Z")
    reporter.report(.paymentReversed(paymentID: "P-1"), at: "2026-11-03T00:00:00Z")

    let episodes = history(reporter)?.episodes

    #expect(episodes?.map(\.since) == ["2026-10-30T00:00:00Z", "2026-11-04T00:00:00Z"])
    #expect(episodes?.map(\.until) == ["2026-11-04T00:00:00Z", nil])
  }

  @Test func `a waiver that ends opens an episode at that very instant`() {
    var reporter = billed()
    let waiver = Waiver(
      reason: .billingPastDue, subject: "INV-1", until: "2026-12-01T12:00:00.000000001Z")
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver]), at: "2026-11-04T00:00:00Z")
    #expect(
      history(reporter)?.episodes.map(\.since) == [
        "2026-10-30T00:00:00Z", "2026-12-01T12:00:00.000000001Z",
      ])
  }

  @Test func `closing the account ends an episode, and no decision does then`() {
    var reporter = billed()
    reporter.report(.accountClosed, at: "2026-11-10T00:00:00Z")
    reporter.report(.decision("D-1", .declined), at: "2026-11-11T00:00:00Z")

    let history = history(reporter)

    #expect(history?.episodes.map(\.until) == ["2026-11-10T00:00:00Z"])
    #expect(history?.episodes.map(\.end) == [.accountClosed])
    #expect(history?.decisions.map(\.tookEffect) == [false])
  }

  @Test func `an edition that reinstates by itself ends the episode when all is clear`() {
    var reporter = billed()
    pay(&reporter, at: "2026-11-02T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-02T00:00:00Z")
    var edition = edition
    edition.csp.autoReinstate = .all

    let history = AccountStatusRules.history(
      of: reporter.facts, edition: edition, asOf: later)

    #expect(history?.episodes.map(\.until) == ["2026-11-02T00:00:00Z"])
    #expect(history?.episodes.map(\.end) == [.automatic])
    #expect(history?.decisions.map(\.tookEffect) == [false])
  }

  @Test func `the newest are kept, and the others counted`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for day in 1...6 {
      let start = Instant(nanoseconds: (20_500 + Int64(day)) * Instant.nanosecondsPerDay)
      reporter.report(.finding("AF-1", .confirmed), at: start)
      reporter.report(.finding("AF-1", .dismissed), at: start.adding(nanoseconds: 1))
      reporter.report(
        .decision(.numbered("D", day), .approved), at: start.adding(nanoseconds: 2))
    }
    var limits = HistoryLimits()
    limits.episodes = 2
    limits.decisions = 4

    let history = AccountStatusRules.history(
      of: reporter.facts, edition: edition, asOf: later, limits: limits)

    #expect(history?.episodes.map(\.end).last == .approved(decisionID: "D-6"))
    #expect(history?.episodes.count == 2 && history?.earlierEpisodes == 4)
    #expect(history?.decisions.count == 4 && history?.earlierDecisions == 2)
  }

  @Test func `an account is suspended exactly within its episodes`() {
    RandomCases.check(3000) { history in
      let facts = history.livedThrough()
      var edition = history.edition()
      if history.random.oneIn(3) {
        edition.csp.autoReinstate = WordSet(bits: history.random.next() & 0x1e)
      }
      let knownAt = history.random.oneIn(2) ? history.instant() : nil
      let asOf = history.instant()
      guard
        let record = AccountStatusRules.history(
          of: facts, edition: edition, asOf: asOf, knownAt: knownAt)
      else {
        return evaluate(facts, edition: edition, asOf: asOf, knownAt: knownAt) == nil
          ? nil : "no history at \(asOf)\n\(facts.story)"
      }
      for instant in [asOf] + (0..<8).map({ _ in min(asOf, history.instant()) }) {
        let standing = evaluate(facts, edition: edition, asOf: instant, knownAt: knownAt)
        let episode = record.episodes.last {
          $0.since <= instant && $0.until.map { instant < $0 } ?? true
        }
        let isRight =
          standing?.state == .suspended
          ? episode?.since == standing?.since
            && standing?.reasons.allSatisfy({ reason in
              episode?.reasons.contains {
                $0.code == reason.code && Set(reason.subjects).isSubset(of: $0.subjects)
              } == true
            }) == true
          : episode == nil
        guard isRight else {
          return "at \(instant): \(String(describing: standing))\n\(record)\n\(facts.story)"
        }
      }
      return nil
    }
  }
}
