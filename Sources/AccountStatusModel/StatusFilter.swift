/// Which accounts a work list is about. An account is in the list when everything asked for holds.
public struct StatusFilter: Hashable, Sendable {
  /// nil: every state.
  public var state: AccountState?
  /// A reason that holds; nil: any or none.
  public var reason: ReasonCode?
  /// A notice that is shown; nil: any or none. Lists do not know `providerSuspended`.
  public var notice: Notice?
  /// Only accounts that an approval would reinstate.
  public var isEligible: Bool
  /// nil: every one.
  public var reinstatementState: ReinstatementState?
  /// The reinstatement state, where one is asked for, else the state, has lasted longer than this.
  public var olderThan: Duration?
  /// The next transition is to SUSPENDED and comes before this instant.
  public var suspendsBefore: Instant?

  /// Describes a list; without arguments, of every account.
  public init(
    state: AccountState? = nil, reason: ReasonCode? = nil, notice: Notice? = nil,
    isEligible: Bool = false, reinstatementState: ReinstatementState? = nil,
    olderThan: Duration? = nil, suspendsBefore: Instant? = nil
  ) {
    self.state = state
    self.reason = reason
    self.notice = notice
    self.isEligible = isEligible
    self.reinstatementState = reinstatementState
    self.olderThan = olderThan
    self.suspendsBefore = suspendsBefore
  }

  /// What `olderThan` means at an instant: the state asked about began before this one. nil: any
  /// time will do.
  public func beginsBefore(asOf instant: Instant) -> Instant? {
    guard let olderThan else { return nil }
    let (seconds, attoseconds) = olderThan.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(
      by: Instant.nanosecondsPerSecond)
    // So long that nothing has lasted longer.
    if overflow { return Instant(nanoseconds: .min) }
    return instant.adding(nanoseconds: -whole).adding(
      nanoseconds: -(attoseconds / 1_000_000_000))
  }

  /// Whether an account that stands so at an instant is in the list.
  public func matches(_ standing: Standing, asOf instant: Instant) -> Bool {
    if let state, standing.state != state { return false }
    if let reason, !standing.reasons.contains(where: { $0.code == reason }) { return false }
    if let notice, !standing.notices.contains(notice) { return false }
    if isEligible, !standing.isEligibleForReinstatement { return false }
    if let reinstatementState, standing.reinstatementState != reinstatementState { return false }
    if let limit = beginsBefore(asOf: instant) {
      let since = reinstatementState == nil ? standing.since : standing.reinstatementSince
      guard let since, since < limit else { return false }
    }
    if let suspendsBefore {
      guard let next = standing.nextTransition, next.toState == .suspended,
        next.at < suspendsBefore
      else { return false }
    }
    return true
  }
}
