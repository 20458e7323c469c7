import AccountStatusModel

/// A profile's vetting while the sweep goes on.
struct ProfileRecord {
  private(set) var overall: VerificationState?
  /// The last authorized, rejected or failed that a fact gave, as either. Where one fact gives
  /// both, the one it calls last finalized is it.
  private(set) var lastFinalized: VerificationState?
  private var notPassed: WordSet<VerificationCheck> = []
  /// Start of the unbroken run of the states that the rule counts.
  private(set) var runStart: Instant?
  private let rule: ProfileRule?

  init(rule: ProfileRule?) {
    self.rule = rule
  }

  /// Some check is neither passed nor absent, and the vetting is not over and lost.
  var isIncomplete: Bool {
    !notPassed.isEmpty && overall != .rejected && overall != .failed
  }

  /// The vetting is pending again after an outcome that the rule counts.
  var isPendingAfterFailure: Bool {
    guard overall == .pending, let lastFinalized, let rule else { return false }
    return rule.holdsUnderReview && rule.states.contains(lastFinalized)
  }

  /// The run has lasted as long as the rule asks.
  func hasFailed(on day: CalendarDay) -> Bool {
    guard let runStart, let rule else { return false }
    return rule.lasting.isMet(by: day.days(since: runStart.day))
  }

  /// Takes what a fact says; what it leaves open is unchanged.
  mutating func apply(_ change: ProfileChange) {
    if let stated = change.overall {
      overall = stated
      if stated.isFinal { lastFinalized = stated }
    }
    lastFinalized = change.lastFinalized ?? lastFinalized
    notPassed.bits = notPassed.bits & ~change.passed.bits | change.notPassed.bits
  }

  /// Follows the run, once all of an instant is applied: what another fact of the same instant
  /// overrules never was, and breaks no run.
  mutating func settle(at instant: Instant) {
    guard let overall, let rule, rule.states.contains(overall) else {
      runStart = nil
      return
    }
    runStart = runStart ?? instant
  }
}

extension VerificationState {
  /// The outcome of a vetting.
  fileprivate var isFinal: Bool { self == .authorized || self == .rejected || self == .failed }
}
