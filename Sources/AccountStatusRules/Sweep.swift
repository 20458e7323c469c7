import AccountStatusModel

/// A walk over an account's life, from instant to instant at which anything can change.
///
/// Instants are those of the facts that count and the boundaries that dates bring: an invoice
/// gets late, a waiver ends, a profile's run is long enough. Each is applied in the order of the
/// rule "one instant": (1) all facts but decisions, (2) reasons, less waivers, (3) decisions by
/// id, (4) the opening of an episode. State is kept per thing, so that a step costs what changed
/// and the whole n log n. Facts dated before the registration only prepare what it begins with.
struct Sweep {
  /// The instant of the last step.
  private(set) var now: Instant
  /// Its day.
  private(set) var today: CalendarDay
  /// Some reason held in the last step before its facts were applied. Where the step suspended an
  /// active account, for which none held before it, the calendar alone did.
  private(set) var isSuspendedByDate = false

  let facts: AccountFacts
  let edition: PolicyEdition
  let registeredAt: Instant
  let rules: ProgramRules
  let isCovered: Bool

  var receivables: Receivables
  var abuse: ReasonSubjects
  var provider: ReasonSubjects
  var profile: ReasonSubjects
  var profileRecord: ProfileRecord
  var reinstatement: ReinstatementRecord
  var reinstatementStretch = ReinstatementStretch()
  var findings: [AbuseState?]
  var suspectedFindings = 0
  var issues: [Issue]
  var partnerTypes: WordSet<PartnerType> = []
  var balances: [Currency: Int128] = [:]
  var observed: AccountState?
  /// Facts that count, the registration aside.
  var evidence = 0
  private var isRegistrationApplied = false
  private(set) var closedAt: Instant?
  private(set) var episode: Episode?
  private(set) var lastEpisodeEnd: Instant?

  private let entries: [FactEntry]
  private let waivers: [NumberedWaiver]
  /// Places of the facts that count, in the order in which they do.
  private let live: [Int32]
  private var nextLive = 0
  private var alarms: [Alarm] = []
  private var nextAlarm = 0
  /// The instant after the last one, where the opening or end of an episode shows only then.
  private var echo: Instant?

  /// A provider issue.
  struct Issue {
    var isOpened = false
    var firstResolvedAt: Instant?
  }

  /// A suspension from its opening to its end.
  struct Episode {
    let openedAt: Instant
    /// Every reason that held in it.
    var codes: WordSet<ReasonCode> = []
    /// Its last decision declined.
    var isDeclined = false
  }

  /// A decision on reinstatement at the instant of a step.
  private struct Decision {
    let number: Int32
    let request: Int32?
    let outcome: DecisionOutcome
  }

  /// A boundary that a date brings.
  private struct Alarm {
    enum Cause {
      case lateness(invoice: Int32)
      case waiverEnd(Int32)
      case profileRun
    }
    let at: Instant
    let cause: Cause
  }

  /// Prepares a walk over what was known at an instant; nil: no registration was.
  init?(_ facts: AccountFacts, edition: PolicyEdition, knownAt: Instant) {
    guard let registration = facts.registration(knownAt: knownAt) else { return nil }
    self.init(facts, edition: edition, knownAt: knownAt, registration)
  }

  /// Prepares a walk over what was known at an instant, the registration included.
  init(
    _ facts: AccountFacts, edition: PolicyEdition, knownAt: Instant,
    _ registration: (effectiveAt: Instant, content: AccountRegistered)
  ) {
    self.facts = facts
    self.edition = edition
    registeredAt = registration.effectiveAt
    now = registration.effectiveAt
    today = now.day
    isCovered = edition.coveredClouds.contains(registration.content.cloud)
    rules = isCovered ? edition.rules(for: registration.content.program) : ProgramRules()
    let index = facts.index
    waivers = index.names.waivers
    receivables = Receivables(index, rule: rules.billing)
    abuse = ReasonSubjects(count: index.names.findings.count, isApplicable: rules.abuse != nil)
    provider = ReasonSubjects(count: index.names.issues.count, isApplicable: false)
    profile = ReasonSubjects(count: 1, isApplicable: rules.profile != nil)
    profileRecord = ProfileRecord(rule: rules.profile)
    reinstatement = ReinstatementRecord(requests: index.names.requests.count)
    findings = Array(count: index.names.findings.count, of: nil)
    issues = Array(count: index.names.issues.count, of: Issue())
    let entries = index.entries
    self.entries = entries
    // Most often everything counts.
    live =
      knownAt == .distantFuture && !facts.hasRetractions
      ? index.order : index.order.filter { entries[Int($0)].counts(knownAt: knownAt) }
    for place in live { expect(entries[Int(place)]) }
    alarms.sort { $0.at < $1.at }
  }

  /// Where the account stands at the instant of the last step.
  @inline(__always)
  var state: AccountState {
    if let closedAt, closedAt <= now { return .closed }
    if !isCovered { return .notCovered }
    return episode == nil ? .active : .suspended
  }

