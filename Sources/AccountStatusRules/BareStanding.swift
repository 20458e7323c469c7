package import AccountStatusModel

/// A standing without a text in it: what is compared on every change and seldom shown.
///
/// Says in numbers all that `Standing` says in texts as well: two of one account under one edition
/// are equal exactly where the standings are. Numbers of things are those of the account's facts,
/// which stay as they are while facts are appended.
package struct BareStanding: Hashable, Sendable {
  /// Where the account stands.
  package var state: AccountState
  /// Since when.
  package var since: Instant
  /// The reasons that hold, unwaived.
  package var reasons: WordSet<ReasonCode>
  /// The allowed capabilities.
  package var capabilities: WordSet<Capability>
  /// What else is worth knowing.
  package var notices: WordSet<Notice>
  /// The state from `nextTransitionAt` on; nil: no transition is known.
  package var nextState: AccountState?
  /// When the state differs next; `distantFuture` when `nextState` is nil.
  package var nextTransitionAt = Instant.distantFuture
  /// Suspended with no unwaived reason.
  package var isEligibleForReinstatement: Bool
  /// How far the way back is.
  package var reinstatementState: ReinstatementState
  /// Since when; nil: `none`.
  package var reinstatementSince: Instant?

  /// What the full view says beyond this, in numbers: first of the reasons, then of the next
  /// transition.
  private var particulars: [Int64] = []
  private var reasonParticulars = 0
}

extension BareStanding: SweepAnswer {
  init(_ sweep: inout Sweep) {
    let state = sweep.state
    self.state = state
    since = sweep.since(state)
    reasons = state == .suspended ? sweep.holdingCodes : []
    capabilities = sweep.edition.capabilities.allowed(in: state)
    notices = sweep.notices(state)
    isEligibleForReinstatement = state == .suspended && reasons.isEmpty
    reinstatementState = sweep.reinstatementStretch.state
    reinstatementSince = sweep.reinstatementStretch.since
    var rest = reasons
    while let code = rest.removeFirst() { note(code, &sweep) }
    reasonParticulars = particulars.count
  }

  mutating func setNextTransition(_ sweep: inout Sweep) {
    nextState = sweep.state
    nextTransitionAt = sweep.now
    var rest = sweep.transitionCodes
    while let code = rest.removeFirst() {
      particulars.append(Int64(code.rawValue))
      particulars.append(contentsOf: sweep.sortedSubjects(of: code).lazy.map(Int64.init))
    }
  }

  mutating func clearNextTransition() {
    guard nextState != nil else { return }
    nextState = nil
    nextTransitionAt = .distantFuture
    particulars.removeSubrange(reasonParticulars...)
  }

  /// Notes all that a reason's place in an answer depends on, its line for people included.
  private mutating func note(_ code: ReasonCode, _ sweep: inout Sweep) {
    let subjects = sweep.sortedSubjects(of: code)
    particulars.append(Int64(code.rawValue))
    particulars.append(sweep.since(code)?.nanoseconds ?? .min)
    particulars.append(Int64(subjects.count))
    particulars.append(contentsOf: subjects.lazy.map(Int64.init))
    switch code {
    case .accountAbuse, .indirectProviderIssue:
      break
    case .billingPastDue:
      for invoice in subjects.prefix(Sweep.mostSpelledOut) {
        guard let open = sweep.receivables.open(of: invoice),
          let due = sweep.receivables.dueDate(of: invoice)
        else { continue }
        particulars.append(Int64(truncatingIfNeeded: open.billionths >> 64))
        particulars.append(Int64(truncatingIfNeeded: open.billionths))
        particulars.append(Int64(open.currency.number))
        particulars.append(Int64(due.number))
      }
    case .profileFailedOrRejected:
      particulars.append(contentsOf: sweep.profileParticulars)
    }
  }
}

extension Sweep {
  /// What the line about the profile is made of.
  fileprivate var profileParticulars: [Int64] {
    let record = profileRecord
    if isProfileUnderReview { return [1, Int64(record.lastFinalized?.rawValue ?? 0)] }
    let isDated = (rules.profile?.lasting.fewestDays ?? 0) > 0
    return [
      0, Int64(record.overall?.rawValue ?? 0),
      isDated ? Int64(record.runStart?.day.number ?? .min) : 0,
    ]
  }
}
