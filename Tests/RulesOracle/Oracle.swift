package import AccountStatusModel
import AccountStatusRules

/// A second, deliberately naive reading of the rules, to compare the sweep with.
///
/// Every question filters all facts anew; nothing is carried from instant to instant but the
/// episode and the stretches of reasons, which are walked over every instant that is probed and
/// every one at which anything could change. It shares no code with the evaluation.
package struct Oracle {
  private let edition: PolicyEdition
  /// What counts: known, not retracted, one fact per thing; by (effective_at, source, fact_id).
  private(set) var facts: [Fact]
  private let registeredAt: Instant
  private let registration: AccountRegistered

  /// Nil: not registered, as known then.
  package init?(_ stored: [StoredFact], edition: PolicyEdition, knownAt: Instant?) {
    self.edition = edition
    let known = stored.filter { knownAt == nil || $0.recordedAt <= knownAt! }
    var retracted: Set<FactIdentity> = []
    for case .factRetracted(let identity) in known.map(\.fact.kind) { retracted.insert(identity) }
    let counting = known.map(\.fact).filter {
      if case .factRetracted = $0.kind { false } else { !retracted.contains($0.identity) }
    }
    facts = counting.filter { fact in
      guard let thing = fact.thingName else { return true }
      return !counting.contains { $0.thingName == thing && $0.identity < fact.identity }
    }.sorted { ($0.effectiveAt, $0.identity) < ($1.effectiveAt, $1.identity) }
    for fact in facts {
      guard case .accountRegistered(let registration) = fact.kind else { continue }
      self.registration = registration
      registeredAt = fact.effectiveAt
      return
    }
    return nil
  }

  func facts(by instant: Instant) -> ArraySlice<Fact> {
    facts.prefix { $0.effectiveAt <= instant }
  }

  private var rules: ProgramRules? {
    edition.coveredClouds.contains(registration.cloud)
      ? edition.rules(for: registration.program) : nil
  }
}

extension Oracle {
  /// Instants at which anything could change, by the prose.
  package var boundaries: [Instant] {
    var instants: Set<Instant> = [registeredAt]
    func add(_ day: CalendarDay, _ days: Int32) {
      if let start = day.adding(days: days).start { instants.insert(start) }
    }
    for fact in facts {
      instants.insert(fact.effectiveAt)
      switch fact.kind {
      case .invoiceIssued(let invoice):
        for days: Int32 in [1, 60, 61] { add(invoice.dueDate, days) }
      case .reinstatementDecided(let decision):
        for waiver in decision.waivers { instants.insert(waiver.until) }
      case .profileVerificationChanged: add(fact.effectiveAt.day, 31)
      default: break
      }
    }
    return instants.filter { $0 >= registeredAt && Instant.range.contains($0) }.sorted()
  }

  /// The standings at all boundaries, a nanosecond before and after each, and these instants.
  ///
  /// Details are left empty.
  package func standings(alsoAt probes: [Instant] = []) -> [(at: Instant, standing: Standing)] {
    var instants = Set(probes)
    for boundary in boundaries {
      for delta: Int64 in [-1, 0, 1] { instants.insert(boundary.adding(nanoseconds: delta)) }
    }
    var life = Life()
    var answers: [(at: Instant, standing: Standing)] = []
    var byDate: [Bool] = []
    for instant in instants.sorted() where instant >= registeredAt {
      guard Instant.range.contains(instant) else { continue }
      byDate.append(isSuspended(at: instant, withoutItsFacts: life))
      live(&life, at: instant)
      answers.append((instant, standing(at: instant, life)))
    }
    var next: NextTransition?
    for index in answers.indices.reversed() {
      answers[index].standing.nextTransition = next
      let state = answers[index].standing.state
      guard index > 0, answers[index - 1].standing.state != state else { continue }
      let reasons = state == .suspended && byDate[index] ? answers[index].standing.reasons : []
      next = NextTransition(
        at: answers[index].at, toState: state, because: reasons.map(\.code),
        subjects: reasons.flatMap(\.subjects))
    }
    return answers
  }

  /// What only history can tell.
  struct Life {
    var episode: Instant?
    var lastEnd: Instant?
    var isDeclined = false
    /// The reasons of the last instant lived through.
    var reasons: [Reason] = []
    /// The reinstatement state of that instant, and the first of those on end at which it was.
    var reinstatement: (state: ReinstatementState, since: Instant)?
  }

