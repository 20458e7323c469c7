package import AccountStatusLedger
package import AccountStatusModel

/// What a list may ask about a record: twelve bytes, so that a million are looked through in
/// milliseconds.
///
/// True of both halves of the record, and to the day: it never misses an account that matches, and
/// says of some that they may match when they do not. The record has the last word.
package struct RecordTraits {
  /// One bit per word of the vocabulary that either half has.
  private var bits: UInt32 = 0
  /// The earliest UTC day of a next transition to SUSPENDED; `never`: there is none.
  private(set) var suspensionDay = Self.never
  /// The earliest UTC day on which a state or a reinstatement state began.
  private var sinceDay = Self.never
  /// From this UTC day on the record may have run out: then only reading it can tell.
  private var untilDay = Self.never

  static let never = UInt16.max

  /// The traits of no account.
  package init() {}

  /// The traits of the answers of a row.
  ///
  /// Of one that the rules in force have not decided nothing can be told at any time.
  package init(_ row: StatusRow) {
    untilDay = row.isCurrent ? Self.day(row.validUntil) : 0
    for answer in [row.untilFlip, row.fromFlip] {
      guard let answer else { continue }
      bits |= Bit.of(answer.state) | Bit.of(answer.reinstatementState) | Bit.registered
      bits |= Bit.of(answer.reasons) | Bit.of(answer.notices)
      if answer.isEligibleForReinstatement { bits |= Bit.eligible }
      if answer.nextState == .suspended {
        suspensionDay = min(suspensionDay, Self.day(answer.nextTransitionAt))
      }
      sinceDay = min(sinceDay, Self.day(answer.since))
      if let since = answer.reinstatementSince { sinceDay = min(sinceDay, Self.day(since)) }
    }
  }

  /// Takes what another row of the record may match as well.
  mutating func formUnion(_ other: RecordTraits) {
    bits |= other.bits
    suspensionDay = min(suspensionDay, other.suspensionDay)
    sinceDay = min(sinceDay, other.sinceDay)
    untilDay = min(untilDay, other.untilDay)
  }

  /// Days since 1970; what is out of range becomes its end, which keeps the order.
  private static func day(_ instant: Instant) -> UInt16 {
    instant == .distantFuture ? never : min(UInt16(clamping: instant.day.number), never - 1)
  }

  /// Where the vocabulary's words have their bits.
  private enum Bit {
    static let eligible: UInt32 = 1 << 26
    static let registered: UInt32 = 1 << 27

    static func of(_ state: AccountState) -> UInt32 { 1 << (UInt32(state.rawValue) - 1) }
    static func of(_ reasons: WordSet<ReasonCode>) -> UInt32 {
      UInt32(truncatingIfNeeded: reasons.bits >> 1 & 0xf) << 4
    }
    static func of(_ notices: WordSet<Notice>) -> UInt32 {
      UInt32(truncatingIfNeeded: notices.bits >> 1 & 0xfff) << 8
    }
    static func of(_ state: ReinstatementState) -> UInt32 { 1 << (UInt32(state.rawValue) + 19) }
  }
}

extension RecordTraits {
  /// What a filter asks for at an instant.
  package struct Wanted {
    fileprivate var bits = Bit.registered
    fileprivate var latestSuspensionDay = UInt16.max
    fileprivate var latestSinceDay = UInt16.max
    fileprivate var today: UInt16

    package init(_ filter: StatusFilter, at now: Instant) {
      today = RecordTraits.day(now)
      if let state = filter.state { bits |= Bit.of(state) }
      if let reason = filter.reason { bits |= Bit.of([reason]) }
      if let notice = filter.notice { bits |= Bit.of([notice]) }
      if let state = filter.reinstatementState { bits |= Bit.of(state) }
      if filter.isEligible { bits |= Bit.eligible }
      if let before = filter.suspendsBefore {
        latestSuspensionDay = min(RecordTraits.day(before), RecordTraits.never - 1)
      }
      if let before = filter.beginsBefore(asOf: now) { latestSinceDay = RecordTraits.day(before) }
    }
  }

  /// Whether the record may be in the list, unless it begins later than now.
  @inline(__always)
  package func mayMatch(_ wanted: Wanted) -> Bool {
    (bits & wanted.bits == wanted.bits && suspensionDay <= wanted.latestSuspensionDay
      && sinceDay <= wanted.latestSinceDay) || untilDay <= wanted.today
  }
}
