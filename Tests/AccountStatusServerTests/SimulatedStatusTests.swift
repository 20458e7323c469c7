import AccountStatusAPI
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import Testing

@Suite struct SimulatedStatusTests {
  private let edition = PolicyEdition.builtIn[2]

  private func simulate(
    _ facts: [Fact], asOf: Instant, now: Instant = newYear
  ) -> SimulatedStatus {
    SimulatedStatus(
      EvaluationQuery(
        asOf: asOf, knownAt: nil, edition: edition, now: now, defaultEdition: edition),
      facts.map { ReceivedFact($0) }, of: account, on: nil)
  }

  @Test func `the transitions begin after now, or after an earlier instant asked about`() {
    let facts = [registration(), invoice()]
    let later = simulate(facts, asOf: "2027-01-01T00:00:00Z")
    #expect(later.transitions.map(\.at) == [suspension])
    #expect(later.simulated.status?.state == .suspended)
    let past = simulate(facts, asOf: autumn, now: "2027-01-01T00:00:00Z")
    #expect(past.transitions.map(\.at) == [suspension])
    #expect(past.simulated.status?.isProjected == false)
    let after = simulate(
      facts, asOf: "2027-01-01T00:00:00Z", now: "2026-12-01T00:00:00Z")
    #expect(after.transitions.isEmpty)
  }

  @Test func `at most a hundred transitions are told`() {
    var facts = [registration()]
    // Every day a finding is confirmed, dismissed, and the account reinstated.
    for day in 0..<120 {
      let at = newYear.adding(nanoseconds: Int64(day + 1) * Instant.nanosecondsPerDay)
      let noon = at.adding(nanoseconds: Instant.nanosecondsPerDay / 2)
      let id = Identifier(checked: "AF-\(day)")
      facts += [
        fact(
          Identifier(checked: "c\(day)"), at: at,
          .abuseFindingChanged(findingID: id, severity: .significant, state: .confirmed)),
        fact(
          Identifier(checked: "d\(day)"), at: noon,
          .abuseFindingChanged(findingID: id, severity: .significant, state: .dismissed)),
        fact(
          Identifier(checked: "r\(day)"), at: noon,
          .reinstatementDecided(
            ReinstatementDecision(
              decisionID: Identifier(checked: "D-\(day)"), outcome: .approved))),
      ]
    }
    let simulated = simulate(facts, asOf: "2027-01-01T00:00:00Z")
    #expect(simulated.transitions.count == SimulatedStatus.maximumTransitions)
    #expect(simulated.transitions.first?.toState == .suspended)
    #expect(simulated.results == Array(repeating: .stored(sequence: 0), count: facts.count))
  }

  @Test func `the first twenty refusals have the reasons outstanding, as those of a report`() {
    let approvals = (1...25).map { number in
      fact(
        Identifier(checked: "approval-\(number)"), at: suspension,
        .reinstatementDecided(
          ReinstatementDecision(
            decisionID: Identifier(checked: "D-\(number)"), outcome: .approved)))
    }
    let simulated = simulate(
      [registration(), invoice()] + approvals, asOf: suspension, now: suspension)
    let refusals = simulated.results.compactMap { result in
      if case .refused(let refusal) = result { refusal } else { nil }
    }
    #expect(refusals.count == 25)
    #expect(refusals.map(\.outstanding.isEmpty) == (1...25).map { $0 > 20 })
  }

  @Test func `what is worth telling is a status, or why there is none`() {
    #expect(!simulate([], asOf: autumn).isWorthTelling)
    #expect(simulate([registration()], asOf: autumn).isWorthTelling)
    #expect(simulate([registration("contoso")], asOf: autumn).isWorthTelling)
  }
}
