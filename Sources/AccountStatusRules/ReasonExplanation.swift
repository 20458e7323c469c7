import AccountStatusModel

// The reasons that hold: the rule of each, its numbers and its facts; and those that are waived.

extension Explainer {
  /// The reasons, in the order of answers.
  mutating func reasons() -> [ReasonExplanation<Phrase>] {
    standing.reasons.map { reason in
      ReasonExplanation(
        code: reason.code, since: reason.since, rule: rule(of: reason.code),
        articleSentence: reason.code.articleSentence, interpretation: interpretation(of: reason),
        threshold: threshold(of: reason.code), isUnderReview: reason.isUnderReview,
        subjects: subjects(of: reason))
    }
  }

  private mutating func subjects(of reason: Reason) -> [SubjectExplanation<Phrase>] {
    let listed = sweep.subjects(of: reason.code).prefix(ExplanationLimits.subjects).map(\.number)
    switch reason.code {
    case .accountAbuse: return listed.map { finding($0) }
    case .billingPastDue: return listed.map { invoice($0) }
    case .indirectProviderIssue: return listed.map { issue($0) }
    case .profileFailedOrRejected: return [profile(isUnderReview: reason.isUnderReview)]
    }
  }

  /// The profile, with the changes of the run that decides.
  private mutating func profile(isUnderReview: Bool) -> SubjectExplanation<Phrase> {
    let record = sweep.profileRecord
    if isUnderReview {
      let last = record.lastFinalized.map { Phrase.Value.word($0) } ?? .all([])
      return SubjectExplanation(
        "", Phrase(.subjectProfileUnderReview, ["last": last]),
        facts: references(lastFinalRun))
    }
    let start = record.runStart ?? asOf
    let overall = record.overall.map { Phrase.Value.word($0) } ?? .all([])
    let days = Int32(clamping: asOf.day.days(since: start.day))
    return SubjectExplanation(
      "", Phrase(.subjectProfile, ["overall": overall, "since": .instant(start)]),
      days: threshold(of: .profileFailedOrRejected) == nil ? nil : days,
      facts: references(evidence.profile.filter { evidence.effectiveAt($0) >= start }))
  }

  /// The profile's changes from the one on that gave the last final state.
  private var lastFinalRun: [Int] {
    let start = evidence.profile.lastIndex { rank in
      guard case .profile(let change) = evidence.effect(rank) else { return false }
      return change.lastFinalized == sweep.profileRecord.lastFinalized
        || change.overall == sweep.profileRecord.lastFinalized
    }
    return Array(evidence.profile[(start ?? 0)...])
  }
}

// MARK: - Rules

extension ReasonCode {
  /// The number of the article's sentence that the reason comes from.
  var articleSentence: String {
    switch self {
    case .billingPastDue: "3a"
    case .accountAbuse: "3b"
    case .indirectProviderIssue: "3c"
    case .profileFailedOrRejected: "3d"
    }
  }
}

extension Explainer {
  /// How many days are enough; nil: the rule counts none.
  private func threshold(of code: ReasonCode) -> DayThreshold? {
    let threshold: DayThreshold? =
      switch code {
      case .billingPastDue: sweep.rules.billing?.pastDue
      case .profileFailedOrRejected: sweep.rules.profile?.lasting
      case .accountAbuse, .indirectProviderIssue: nil
      }
    guard let threshold, threshold.fewestDays > 0 else { return nil }
    return threshold
  }

  private func rule(of code: ReasonCode) -> Phrase {
    let isExclusive = threshold(of: code)?.comparator == .moreThan
    let days = threshold(of: code).map { Phrase.Value.number(Int($0.days)) }
    switch code {
    case .accountAbuse:
      return Phrase(
        .ruleAbuse,
        [
          "severities": words(sweep.rules.abuse?.severities ?? []),
          "states": words(sweep.rules.abuse?.states ?? []),
        ])
    case .billingPastDue:
      return Phrase(
        isExclusive ? .ruleBillingMoreThan : .ruleBillingAtLeast, ["days": days ?? .number(0)])
    case .indirectProviderIssue:
      return Phrase(.ruleProvider, ["types": words(sweep.rules.provider?.partnerTypes ?? [])])
    case .profileFailedOrRejected:
      let states = words(sweep.rules.profile?.states ?? [])
      guard let days else { return Phrase(.ruleProfile, ["states": states]) }
      return Phrase(
        isExclusive ? .ruleProfileMoreThan : .ruleProfileAtLeast,
        ["states": states, "days": days])
    }
  }

  private func words<W: Word>(_ words: WordSet<W>) -> Phrase.Value {
    .any(words.words.map { .word($0) })
  }

  /// How the article's sentence was read, where it leaves room.
  private func interpretation(of reason: Reason) -> Phrase? {
    switch reason.code {
    case .billingPastDue: Phrase(.interpretationBilling)
    case .accountAbuse: Phrase(.interpretationAbuse)
    case .profileFailedOrRejected:
      reason.isUnderReview ? Phrase(.interpretationUnderReview) : nil
    case .indirectProviderIssue: nil
    }
  }
}

// MARK: - Waivers

extension Explainer {
  /// The waivers in force without which a reason would hold, in the order of their decisions.
  mutating func waivers() -> [WaiverExplanation<Phrase>] {
    guard standing.state == .active || standing.state == .suspended else { return [] }
    let effective = evidence.waivers.filter { isEffective($0.waiver) }
    return effective.prefix(ExplanationLimits.subjects).compactMap { waiver($0) }
  }

  private mutating func waiver(
    _ inForce: Evidence.WaiverInForce
  ) -> WaiverExplanation<Phrase>? {
    guard case .reinstatementDecided(let decided) = evidence.fact(inForce.decision).fact.kind,
      let decision = references([inForce.decision]).first
    else { return nil }
    let waiver = inForce.waiver
    let subject = waiver.subject.map { name(of: $0, waiver.reason) }
    var values: [String: Phrase.Value] = [
      "reason": .word(waiver.reason), "until": .instant(waiver.until),
      "decision": .id(decided.decisionID),
    ]
    if let subject { values["subject"] = .id(subject) }
    return WaiverExplanation(
      reason: waiver.reason, subject: subject?.text ?? "", until: waiver.until,
      text: Phrase(subject == nil ? .waiverOfAll : .waiverOfSubject, values), decision: decision)
  }

  /// Whether the waiver keeps off what holds by the rule.
  private func isEffective(_ waiver: NumberedWaiver) -> Bool {
    let ground: ReasonSubjects =
      switch waiver.reason {
      case .accountAbuse: sweep.abuse
      case .billingPastDue: sweep.receivables.pastDue
      case .indirectProviderIssue: sweep.provider
      case .profileFailedOrRejected: sweep.profile
      }
    guard ground.isApplicable else { return false }
    return waiver.subject.map { ground.subjects[Int($0)].holds } ?? (ground.holding > 0)
  }

  private func name(of subject: Int32, _ reason: ReasonCode) -> Identifier {
    switch reason {
    case .accountAbuse: names.findings[subject]
    case .billingPastDue, .profileFailedOrRejected: names.invoices[subject]
    case .indirectProviderIssue: names.issues[subject]
    }
  }
}
