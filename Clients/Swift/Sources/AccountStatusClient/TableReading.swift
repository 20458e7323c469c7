public import AccountStatusModel
internal import CStatusTable

/// What a read of the status table came to: the BASIC answer for one account, as plain numbers.
public struct TableReading: Sendable, Hashable {
  /// What it can be used for.
  public enum Result: Sendable, Hashable {
    /// It is the answer.
    case found
    /// The account is not registered. Never the same as active.
    case notFound
    /// The last that is known, and too old to act on without the server.
    case stale
    /// Nothing is known here.
    case unavailable
  }

  /// What it can be used for. Only with `found` and `stale` the rest describes an account.
  public let result: Result
  /// Where the account stands; nil: nothing is known, or a newer server has a word for it that this
  /// library does not know. Never read nil as active.
  public let state: AccountState?
  /// How far the way back is.
  public let reinstatementState: ReinstatementState
  /// Suspended with no unwaived reason.
  public let isEligibleForReinstatement: Bool
  /// Why, by code.
  public let reasons: WordSet<ReasonCode>
  /// What else is worth knowing.
  public let notices: WordSet<Notice>
  /// What the account may do.
  public let capabilities: WordSet<Capability>
  /// Since when the state holds.
  public let since: Instant
  /// When the state differs next, and what it is then; nil: no such instant is known.
  public let nextTransition: NextState?
  /// Counts the changes of the account's current answer.
  public let revision: UInt64
  /// The instant the answer is for.
  public let asOf: Instant
  /// Nanoseconds since the server's last sign of life.
  public let ageNanoseconds: UInt64
  /// Counts the tables that the server made.
  public let generation: UInt64
  /// Counts the tables that this process mapped.
  let mapping: UInt64

  /// A later state.
  public struct NextState: Sendable, Hashable {
    /// When it begins.
    public let at: Instant
    /// What it is.
    public let state: AccountState
  }

  /// Time since the server's last sign of life.
  public var age: Duration { .nanoseconds(Int64(clamping: ageNanoseconds)) }

  /// Whether the answer is that the account may do something.
  public func allows(_ capability: Capability) -> Bool {
    result == .found && capabilities.contains(capability)
  }
}

extension TableReading {
  /// - isDoubtful: the table may be another server's than the one that answers now.
  @inline(__always)
  init(_ reading: UnsafePointer<status_table_reading>, isDoubtful: Bool) {
    let result: Result =
      switch reading.pointee.result {
      case .STATUS_TABLE_FOUND: isDoubtful ? .stale : .found
      case .STATUS_TABLE_NOT_FOUND: isDoubtful ? .unavailable : .notFound
      case .STATUS_TABLE_STALE: .stale
      case .STATUS_TABLE_BUSY, .STATUS_TABLE_UNAVAILABLE: .unavailable
      }
    self.result = result
    let hasAnswer = result == .found || result == .stale
    state = hasAnswer ? AccountState(rawValue: reading.pointee.status.answer.state) : nil
    reinstatementState =
      ReinstatementState(rawValue: reading.pointee.status.answer.reinstatement_state) ?? .none
    isEligibleForReinstatement = reading.pointee.status.answer.eligible
    reasons = WordSet(bits: UInt64(reading.pointee.status.answer.reasons))
    notices = WordSet(bits: UInt64(reading.pointee.status.answer.notices))
    capabilities = WordSet(bits: reading.pointee.status.answer.capabilities)
    since = Instant(nanoseconds: reading.pointee.status.answer.since)
    nextTransition = AccountState(rawValue: reading.pointee.status.answer.next_state).map {
      NextState(at: Instant(nanoseconds: reading.pointee.status.answer.next_at), state: $0)
    }
    revision = reading.pointee.status.revision
    asOf = Instant(nanoseconds: reading.pointee.as_of)
    ageNanoseconds = reading.pointee.age
    generation = reading.pointee.generation
    mapping = reading.pointee.mapping
  }

  /// The answer as a call returns it; nil: there is none, or its state is not known here.
  func status(of account: AccountID, policyEdition: String) -> AccountStatus? {
    guard let state else { return nil }
    let standing = Standing(
      state: state, since: since, reasons: reasons.words.map { Reason(code: $0) },
      capabilities: capabilities, notices: notices,
      nextTransition: nextTransition.map { NextTransition(at: $0.at, toState: $0.state) },
      isEligibleForReinstatement: isEligibleForReinstatement,
      reinstatementState: reinstatementState)
    return AccountStatus(
      accountID: account, standing: standing, policyEdition: policyEdition, revision: revision,
      asOf: asOf)
  }
}

extension Duration {
  /// In nanoseconds, not below zero.
  var clampedNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow
      ? UInt64(Int64.max) : min(whole + UInt64(attoseconds / 1_000_000_000), UInt64(Int64.max))
  }
}
