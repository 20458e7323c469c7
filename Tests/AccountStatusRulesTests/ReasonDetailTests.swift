import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ReasonDetailTests {
  private func details(
    _ kinds: FactKind..., program: Program = .csp, edition: String = "2020-06"
  ) -> [String]? {
    var reporter = Reporter()
    reporter.report(.registered([.indirectReseller], program: program), at: "2026-01-01T00:00:00Z")
    for kind in kinds { reporter.report(kind, at: "2026-01-01T00:00:00Z") }
    return reporter.standing(at: "2026-06-01T00:00:00Z", edition: edition)?.reasons.map(\.detail)
  }

  private func invoice(_ id: Identifier) -> FactKind {
    .invoice(id, issued: "2026-01-01", due: "2026-01-31", total: .euros(12, cents: 50))
  }

  @Test func `each reason says what it concerns and what the rule asks`() {
    #expect(
      details(invoice("INV-1"))
        == ["Past due for more than 60 days: INV-1 (12.50 EUR open, due 2026-01-31)"])
    #expect(
      details(invoice("INV-1"), edition: "2016-11")
        == ["Past due for at least 60 days: INV-1 (12.50 EUR open, due 2026-01-31)"])
    #expect(
      details(.finding("AF-1", .confirmed)) == ["Abuse, significant and confirmed: AF-1"])
    #expect(
      details(.issue("ISS-1"))
        == ["Affects the indirect provider's operations and this account: ISS-1"])
    #expect(details(.profile(.failed)) == ["Profile verification is failed"])
    #expect(
      details(.profile(.rejected), program: .maicpp, edition: "2022-03")
        == ["Profile verification is rejected since 2026-01-01, for more than 30 days"])
  }

  @Test func `a review says what it reviews`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-01-02T00:00:00Z")
    #expect(
      reporter.standing(at: "2026-01-02T00:00:00Z")?.reasons.map(\.detail)
        == ["Profile verification is pending after it was rejected"])
  }

  @Test func `a long list is cut after three`() {
    #expect(
      details(
        .finding("AF-4", .confirmed), .finding("AF-1", .confirmed), .finding("AF-3", .confirmed),
        .finding("AF-2", .confirmed), .finding("AF-5", .confirmed))
        == ["Abuse, significant and confirmed: AF-1, AF-2, AF-3 and 2 more"])
  }

  @Test func `a line is one line and changes by no time alone`() {
    RandomCases.check(500) { history in
      let reporter = history.reporter()
      let edition = history.random.pick(PolicyEdition.builtIn)
      let dates = Set(reporter.facts.stored.map(\.fact.effectiveAt))
      guard
        let timeline = timeline(of: reporter.facts, edition: edition, from: "2026-01-01T00:00:00Z")
      else { return nil }
      for (before, after) in zip(timeline.points, timeline.points.dropFirst())
      where !dates.contains(after.at) {
        for reason in after.standing.reasons {
          guard
            let same = before.standing.reasons.first(where: {
              $0.code == reason.code && $0.subjects == reason.subjects
                && $0.isUnderReview == reason.isUnderReview
            })
          else { continue }
          if same.detail != reason.detail { return "\(same.detail) became \(reason.detail)" }
        }
      }
      let lines = timeline.points.flatMap(\.standing.reasons).map(\.detail)
      return lines.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isNewline) }
        ? nil : "\(lines)"
    }
  }
}