  /// One instant: reasons, decisions by id, opening.
  func live(_ life: inout Life, at instant: Instant) {
    var reasons = state(at: instant, life).isJudged ? reasons(at: instant, life) : []
    for index in reasons.indices {
      let before = life.reasons.first { $0.code == reasons[index].code }
      reasons[index].since = before?.since ?? instant
    }
    life.reasons = reasons
    let decisions = decisions(by: instant).filter { $0.at == instant }
    for decision in decisions.sorted(by: { $0.decision.decisionID < $1.decision.decisionID }) {
      if decision.decision.outcome == .declined {
        life.isDeclined = life.episode != nil
      } else if life.episode != nil {
        life.episode = nil
        life.isDeclined = false
        life.lastEnd = instant
      }
    }
    if life.episode == nil, !reasons.isEmpty {
      life.episode = instant
      life.isDeclined = false
    }
    let way = reinstatement(at: instant, state(at: instant, life), reasons, life)
    if life.reinstatement?.state != way { life.reinstatement = (way, instant) }
  }

  /// The account, active until now, would be suspended were there no facts of this instant.
  func isSuspended(at instant: Instant, withoutItsFacts life: Life) -> Bool {
    guard life.episode == nil, state(at: instant.adding(nanoseconds: -1), life) == .active
    else { return false }
    var other = self
    other.facts = facts.filter { $0.effectiveAt != instant }
    return !other.reasons(at: instant, life).isEmpty
  }

  func state(at instant: Instant, _ life: Life) -> AccountState {
    if facts(by: instant).contains(where: { $0.kind == .accountClosed }) { return .closed }
    if rules == nil { return .notCovered }
    return life.episode == nil ? .active : .suspended
  }

  func standing(at instant: Instant, _ life: Life) -> Standing {
    let state = state(at: instant, life)
    let reasons = state == .suspended ? life.reasons : []
    let closing = facts.first { $0.kind == .accountClosed }?.effectiveAt ?? registeredAt
    let since: Instant =
      switch state {
      case .active: life.lastEnd ?? registeredAt
      case .suspended: life.episode ?? registeredAt
      case .closed: max(closing, registeredAt)
      case .notCovered: registeredAt
      }
    let reinstatement = reinstatement(at: instant, state, reasons, life)
    return Standing(
      state: state, since: since, reasons: reasons,
      capabilities: capabilities(in: state), notices: notices(at: instant, state, reasons),
      isEligibleForReinstatement: state == .suspended && reasons.isEmpty,
      reinstatementState: reinstatement,
      reinstatementSince: reinstatement == .none ? nil : life.reinstatement?.since)
  }

  func capabilities(in state: AccountState) -> WordSet<Capability> {
    let outside: WordSet<Capability> = [.viewBilling, .payInvoice, .submitSupportRequest]
    let denied: WordSet<Capability> = [
      .authorizeNewLicenses, .authorizeNewServices, .sellNewLicenses, .sellNewServices,
      .increaseQuantity, .addAddon, .createCustomer,
    ]
    switch state {
    case .active: return .all
    case .suspended: return WordSet(Capability.allCases.filter { !denied.contains($0) })
    case .closed, .notCovered: return outside
    }
  }
}

// MARK: - Reasons

extension Oracle {
  /// The unwaived reasons; `life` as it was just before.
  func reasons(at instant: Instant, _ life: Life) -> [Reason] {
    guard let rules, instant >= registeredAt else { return [] }
    var reasons: [Reason] = []
    func add(_ code: ReasonCode, _ subjects: [Identifier]) {
      let unwaived = subjects.filter { !isWaived(code, $0, at: instant) }
      if !unwaived.isEmpty { reasons.append(Reason(code: code, subjects: unwaived)) }
    }
    if rules.abuse != nil {
      add(.accountAbuse, findings(at: instant, .significant, .confirmed))
    }
    if let rule = rules.billing {
      let late = openInvoices(at: instant).filter {
        rule.pastDue.isMet(by: instant.day.days(since: $0.dueDate))
      }
      add(.billingPastDue, late.map(\.invoiceID))
    }
    if rules.provider != nil, types(at: instant).contains(.indirectReseller) {
      add(.indirectProviderIssue, issues(at: instant))
    }
    if let rule = rules.profile, !isWaived(.profileFailedOrRejected, nil, at: instant) {
      let profile = profile(at: instant)
      let isUnderReview =
        rule.holdsUnderReview && profile.overall == .pending
        && (profile.last == .failed || profile.last == .rejected)
        && life.episode != nil
      if isUnderReview || hasFailed(rule, at: instant) {
        reasons.append(Reason(code: .profileFailedOrRejected, isUnderReview: isUnderReview))
      }
    }
    return reasons
  }

