import AccountStatusModel
import AccountStatusRules
import ExplanationText
import Testing

extension Reporter {
  func explanation(
    at instant: Instant, edition: String = "2020-06", knownAt: Instant? = nil
  ) -> Explanation<Phrase>? {
    explain(facts, edition: .named(edition), asOf: instant, knownAt: knownAt)
  }
}

@Suite struct ExplanationTests {
  @Test func `an explanation is of the standing that evaluation gives`() {
    RandomCases.check(3000) { history in
      let reporter = history.reporter()
      let edition = history.random.pick(PolicyEdition.builtIn)
      let (asOf, knownAt) = (history.instant(), history.knownAt(reporter))
      let standing = evaluate(reporter.facts, edition: edition, asOf: asOf, knownAt: knownAt)
      let explanation = explain(reporter.facts, edition: edition, asOf: asOf, knownAt: knownAt)
      guard let standing, let explanation else {
        return standing == nil && explanation == nil ? nil : "only one of them exists"
      }
      return contradiction(explanation, standing).map { "\($0) at \(asOf)\n\(reporter.story)" }
    }
  }

  /// What an explanation says other than the standing.
  private func contradiction(
    _ explanation: Explanation<Phrase>, _ standing: Standing
  ) -> String? {
    let subjects = standing.reasons.map { $0.subjects.isEmpty ? [""] : $0.subjects.map(\.text) }
    if explanation.reasons.map(\.code) != standing.reasons.map(\.code) { return "other reasons" }
    if explanation.reasons.map({ $0.subjects.map(\.subject) }) != subjects {
      return "other subjects of reasons"
    }
    if explanation.reasons.contains(where: { $0.subjects.contains { $0.facts.isEmpty } }) {
      return "a reason without facts"
    }
    if explanation.notices.map(\.notice) != standing.notices.words { return "other notices" }
    if let bare = explanation.notices.first(where: { $0.subjects.isEmpty }) {
      return "\(bare.notice) concerns nothing"
    }
    if explanation.notices.contains(where: { $0.subjects.contains { $0.facts.isEmpty } }) {
      return "a notice without facts"
    }
    let allowed = explanation.capabilities.filter(\.isAllowed).map(\.capability)
    if explanation.capabilities.count != Capability.allCases.count
      || allowed != standing.capabilities.words
    {
      return "other capabilities"
    }
    return fault(in: explanation.steps, standing)
  }

  /// What is wrong with a list of steps.
  private func fault(in steps: [RemediationStep<Phrase>], _ standing: Standing) -> String? {
    guard standing.state == .suspended else {
      return steps.isEmpty ? nil : "steps although not suspended"
    }
    let names = steps.map { "\($0.code) \($0.subject)" }
    if Set(names).count != names.count { return "a step twice: \(names)" }
    if steps.last?.code != .contactSupport { return "support does not close \(names)" }
    for reason in standing.reasons where reason.code != .accountAbuse {
      let rest = Set(reason.subjects.map(\.text)).subtracting(
        steps.filter { !$0.isDone }.map(\.subject))
      if !rest.isEmpty { return "no step for \(rest)" }
    }
    let hasRequest = [.inReview, .partnerActionNeeded].contains(standing.reinstatementState)
    if steps.contains(where: { $0.code == .awaitDecision }) != hasRequest {
      return "awaits in \(standing.reinstatementState)"
    }
    if standing.isEligibleForReinstatement,
      steps.first(where: { $0.code == .fileSupportRequest })?.isDone != hasRequest
    {
      return "no request to file in \(standing.reinstatementState)"
    }
    return nil
  }

  @Test(arguments: Language.allCases)
  func `whatever there is to say can be said`(_ language: Language) {
    let catalogue = MessageCatalogue.of(language)
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      let edition = history.random.pick(PolicyEdition.builtIn)
      let explanation = explain(reporter.facts, edition: edition, asOf: history.instant())
      var fault: String?
      _ = explanation?.worded { phrase -> String in
        if Set(phrase.values.keys) != catalogue.placeholders[phrase.key] {
          fault = "\(phrase) has other values than its message"
        }
        for case .word(let type, let name) in phrase.values.values
        where catalogue.vocabulary[type]?.contains(name) != true {
          fault = "\(type).\(name) has no text"
        }
        return catalogue.text(phrase)
      }
      return fault
    }
  }

  @Test func `the order of arrival changes no explanation`() {
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      let edition = history.random.pick(PolicyEdition.builtIn)
      let asOf = history.instant()
      let shuffled = AccountFacts(reporter.facts.stored.shuffled(using: &history.random))
      return explain(reporter.facts, edition: edition, asOf: asOf)
        == explain(shuffled, edition: edition, asOf: asOf) ? nil : reporter.story
    }
  }

  @Test func `the summary is of the state`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    func key(_ instant: Instant) -> MessageKey? { reporter.explanation(at: instant)?.summary.key }
    #expect(key("2026-05-31T00:00:00Z") == nil)
    #expect(key("2026-07-01T00:00:00Z") == .summaryActiveUntil)
    #expect(key("2026-10-30T00:00:00Z") == .summarySuspended)
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-11-01T00:00:00Z")
    #expect(key("2026-11-01T00:00:00Z") == .summaryEligible)
    reporter.report(.decision("D-1", .approved), at: "2026-11-02T00:00:00Z")
    #expect(key("2026-11-02T00:00:00Z") == .summaryActive)
    reporter.report(.accountClosed, at: "2026-11-03T00:00:00Z")
    #expect(key("2026-11-03T00:00:00Z") == .summaryClosed)
    var foreign = Reporter()
    foreign.report(.registered(cloud: .germany), at: "2026-06-01T00:00:00Z")
    let summary = foreign.explanation(at: "2026-06-01T00:00:00Z")?.summary
    #expect(summary == Phrase(.summaryNotCovered, ["edition": .id("2020-06")]))
  }

  @Test func `every list is bounded`() throws {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for number in 0..<700 {
      reporter.report(
        .invoice(.numbered("INV", number), issued: "2026-01-01"), at: "2026-01-01T00:00:00Z")
    }
    for number in 0..<150 {
      reporter.report(
        .payment(.numbered("P", number), .euros(1), to: ["INV-0": .euros(1)]),
        at: "2026-02-01T00:00:00Z")
    }
    let explanation = try #require(reporter.explanation(at: "2026-12-01T00:00:00Z"))
    let subjects = explanation.reasons[0].subjects
    #expect(subjects.count == ExplanationLimits.subjects)
    let paid = try #require(subjects.first { $0.subject == "INV-0" })
    #expect(paid.facts.count == ExplanationLimits.factsOfSubject)
    #expect(paid.facts.last?.identity.factID == "f-851")
    let facts = explanation.reasons.flatMap(\.subjects) + explanation.notices.flatMap(\.subjects)
    #expect(facts.reduce(0) { $0 + $1.facts.count } <= ExplanationLimits.facts)
    #expect(
      explanation.steps.count { $0.code == .payInvoice } == ExplanationLimits.stepsOfKind)
  }
}
