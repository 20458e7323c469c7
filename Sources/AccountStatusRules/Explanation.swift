package import AccountStatusModel

/// Why an account stands where it stands at an instant, and the way back; nil: not registered then,
/// as known at `knownAt`.
///
/// Pure, as `evaluate` is, and of the same cost: the same facts give the same explanation whatever
/// order they arrived in. Which providers are suspended is looked up elsewhere, with
/// `linkedProviders`.
package func explain(
  _ facts: AccountFacts, edition: PolicyEdition, asOf: Instant, knownAt: Instant? = nil,
  suspendedProviders: [AccountID] = []
) -> Explanation<Phrase>? {
  guard let standing = evaluate(facts, edition: edition, asOf: asOf, knownAt: knownAt),
    let episode = EpisodeSubjects(
      facts, edition: edition, asOf: asOf, knownAt: knownAt ?? .distantFuture)
  else { return nil }
  var explainer = Explainer(
    standing: standing, asOf: asOf, episode: episode,
    evidence: Evidence(facts, asOf: asOf, knownAt: knownAt ?? .distantFuture))
  return Explanation(
    summary: explainer.summary, reasons: explainer.reasons(), waivers: explainer.waivers(),
    notices: explainer.notices(suspendedProviders: suspendedProviders),
    capabilities: explainer.capabilities, steps: explainer.steps())
}

/// The parts of an explanation, from one walk and one look at the facts.
///
/// Its parts stand in files of their own: reasons and waivers, notices, and the steps.
struct Explainer {
  let standing: Standing
  let asOf: Instant
  let episode: EpisodeSubjects
  let evidence: Evidence
  /// How many more facts the explanation may name.
  private var factsLeft = ExplanationLimits.facts

  init(standing: Standing, asOf: Instant, episode: EpisodeSubjects, evidence: Evidence) {
    self.standing = standing
    self.asOf = asOf
    self.episode = episode
    self.evidence = evidence
  }

  /// The sweep at the instant asked about.
  var sweep: Sweep { episode.sweep }

  /// The names behind the sweep's numbers.
  var names: FactNames { sweep.facts.names }

  /// The newest of some facts.
  mutating func references(_ ranks: [Int]) -> [FactReference] {
    let newest = ranks.suffix(min(ExplanationLimits.factsOfSubject, factsLeft))
    factsLeft -= newest.count
    return newest.map { FactReference(evidence.fact($0)) }
  }
}

extension Explainer {
  /// One sentence on the account.
  var summary: Phrase {
    let since = Phrase.Value.instant(standing.since)
    switch standing.state {
    case .active:
      guard let next = standing.nextTransition, next.toState == .suspended else {
        return Phrase(.summaryActive, ["since": since])
      }
      return Phrase(.summaryActiveUntil, ["since": since, "at": .instant(next.at)])
    case .suspended:
      guard !standing.reasons.isEmpty else { return Phrase(.summaryEligible, ["since": since]) }
      return Phrase(
        .summarySuspended,
        ["since": since, "reasons": .all(standing.reasons.map { .word($0.code) })])
    case .closed: return Phrase(.summaryClosed, ["since": since])
    case .notCovered: return Phrase(.summaryNotCovered, ["edition": .id(sweep.edition.name)])
    }
  }

  /// Every capability, with its ruling.
  var capabilities: [CapabilityExplanation<Phrase>] {
    Capability.allCases.map { capability in
      let ruling = sweep.edition.capabilities.ruling(on: capability, in: standing.state)
      return CapabilityExplanation(
        capability: capability, isAllowed: ruling.isAllowed, basis: ruling.basis,
        text: Phrase(.capability, ["capability": .word(capability)]))
    }
  }
}

// MARK: - Subjects

extension Explainer {
  /// An invoice with its numbers and its facts.
  mutating func invoice(_ number: Int32) -> SubjectExplanation<Phrase> {
    let id = names.invoices[number]
    var numbers: InvoiceNumbers?
    var text = Phrase(.subjectInvoiceNotLate, ["invoice": .id(id)])
    if let open = sweep.receivables.open(of: number),
      let due = sweep.receivables.dueDate(of: number)
    {
      let days = asOf.day.days(since: due)
      numbers = InvoiceNumbers(open: open, dueDate: due, daysPastDue: Int32(clamping: days))
      text.values["open"] = .money(open)
      text.values["due"] = .day(due)
      if days > 0 {
        text.key = .subjectInvoice
        text.values["days"] = .number(days)
      }
    }
    return SubjectExplanation(
      id.text, text, invoice: numbers, facts: references(evidence.facts(ofInvoice: number)))
  }

  /// A finding as its last change left it.
  mutating func finding(_ number: Int32) -> SubjectExplanation<Phrase> {
    let id = names.findings[number]
    let ranks = evidence.findings[number]
    var text = Phrase(.subjectFinding, ["finding": .id(id)])
    if let last = ranks.last, case .finding(_, let severity, let state) = evidence.effect(last) {
      text.values["severity"] = .word(severity)
      text.values["state"] = .word(state)
    }
    return SubjectExplanation(id.text, text, facts: references(ranks))
  }

  /// A provider issue, with the fact that makes the rule apply to the account or not.
  mutating func issue(_ number: Int32) -> SubjectExplanation<Phrase> {
    let facts = (evidence.issues[number] + evidence.partnerTypes).sorted()
    return SubjectExplanation(
      names.issues[number].text,
      phrase(ofIssue: number, .subjectIssue, orUnknown: .subjectIssueOfUnknownProvider),
      facts: references(facts))
  }

  /// What there is to say of an issue, whose provider may be unknown.
  func phrase(
    ofIssue number: Int32, _ key: MessageKey, orUnknown other: MessageKey
  ) -> Phrase {
    let id = Phrase.Value.id(names.issues[number])
    for rank in evidence.issues[number] {
      if case .providerIssueOpened(let issue) = evidence.fact(rank).fact.kind,
        let provider = issue.providerID
      {
        return Phrase(key, ["issue": id, "provider": .id(provider.text)])
      }
    }
    return Phrase(other, ["issue": id])
  }
}