  func isWaived(_ code: ReasonCode, _ subject: Identifier?, at instant: Instant) -> Bool {
    decisions(by: instant).contains { _, decision in
      decision.waivers.contains {
        $0.reason == code && instant < $0.until && ($0.subject == nil || $0.subject == subject)
      }
    }
  }

  func hasFailed(_ rule: ProfileRule, at instant: Instant) -> Bool {
    guard let overall = profile(at: instant).overall, rule.states.contains(overall) else {
      return false
    }
    // Back to the start of the run: the last instant before which another state was.
    var start = instant
    for fact in facts(by: instant).reversed() {
      guard case .profileVerificationChanged(let change) = fact.kind, change.overall != nil
      else { continue }
      guard let then = profile(at: fact.effectiveAt).overall, rule.states.contains(then)
      else { break }
      start = fact.effectiveAt
    }
    return rule.lasting.isMet(by: instant.day.days(since: start.day))
  }

  func profile(
    at instant: Instant
  ) -> (overall: VerificationState?, last: VerificationState?, checks: [CheckState]) {
    var overall: VerificationState?
    var last: VerificationState?
    var checks: [VerificationCheck: CheckState] = [:]
    for case .profileVerificationChanged(let change) in facts(by: instant).map(\.kind) {
      if let state = change.overall {
        overall = state
        if [.authorized, .rejected, .failed].contains(state) { last = state }
      }
      if let state = change.lastFinalized { last = state }
      checks.merge(change.checks) { _, new in new }
    }
    return (overall, last, Array(checks.values))
  }

  func types(at instant: Instant) -> WordSet<PartnerType> {
    var types: WordSet<PartnerType> = []
    for fact in facts(by: instant) {
      if case .accountRegistered(let registration) = fact.kind { types = registration.partnerTypes }
      if case .partnerTypesChanged(let changed) = fact.kind { types = changed }
    }
    return types
  }

  func findings(
    at instant: Instant, _ severity: AbuseSeverity?, _ state: AbuseState
  ) -> [Identifier] {
    var last: [Identifier: (AbuseSeverity, AbuseState)] = [:]
    for case .abuseFindingChanged(let id, let severity, let state) in facts(by: instant).map(\.kind)
    {
      last[id] = (severity, state)
    }
    return last.filter { $0.value.1 == state && (severity == nil || $0.value.0 == severity) }
      .keys.sorted()
  }

  /// Issues open with both flags.
  func issues(at instant: Instant) -> [Identifier] {
    var open: [Identifier] = []
    for fact in facts(by: instant) {
      guard case .providerIssueOpened(let issue) = fact.kind, issue.affectsOperations,
        issue.impactsAccount
      else { continue }
      let isResolved = facts(by: instant).contains {
        guard $0.kind == .providerIssueResolved(issueID: issue.issueID) else { return false }
        return $0.effectiveAt != fact.effectiveAt || $0.identity > fact.identity
      }
      if !isResolved { open.append(issue.issueID) }
    }
    return open.sorted()
  }
}

extension AccountState {
  /// Whether reasons count in the state at all.
  fileprivate var isJudged: Bool { self == .active || self == .suspended }
}

extension Fact {
  /// Names what only one fact introduces.
  fileprivate var thingName: String? {
    switch kind {
    case .accountRegistered: "registration"
    case .invoiceIssued(let invoice): "invoice \(invoice.invoiceID)"
    case .paymentReceived(let id, _, _): "payment \(id)"
    case .creditApplied(let id, _, _): "credit \(id)"
    case .supportRequestOpened(let request): "request \(request.requestID)"
    case .providerIssueOpened(let issue): "issue \(issue.issueID)"
    case .reinstatementDecided(let decision): "decision \(decision.decisionID)"
    default: nil
    }
  }
}
