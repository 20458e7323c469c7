package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck

/// Asks to be told of every change.
package struct WatchStatusesRequest: Sendable, Hashable {
  /// The most ids of one request.
  package static let maximumIDs = 1000

  /// Empty: every account.
  package var accountIDs: [AccountID]
  /// Where an earlier watch ended; empty: begin with a snapshot.
  package var fromToken: [UInt8]

  package init(accountIDs: [AccountID] = [], fromToken: [UInt8] = []) {
    self.accountIDs = accountIDs
    self.fromToken = fromToken
  }
}

extension WatchStatusesRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__WatchStatusesRequest) throws(FormError) {
    guard wire.n_account_ids <= Self.maximumIDs else {
      throw FormError(
        field: "accountIds",
        "has \(wire.n_account_ids) entries; at most \(Self.maximumIDs): name none to watch all")
    }
    accountIDs = []
    for (index, text) in readTexts(wire.account_ids, wire.n_account_ids).enumerated() {
      accountIDs.append(
        try inField("accountIds[\(index)]") { () throws(FormError) in try AccountID(text) })
    }
    fromToken = readBytes(wire.from_token)
  }

  func fill(_ wire: inout Accountstatus__V1__WatchStatusesRequest, _ arena: MessageArena) {
    (wire.n_account_ids, wire.account_ids) = arena.texts(accountIDs.map(\.text))
    wire.from_token = arena.data(fromToken)
  }
}

/// What a watch is told.
package enum WatchEvent: Sendable, Hashable {
  /// What was told before counts; changes follow.
  case resumed
  /// The record of every account follows.
  case snapshotBegin
  /// An account of a snapshot.
  case record(AccountStatus)
  /// Every account was told.
  case snapshotEnd(token: [UInt8])
  case change(AccountChange)
  /// - token: empty within a snapshot.
  /// - asOf: everything that was true by then has been told; nil: older changes are still to come.
  case progress(token: [UInt8], asOf: Instant?)
  /// The changes behind the token are no longer kept: the stream ends, a snapshot is needed.
  case compacted
}

/// One or several changes of an account, as one.
package struct AccountChange: Sendable, Hashable {
  package var accountID: AccountID
  /// What was told last; nil: not registered.
  package var previous: AccountStatus?
  /// What is true from its `asOf` on; nil: not registered any more.
  package var current: AccountStatus?
  /// Of `current`, also when that is nil.
  package var revision: UInt64
  /// Facts learned late changed how the account stood before.
  package var isPastChanged: Bool
  package var token: [UInt8]

  package init(
    accountID: AccountID, previous: AccountStatus?, current: AccountStatus?, revision: UInt64,
    isPastChanged: Bool = false, token: [UInt8]
  ) {
    self.accountID = accountID
    self.previous = previous
    self.current = current
    self.revision = revision
    self.isPastChanged = isPastChanged
    self.token = token
  }
}

/// One message of a watch.
package struct WatchStatusesResponse: Sendable, Hashable {
  /// nil: something that only a newer server tells.
  package var event: WatchEvent?

  package init(_ event: WatchEvent) {
    self.event = event
  }
}

extension WatchStatusesResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__WatchStatusesResponse) throws(FormError) {
    event = try WatchEvent(wire)
  }

  func fill(_ wire: inout Accountstatus__V1__WatchStatusesResponse, _ arena: MessageArena) {
    event?.fill(&wire, arena)
  }
}

extension WatchEvent {
  fileprivate init?(_ wire: Accountstatus__V1__WatchStatusesResponse) throws(FormError) {
    switch wire.event_case {
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RESUMED: self = .resumed
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_BEGIN: self = .snapshotBegin
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED: self = .compacted
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RECORD:
      guard let record = wire.record?.pointee else { return nil }
      self = .record(
        try inField("record") { () throws(FormError) in try AccountStatus(record) })
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END:
      guard let end = wire.snapshot_end?.pointee else { return nil }
      self = .snapshotEnd(token: readBytes(end.token))
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE:
      guard let change = wire.change?.pointee else { return nil }
      self = .change(
        try inField("change") { () throws(FormError) in try AccountChange(change) })
    case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS:
      guard let progress = wire.progress?.pointee else { return nil }
      self = .progress(
        token: readBytes(progress.token),
        asOf: try readOptionalInstant("progress.asOf", progress.as_of))
    default: return nil
    }
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__WatchStatusesResponse, _ arena: MessageArena
  ) {
    switch self {
    case .resumed:
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RESUMED
      wire.resumed = arena.message { _ in }
    case .snapshotBegin:
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_BEGIN
      wire.snapshot_begin = arena.message { _ in }
    case .record(let status):
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RECORD
      wire.record = arena.message { status.fill(&$0, arena) }
    case .snapshotEnd(let token):
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END
      wire.snapshot_end = arena.message { $0.token = arena.data(token) }
    case .change(let change):
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE
      wire.change = arena.message { change.fill(&$0, arena) }
    case .progress(let token, let asOf):
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS
      wire.progress = arena.message {
        $0.token = arena.data(token)
        $0.as_of = arena.timestamp(asOf)
      }
    case .compacted:
      wire.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED
      wire.compacted = arena.message { _ in }
    }
  }
}

extension AccountChange {
  fileprivate init(_ wire: Accountstatus__V1__StatusChange) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      previous: try Self.status("previous", wire.previous),
      current: try Self.status("current", wire.current), revision: wire.revision,
      isPastChanged: readBool(wire.past_changed), token: readBytes(wire.token))
  }

  private static func status(
    _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__AccountStatus>?
  ) throws(FormError) -> AccountStatus? {
    guard let wire = field?.pointee else { return nil }
    return try inField(name) { () throws(FormError) in try AccountStatus(wire) }
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__StatusChange, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.previous = previous.map { status in arena.message { status.fill(&$0, arena) } }
    wire.current = current.map { status in arena.message { status.fill(&$0, arena) } }
    wire.revision = revision
    wire.past_changed = isPastChanged ? 1 : 0
    wire.token = arena.data(token)
  }
}

// MARK: - The generated types

extension Accountstatus__V1__WatchStatusesRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_statuses_request__init }
}

extension Accountstatus__V1__WatchResumed: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_resumed__init }
}

extension Accountstatus__V1__WatchSnapshotBegin: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_snapshot_begin__init }
}

extension Accountstatus__V1__WatchSnapshotEnd: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_snapshot_end__init }
}

extension Accountstatus__V1__StatusChange: CMessage {
  static var initializer: Initializer { accountstatus__v1__status_change__init }
}

extension Accountstatus__V1__WatchProgress: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_progress__init }
}

extension Accountstatus__V1__WatchCompacted: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_compacted__init }
}

extension Accountstatus__V1__WatchStatusesResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__watch_statuses_response__init }
}