  /// The next instant at which anything can change; nil: nothing is known to come.
  @inline(__always)
  var nextInstant: Instant? {
    var next = Instant.distantFuture
    if nextLive < live.count { next = entries[Int(live[nextLive])].effectiveAt }
    if nextAlarm < alarms.count { next = min(next, alarms[nextAlarm].at) }
    if let echo { next = min(next, echo) }
    return next <= Instant.range.upperBound ? next : nil
  }

  /// Applies everything up to and including an instant.
  mutating func advance(through instant: Instant) {
    while let next = nextInstant, next <= instant { step() }
  }
}

// MARK: - What is known before the first step

extension Sweep {
  private mutating func expect(_ entry: FactEntry) {
    switch entry.effect {
    case .invoice(let invoice, let due, let total):
      receivables.expect(invoice: invoice, due: due, total: total)
      let cause = Alarm.Cause.lateness(invoice: invoice)
      schedule(due.adding(days: 1).start, after: entry.effectiveAt, cause)
      guard let fewestDays = receivables.fewestDays else { return }
      schedule(due.adding(days: fewestDays).start, after: entry.effectiveAt, cause)
    case .payment(let payment, let amount, _):
      receivables.expect(payment: payment, amount: amount)
    case .balance(let amount):
      receivables.expectBalance(in: amount.currency)
    case .decision(_, _, _, let waivers):
      for waiver in waivers {
        schedule(
          self.waivers[Int(waiver)].until, after: entry.effectiveAt, .waiverEnd(waiver))
      }
    case .profile(let change):
      guard let rule = rules.profile, let overall = change.overall, rule.states.contains(overall)
      else { return }
      schedule(
        entry.effectiveAt.day.adding(days: rule.lasting.fewestDays).start,
        after: entry.effectiveAt, .profileRun)
    default:
      break
    }
  }

  /// Notes a boundary, unless it has passed when its fact takes effect.
  private mutating func schedule(_ at: Instant?, after effect: Instant, _ cause: Alarm.Cause) {
    guard let at, at > effect else { return }
    alarms.append(Alarm(at: at, cause: cause))
  }
}

// MARK: - One instant

extension Sweep {
  /// Applies everything of the next instant.
  mutating func step() {
    guard let instant = nextInstant else { return }
    let wasSuspended = episode != nil
    now = instant
    today = instant.day
    echo = nil
    ringAlarms()
    settleProfile(wasSuspended: wasSuspended)
    isSuspendedByDate = !holdingCodes.isEmpty

    var decisions: [Decision] = []
    while nextLive < live.count, entries[Int(live[nextLive])].effectiveAt == now {
      let effect = entries[Int(live[nextLive])].effect
      nextLive += 1
      apply(effect)
      if case .decision(let number, let request, let outcome, _) = effect {
        decisions.append(Decision(number: number, request: request, outcome: outcome))
      }
    }
    profileRecord.settle(at: now)
    settleProfile(wasSuspended: wasSuspended)
    if now >= registeredAt, closedAt == nil, isCovered { settleReasons() }
    if !decisions.isEmpty { decide(decisions) }
    if now >= registeredAt, closedAt == nil, isCovered { openEpisode() }
    reinstatementStretch.settle(reinstatementState, at: now)
    if profileRecord.isPendingAfterFailure, wasSuspended != (episode != nil) {
      echo = now.adding(nanoseconds: 1)
    }
  }

  /// The reasons that hold, unwaived.
  @inline(__always)
  var holdingCodes: WordSet<ReasonCode> {
    var codes: WordSet<ReasonCode> = []
    if abuse.isHolding { codes.insert(.accountAbuse) }
    if receivables.pastDue.isHolding { codes.insert(.billingPastDue) }
    if provider.isHolding { codes.insert(.indirectProviderIssue) }
    if profile.isHolding { codes.insert(.profileFailedOrRejected) }
    return codes
  }

  /// The profile is under review only while an episode was open just before the instant.
  @inline(__always)
  var isProfileUnderReview: Bool {
    profileRecord.isPendingAfterFailure && !profileRecord.hasFailed(on: today)
  }

  private mutating func ringAlarms() {
    while nextAlarm < alarms.count, alarms[nextAlarm].at == now {
      switch alarms[nextAlarm].cause {
      case .lateness(let invoice): receivables.dayBegins(today, for: invoice)
      case .waiverEnd(let place): endWaiver(self.waivers[Int(place)])
      case .profileRun: break
      }
      nextAlarm += 1
    }
  }

  private mutating func settleProfile(wasSuspended: Bool) {
    profile.set(
      0,
      holds: profileRecord.hasFailed(on: today)
        || wasSuspended && profileRecord.isPendingAfterFailure)
  }

  private mutating func settleReasons() {
    abuse.settle(at: now)
    receivables.settle(at: now)
    provider.settle(at: now)
    profile.settle(at: now)
    guard let episode, holdingCodes.isEmpty, !episode.codes.isEmpty,
      episode.codes.bits & ~rules.autoReinstate.bits == 0
    else { return }
    endEpisode()
  }

