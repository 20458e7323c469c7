package import AccountStatusModel

/// What the ledger does when no client waits: transitions that are due, accounts that a clock set
/// back has left ahead, and rows of other rules. In chunks, each resumable after a crash, because
/// every account done is no longer found.
package struct BackgroundWork {
  /// What the next chunk is made of.
  package enum Task: Equatable {
    /// Commit what is due by an instant, or has to be taken back to it.
    case catchUp(AccountCondition, now: Instant)
    /// Decide rows of other rules anew.
    case decideAnew(AccountCondition)
  }

  /// The present to catch up with; nil: done.
  package private(set) var target: Instant?
  /// Who is told when that is done.
  private var waiting: [RequestID] = []
  /// How far accounts ahead of a clock set back have been sought, by number; nil: there are none.
  private var soughtAhead: Int64?
  /// How far rows of other rules have been sought, by number; nil: there are none.
  private var soughtOther: Int64?
  /// The latest instant that any row may begin at.
  private var latestNow: Instant
  /// The instant up to which no transition is due.
  package private(set) var caughtUpTo = Instant(nanoseconds: .min)
  private let rules: Int64

  /// Knows what the rows showed at the start.
  package init(rules: Int64, latestNow: Instant, hasOtherRules: Bool) {
    self.rules = rules
    self.latestNow = latestNow
    soughtOther = hasOtherRules ? 0 : nil
  }

  /// What to do next; nil: nothing.
  package var next: Task? {
    if let target {
      if let soughtAhead {
        return .catchUp(.beginsAfter(target, beyond: soughtAhead), now: target)
      }
      return .catchUp(.flipsBy(target), now: target)
    }
    return soughtOther.map { .decideAnew(.decidedByOther(rules: rules, beyond: $0)) }
  }

  /// Notes an instant that a row may begin at. After a clock set back, what lies between it and the
  /// instant caught up with is to come again.
  package mutating func saw(_ now: Instant) {
    latestNow = max(latestNow, now)
    caughtUpTo = min(caughtUpTo, now)
  }

  /// Catches up with an instant, and then tells a requester, if there is one.
  package mutating func catchUp(with now: Instant, for id: RequestID?) {
    if let id { waiting.append(id) }
    if now < latestNow {
      soughtAhead = 0
      latestNow = now
    }
    target = now
    saw(now)
  }

  /// The last chunk ended with this account; nil: none was found, which ends the task. Returns who
  /// waited for the end.
  package mutating func did(_ task: Task, upTo last: Int64?) -> [RequestID] {
    switch task {
    case .catchUp(.beginsAfter, _):
      soughtAhead = last
    case .catchUp(_, let now):
      if last == nil {
        target = nil
        caughtUpTo = now
        return takeWaiting()
      }
    case .decideAnew:
      soughtOther = last
    }
    return []
  }

  /// Nobody waits any longer; returns who did.
  package mutating func takeWaiting() -> [RequestID] {
    defer { waiting = [] }
    return waiting
  }
}
