import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct BareStandingTests {
  @Test func `two are equal exactly where the standings are`() {
    RandomCases.check(1500) { history in
      var reporter = Reporter()
      let edition = history.random.pick(PolicyEdition.builtIn)
      var seen: [(full: Standing, bare: BareStanding)] = []
      for _ in 0..<3 {
        history.tell(&reporter, size: 8)
        let from = history.instant()
        let full = timeline(of: reporter.facts, edition: edition, from: from)
        let bare = bareTimeline(of: reporter.facts, edition: edition, from: from)
        guard full?.points.map(\.at) == bare?.points.map(\.at) else {
          return "the instants differ from \(from)\n\(reporter.story)"
        }
        seen += zip(full?.points ?? [], bare?.points ?? []).map { ($0.standing, $1.answer) }
      }
      for (full, bare) in seen {
        if let difference = difference(full, bare) { return "\(difference)\n\(reporter.story)" }
        for other in seen where (full == other.full) != (bare == other.bare) {
          return "\(full)\n\(other.full)\n\(reporter.story)"
        }
      }
      return nil
    }
  }

  @Test func `what a line for people says is compared as well`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-01-01"), at: "2026-01-01T00:00:00Z")
    func bare() -> BareStanding? {
      bareTimeline(
        of: reporter.facts, edition: .named("2020-06"), from: "2026-06-01T00:00:00Z")?
        .points.first?.answer
    }
    let before = bare()
    reporter.report(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(1)),
      at: "2026-05-30T00:00:00Z")
    #expect(before != nil)
    #expect(bare() != before)
  }

  @Test func `the past is what a sweep of its own finds`() {
    RandomCases.check(1000) { history in
      let facts = history.reporter().facts
      let edition = history.random.pick(PolicyEdition.builtIn)
      let from = history.instant()
      guard let bare = bareTimeline(of: facts, edition: edition, from: from, limit: 1) else {
        return nil
      }
      return bare.past == pastSegments(of: facts, edition: edition, until: from)
        ? nil : "the past before \(from) differs"
    }
  }

  private func difference(_ full: Standing, _ bare: BareStanding) -> String? {
    guard bare.state == full.state, bare.since == full.since,
      bare.reasons.words == full.reasons.map(\.code), bare.capabilities == full.capabilities,
      bare.notices == full.notices, bare.nextState == full.nextTransition?.toState,
      bare.nextTransitionAt == full.nextTransition?.at ?? .distantFuture,
      bare.isEligibleForReinstatement == full.isEligibleForReinstatement,
      bare.reinstatementState == full.reinstatementState,
      bare.reinstatementSince == full.reinstatementSince
    else { return "\(full)\nis not\n\(bare)" }
    return nil
  }
}