  private mutating func decide(_ decisions: [Decision]) {
    for decision in decisions.sorted(by: { id(of: $0) < id(of: $1) }) {
      reinstatement.decide(decision.request)
      switch decision.outcome {
      case .approved: endEpisode()
      case .declined: episode?.isDeclined = true
      }
    }
  }

  private func id(of decision: Decision) -> Identifier { facts.names.decisions[decision.number] }

  private mutating func endEpisode() {
    guard episode != nil else { return }
    episode = nil
    lastEpisodeEnd = now
  }

  private mutating func openEpisode() {
    let codes = holdingCodes
    if episode == nil, !codes.isEmpty { episode = Episode(openedAt: now) }
    episode?.codes.bits |= codes.bits
  }
}

// MARK: - Facts

extension Sweep {
  private mutating func apply(_ effect: FactEffect) {
    if case .registration(let types) = effect {
      guard !isRegistrationApplied else { return }
      isRegistrationApplied = true
      return setTypes(types)
    }
    if case .retraction = effect { return }
    evidence += 1
    switch effect {
    case .partnerTypes(let types): setTypes(types)
    case .closing: closedAt = closedAt ?? max(now, registeredAt)
    case .profile(let change): profileRecord.apply(change)
    case .finding(let finding, let severity, let state): find(finding, severity, state)
    case .issue(let issue, let affectsBoth): open(issue, affectsBoth: affectsBoth)
    case .resolution(let issue): resolve(issue)
    case .request(let request, let isReinstatement):
      reinstatement.open(request, isReinstatement: isReinstatement)
    case .requestStatus(let request, let status): reinstatement.update(request, to: status)
    case .decision(_, _, _, let waivers): beginWaivers(waivers)
    case .observation(let state): observed = state
    default: applyToReceivables(effect)
    }
  }

  private mutating func applyToReceivables(_ effect: FactEffect) {
    let day = today
    switch effect {
    case .invoice(let invoice, _, _): receivables.issue(invoice, on: day)
    case .voiding(let invoice): receivables.void(invoice, on: day)
    case .credit(let credit, let invoice, let amount):
      receivables.credit(credit, amount, to: invoice, on: day)
    case .payment(let payment, _, let allocations):
      receivables.receive(payment, allocations: allocations, on: day)
    case .allocation(let payment, let allocations):
      receivables.allocate(payment, allocations: allocations, on: day)
    case .reversal(let payment): receivables.reverse(payment, on: day)
    case .dispute(let invoice, let isOpen): receivables.dispute(invoice, isOpen: isOpen, on: day)
    case .balance(let amount): balances[amount.currency] = amount.billionths
    default: break
    }
  }

  private mutating func setTypes(_ types: WordSet<PartnerType>) {
    partnerTypes = types
    provider.isApplicable = rules.provider.map { $0.partnerTypes.bits & types.bits != 0 } ?? false
  }

  private mutating func find(_ finding: Int32, _ severity: AbuseSeverity, _ state: AbuseState) {
    suspectedFindings += (state == .suspected ? 1 : 0)
    suspectedFindings -= (findings[Int(finding)] == .suspected ? 1 : 0)
    findings[Int(finding)] = state
    if let rule = rules.abuse {
      abuse.set(
        finding, holds: rule.severities.contains(severity) && rule.states.contains(state))
    }
  }

  /// Opens an issue, unless it was resolved before. A resolution of the same instant is one of a
  /// pair: the greater identity, which is the one that comes later here, has the last word.
  private mutating func open(_ issue: Int32, affectsBoth: Bool) {
    guard !issues[Int(issue)].isOpened else { return }
    issues[Int(issue)].isOpened = true
    if let resolvedAt = issues[Int(issue)].firstResolvedAt, resolvedAt < now { return }
    provider.set(issue, holds: affectsBoth)
  }

  private mutating func resolve(_ issue: Int32) {
    issues[Int(issue)].firstResolvedAt = issues[Int(issue)].firstResolvedAt ?? now
    provider.set(issue, holds: false)
  }

  private mutating func beginWaivers(_ places: Range<Int32>) {
    for place in places {
      let waiver = self.waivers[Int(place)]
      guard waiver.until > now else { continue }
      switch waiver.reason {
      case .accountAbuse: abuse.beginWaiver(of: waiver.subject)
      case .billingPastDue: receivables.beginWaiver(of: waiver.subject)
      case .indirectProviderIssue: provider.beginWaiver(of: waiver.subject)
      case .profileFailedOrRejected: profile.beginWaiver(of: waiver.subject)
      }
    }
  }

  private mutating func endWaiver(_ waiver: NumberedWaiver) {
    switch waiver.reason {
    case .accountAbuse: abuse.endWaiver(of: waiver.subject)
    case .billingPastDue: receivables.endWaiver(of: waiver.subject)
    case .indirectProviderIssue: provider.endWaiver(of: waiver.subject)
    case .profileFailedOrRejected: profile.endWaiver(of: waiver.subject)
    }
  }
}
