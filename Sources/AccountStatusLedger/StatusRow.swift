package import AccountStatusModel
package import AccountStatusRules

/// What the ledger says of an account for the present: two complete BASIC answers and the instants
/// between which they hold, under the default edition.
///
/// Until `flipAt` `untilFlip` holds, with `revision`; from `flipAt` until `validUntil` `fromFlip`
/// holds, with `revision` + 1. A nil answer: the account is not registered at that time.
package struct StatusRow: Hashable, Sendable {
  /// The account.
  package var accountID: AccountID
  /// Counts the committed changes of the current answer; never decreases.
  package var revision: UInt64
  /// The first instant at which `untilFlip` holds.
  package var validFrom: Instant
  /// The next instant at which anything that the revision counts changes by time alone;
  /// `distantFuture`: never.
  package var flipAt: Instant
  /// The change after that; `distantFuture`: never.
  package var validUntil: Instant
  /// The answer in [validFrom, flipAt).
  package var untilFlip: BasicAnswer?
  /// The answer in [flipAt, validUntil); nil also when `flipAt` is never.
  package var fromFlip: BasicAnswer?
  /// Decided by the rules now in force. False only after a change of the default edition or of
  /// the rules, until the account has been evaluated anew: then evaluate instead of reading it.
  package var isCurrent: Bool
  /// Decided under an edition of another name, which is part of every answer.
  package var isOfOtherEdition = false

  /// Describes what is said of an account.
  package init(
    accountID: AccountID, revision: UInt64, validFrom: Instant, flipAt: Instant,
    validUntil: Instant, untilFlip: BasicAnswer?, fromFlip: BasicAnswer?, isCurrent: Bool = true
  ) {
    self.accountID = accountID
    self.revision = revision
    self.validFrom = validFrom
    self.flipAt = flipAt
    self.validUntil = validUntil
    self.untilFlip = untilFlip
    self.fromFlip = fromFlip
    self.isCurrent = isCurrent
  }
}

extension StatusRow {
  /// Shows an outlook from an instant on; the revision is its counter's business.
  mutating func show(_ outlook: Outlook, from instant: Instant) {
    validFrom = instant
    flipAt = outlook.flipAt
    validUntil = outlook.validUntil
    untilFlip = outlook.standing.map(BasicAnswer.init)
    fromFlip = outlook.fromFlip.map(BasicAnswer.init)
  }

  /// Rolls on to the second answer, which time never changes.
  mutating func flip() {
    validFrom = flipAt
    flipAt = .distantFuture
    untilFlip = fromFlip
    fromFlip = nil
  }

  /// The revision at an instant: a flip counts from its own instant, committed or not.
  package func revision(at instant: Instant) -> UInt64 {
    instant < flipAt ? revision : revision + 1
  }
}

/// The BASIC view of a standing: codes and instants, no text.
package struct BasicAnswer: Hashable, Sendable {
  /// Where the account stands.
  package var state: AccountState
  /// How far the way back is.
  package var reinstatementState: ReinstatementState
  /// Since when; nil: `none`, or not known.
  package var reinstatementSince: Instant?
  /// Suspended with no unwaived reason.
  package var isEligibleForReinstatement: Bool
  /// The state from `nextTransitionAt` on; nil: no transition is known.
  package var nextState: AccountState?
  /// When the state differs next; `distantFuture` when `nextState` is nil.
  package var nextTransitionAt: Instant
  /// Since when the state holds.
  package var since: Instant
  /// The reasons that hold, unwaived.
  package var reasons: WordSet<ReasonCode>
  /// What else is worth knowing.
  package var notices: WordSet<Notice>
  /// The allowed capabilities.
  package var capabilities: WordSet<Capability>

  /// Describes an answer.
  package init(
    state: AccountState, reinstatementState: ReinstatementState,
    reinstatementSince: Instant? = nil, isEligibleForReinstatement: Bool,
    nextState: AccountState?, nextTransitionAt: Instant, since: Instant,
    reasons: WordSet<ReasonCode>, notices: WordSet<Notice>, capabilities: WordSet<Capability>
  ) {
    self.state = state
    self.reinstatementState = reinstatementState
    self.reinstatementSince = reinstatementSince
    self.isEligibleForReinstatement = isEligibleForReinstatement
    self.nextState = nextState
    self.nextTransitionAt = nextTransitionAt
    self.since = since
    self.reasons = reasons
    self.notices = notices
    self.capabilities = capabilities
  }

  /// Leaves out of a standing what the BASIC view leaves out.
  package init(_ standing: BareStanding) {
    state = standing.state
    reinstatementState = standing.reinstatementState
    reinstatementSince = standing.reinstatementSince
    isEligibleForReinstatement = standing.isEligibleForReinstatement
    nextState = standing.nextState
    nextTransitionAt = standing.nextTransitionAt
    since = standing.since
    reasons = standing.reasons
    notices = standing.notices
    capabilities = standing.capabilities
  }

  /// Leaves out of a standing what the BASIC view leaves out.
  package init(_ standing: Standing) {
    state = standing.state
    reinstatementState = standing.reinstatementState
    reinstatementSince = standing.reinstatementSince
    isEligibleForReinstatement = standing.isEligibleForReinstatement
    nextState = standing.nextTransition?.toState
    nextTransitionAt = standing.nextTransition?.at ?? .distantFuture
    since = standing.since
    reasons = standing.reasons.reduce(into: []) { $0.insert($1.code) }
    notices = standing.notices
    capabilities = standing.capabilities
  }

  /// The answer as a standing whose reasons carry their code only.
  package var standing: Standing {
    Standing(
      state: state, since: since, reasons: reasons.words.map { Reason(code: $0) },
      capabilities: capabilities, notices: notices,
      nextTransition: nextState.map { NextTransition(at: nextTransitionAt, toState: $0) },
      isEligibleForReinstatement: isEligibleForReinstatement,
      reinstatementState: reinstatementState, reinstatementSince: reinstatementSince)
  }
}
