import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct SimulationTests {
  private static let today: Instant = "2026-11-15T09:00:00Z"

  /// INV-1 is unpaid: suspended since 2026-10-30.
  private var northwind: Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  private func fact(
    _ id: Identifier, _ kind: FactKind, at: Instant = today, of account: AccountID = "northwind"
  ) -> Fact {
    Fact(accountID: account, source: "what-if", factID: id, effectiveAt: at, kind: kind)
  }

  private func simulate(_ facts: [Fact], on reporter: Reporter? = nil) -> Simulation {
    Simulation(
      facts, of: "northwind", on: (reporter ?? northwind).facts, now: Self.today,
      defaultEdition: .named("2020-06"))
  }

  private func standing(_ simulation: Simulation, at instant: Instant = today) -> Standing? {
    evaluate(simulation.facts, edition: .named("2020-06"), asOf: instant)
  }

  private let payment = FactKind.payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)])

  @Test func `INV-1 is paid today: eligible, not reinstated until it is approved`() {
    let paid = simulate([fact("pay", payment)])
    #expect(paid.judgements == [.accept])
    #expect(standing(paid)?.state == .suspended)
    #expect(standing(paid)?.isEligibleForReinstatement == true)

    let approved = simulate([
      fact("pay", payment), fact("approve", .decision("D-1", .approved)),
    ])
    #expect(approved.judgements == [.accept, .accept])
    #expect(standing(approved)?.state == .active)
    #expect(standing(approved)?.since == Self.today)
  }

  @Test func `an approval while INV-1 is open is refused as the ledger would`() {
    let simulation = simulate([
      fact("approve", .decision("D-1", .approved)), fact("pay", payment),
    ])
    guard case .refuse(let refusal) = simulation.judgements.first else {
      Issue.record("\(simulation.judgements)")
      return
    }
    #expect(refusal.code == .failedPrecondition)
    #expect(refusal.field == "reinstatementDecided.outcome")
    #expect(refusal.outstanding.map(\.code) == [.billingPastDue])
    #expect(simulation.judgements.last == .accept)
    #expect(simulation.facts.stored.count == northwind.facts.stored.count + 1)
  }

  @Test func `whatever is simulated is what reporting it gives`() {
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      var reported = reporter
      reported.clock = max(Self.today, reporter.clock)
      let later = history.reporter().facts.stored.map(\.fact)
      let judgements = later.map { reported.report($0) }
      let simulation = Simulation(
        later, of: Reporter.account, on: reporter.facts, now: Self.today,
        defaultEdition: .named("2020-06"))
      let isSame = zip(judgements, simulation.judgements).allSatisfy { real, simulated in
        // A repeat of a hypothetical fact has no sequence yet.
        if case .duplicate = real, case .duplicate = simulated { return true }
        return real == simulated
      }
      guard isSame, judgements.count == simulation.judgements.count else {
        return "\(simulation.judgements) instead of \(judgements)"
      }
      let asOf = history.instant()
      let edition = history.random.pick(PolicyEdition.builtIn)
      let simulated = evaluate(simulation.facts, edition: edition, asOf: asOf)
      let real = evaluate(reported.facts, edition: edition, asOf: asOf)
      return real == simulated ? nil : "\(String(describing: simulated)) at \(asOf)"
    }
  }

  @Test func `a retraction works, of stored and of hypothetical facts`() {
    var reporter = northwind
    reporter.report(payment, at: "2026-10-01T00:00:00Z", id: "pay")
    #expect(standing(simulate([], on: reporter))?.state == .active)
    let retracted = simulate(
      [fact("oops", .factRetracted(FactIdentity(source: "test", factID: "pay")))], on: reporter)
    #expect(standing(retracted)?.state == .suspended)
    let both = simulate([
      fact("pay", payment),
      fact("oops", .factRetracted(FactIdentity(source: "what-if", factID: "pay"))),
    ])
    #expect(standing(both)?.isEligibleForReinstatement == false)
  }

  @Test func `a repeat is a duplicate, and an identity in use is a conflict`() {
    var reporter = northwind
    reporter.report(payment, at: "2026-10-01T00:00:00Z", id: "pay")
    let stored = reporter.facts.stored[2].fact
    let pay = fact("pay", .payment("P-2", .euros(1)))
    #expect(
      simulate([stored, pay, pay], on: reporter).judgements == [
        .duplicate(sequence: 3), .accept, .duplicate(sequence: 0),
      ])
    var taken = reporter
    taken.report(pay)
    let conflict = simulate([fact("pay", .payment("P-3", .euros(1)))], on: taken)
    guard case .refuse(let refusal) = conflict.judgements.first else {
      Issue.record("\(conflict.judgements)")
      return
    }
    #expect(refusal.code == .alreadyExists)
  }

  @Test func `a fact about another account is refused by name`() {
    let simulation = simulate([fact("pay", payment, of: "contoso")])
    guard case .refuse(let refusal) = simulation.judgements.first else {
      Issue.record("\(simulation.judgements)")
      return
    }
    #expect(refusal.field == "accountId")
    #expect(refusal.message.contains("contoso"))
    #expect(simulation.facts.stored.count == 2)
  }

  @Test func `an account that nobody knows is simulated once the facts register it`() {
    let nobody = Reporter()
    #expect(standing(simulate([], on: nobody)) == nil)
    let registered = simulate(
      [fact("register", .registered(), at: "2026-02-01T00:00:00Z")], on: nobody)
    #expect(standing(registered)?.state == .active)
  }

  // MARK: Transitions

  @Test func `every change of state until the end is told, and the next one`() {
    var reporter = northwind
    reporter.report(.accountClosed, at: "2027-06-01T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2027-03-01T00:00:00Z")
    let reinstated = simulate(
      [fact("pay", payment), fact("approve", .decision("D-1", .approved))], on: reporter)
    func changes(
      after: Instant, through: Instant, limit: Int = 100
    ) -> [String] {
      transitions(
        of: reinstated.facts, edition: .named("2020-06"), after: after, through: through,
        limit: limit
      ).map { "\($0.toState) \($0.at.day)" }
    }
    let all = [
      "suspended 2026-10-30", "active 2026-11-15", "suspended 2027-03-01", "closed 2027-06-01",
    ]
    #expect(changes(after: "2020-01-01T00:00:00Z", through: "2030-01-01T00:00:00Z") == all)
    #expect(changes(after: Self.today, through: Self.today) == [all[2]])
    #expect(changes(after: Self.today, through: "2027-03-01T00:00:00Z") == Array(all[2...]))
    #expect(changes(after: Self.today, through: "2027-02-28T00:00:00Z") == [all[2]])
    #expect(
      changes(after: "2020-01-01T00:00:00Z", through: "2030-01-01T00:00:00Z", limit: 2)
        == Array(all[..<2]))
    #expect(changes(after: "2027-06-01T00:00:00Z", through: "2030-01-01T00:00:00Z") == [])
    #expect(
      transitions(
        of: AccountFacts(), edition: .named("2020-06"), after: Self.today, through: Self.today,
        limit: 100) == [])
  }

  @Test func `the first change told is the next transition of the answer`() {
    RandomCases.check(1500) { history in
      let facts = history.reporter().facts
      let edition = history.random.pick(PolicyEdition.builtIn)
      let asOf = history.instant()
      guard let standing = evaluate(facts, edition: edition, asOf: asOf) else { return nil }
      let changes = transitions(
        of: facts, edition: edition, after: asOf, through: asOf, limit: 100)
      return changes == (standing.nextTransition.map { [$0] } ?? [])
        ? nil : "\(changes) after \(asOf)"
    }
  }
}
