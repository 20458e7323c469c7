package import AccountStatusModel
internal import CAccountStatusV1
internal import CGoogleProtobuf
internal import CWireCheck
package import TTRPC

/// How much a status carries.
package enum StatusView: UInt32, Sendable, Hashable {
  /// The status index's record: reasons by code only.
  case basic = 1
  /// The ledger's answer.
  case full = 2
}

/// At which point of the three time axes a question is asked.
package struct StatusQuery: Sendable, Hashable {
  /// Nil: now.
  package var asOf: Instant?
  /// Inclusive; nil: everything stored.
  package var knownAt: Instant?
  /// Nil: the server's default edition.
  package var policyEdition: String?

  package init(asOf: Instant? = nil, knownAt: Instant? = nil, policyEdition: String? = nil) {
    self.asOf = asOf
    self.knownAt = knownAt
    self.policyEdition = policyEdition
  }

  /// Whether the question is about the current answer, which the index has.
  package var isCurrent: Bool { asOf == nil && knownAt == nil && policyEdition == nil }

  init(
    _ asOf: UnsafeMutablePointer<Google__Protobuf__Timestamp>?,
    _ knownAt: UnsafeMutablePointer<Google__Protobuf__Timestamp>?,
    _ edition: UnsafeMutablePointer<CChar>?
  ) throws(FormError) {
    self.init(
      asOf: try readOptionalInstant("asOf", asOf),
      knownAt: try readOptionalInstant("knownAt", knownAt))
    let edition = readText(edition)
    policyEdition = edition.isEmpty ? nil : edition
  }
}

extension StatusView {
  /// The view of a question: FULL when the index cannot answer it, BASIC when none that is known
  /// is asked for.
  fileprivate init(_ number: UInt32, _ query: StatusQuery) {
    self = query.isCurrent ? StatusView(rawValue: number) ?? .basic : .full
  }
}

/// Asks for the status of one account.
package struct GetStatusRequest: Sendable, Hashable {
  package var accountID: AccountID
  package var view: StatusView
  package var query: StatusQuery
  /// A token: the answer is at least that fresh.
  package var atLeast: [UInt8]

  package init(
    accountID: AccountID, view: StatusView = .basic, query: StatusQuery = StatusQuery(),
    atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.view = view
    self.query = query
    self.atLeast = atLeast
  }
}

extension GetStatusRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetStatusRequest) throws(FormError) {
    let query = try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition)
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      view: StatusView(wire.view.rawValue, query), query: query, atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__GetStatusRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.view = .init(view.rawValue)
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.at_least = arena.data(atLeast)
  }
}

/// The status of one account.
package struct GetStatusResponse: Sendable, Hashable {
  package var status: AccountStatus
  /// The position the answer was read at.
  package var token: [UInt8]

  package init(status: AccountStatus, token: [UInt8]) {
    self.status = status
    self.token = token
  }
}

extension GetStatusResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__GetStatusResponse) throws(FormError) {
    guard let found = wire.status?.pointee else {
      throw FormError(field: "status", "is missing")
    }
    status = try inField("status") { () throws(FormError) in try AccountStatus(found) }
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__GetStatusResponse, _ arena: MessageArena) {
    wire.status = arena.message { status.fill(&$0, arena) }
    wire.token = arena.data(token)
  }
}

/// Asks for the statuses of several accounts.
package struct BatchGetStatusRequest: Sendable, Hashable {
  /// The most ids of one request.
  package static let maximumIDs = 1000

  /// As given: a malformed one is answered by itself.
  package var accountIDs: [String]
  package var view: StatusView
  package var query: StatusQuery
  package var atLeast: [UInt8]

  package init(
    accountIDs: [String], view: StatusView = .basic, query: StatusQuery = StatusQuery(),
    atLeast: [UInt8] = []
  ) {
    self.accountIDs = accountIDs
    self.view = view
    self.query = query
    self.atLeast = atLeast
  }
}

extension BatchGetStatusRequest: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__BatchGetStatusRequest) throws(FormError) {
    guard wire.n_account_ids <= Self.maximumIDs else {
      throw FormError(
        field: "accountIds",
        "has \(wire.n_account_ids) entries; at most \(Self.maximumIDs): ask in parts")
    }
    let query = try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition)
    self.init(
      accountIDs: readTexts(wire.account_ids, wire.n_account_ids),
      view: StatusView(wire.view.rawValue, query), query: query, atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__BatchGetStatusRequest, _ arena: MessageArena) {
    (wire.n_account_ids, wire.account_ids) = arena.texts(accountIDs)
    wire.view = .init(view.rawValue)
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.at_least = arena.data(atLeast)
  }
}

/// The answer for one id of a batch.
package struct BatchStatusResult: Sendable, Hashable {
  /// As asked for.
  package var accountID: String
  /// The status, or NOT_FOUND or INVALID_ARGUMENT.
  package var result: Result<AccountStatus, RPCError>

  package init(accountID: String, result: Result<AccountStatus, RPCError>) {
    self.accountID = accountID
    self.result = result
  }

  fileprivate init(_ wire: Accountstatus__V1__BatchStatusResult) throws(FormError) {
    accountID = readText(wire.account_id)
    if wire.result_case == ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_STATUS,
      let status = wire.status?.pointee
    {
      result = .success(
        try inField("status") { () throws(FormError) in try AccountStatus(status) })
    } else if wire.result_case == ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_ERROR,
      let error = wire.error?.pointee
    {
      result = .failure(RPCError(error))
    } else {
      throw FormError("has neither status nor error")
    }
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__BatchStatusResult, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    switch result {
    case .success(let status):
      wire.result_case = ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_STATUS
      wire.status = arena.message { status.fill(&$0, arena) }
    case .failure(let error):
      wire.result_case = ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_ERROR
      wire.error = arena.message { error.fill(&$0, arena) }
    }
  }
}

/// The statuses of several accounts.
package struct BatchGetStatusResponse: Sendable, Hashable {
  /// One per id asked for, in that order.
  package var results: [BatchStatusResult]
  package var token: [UInt8]

  package init(results: [BatchStatusResult], token: [UInt8]) {
    self.results = results
    self.token = token
  }
}

extension BatchGetStatusResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__BatchGetStatusResponse) throws(FormError) {
    results = try readMessages("results", wire.results, wire.n_results, BatchStatusResult.init)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__BatchGetStatusResponse, _ arena: MessageArena) {
    (wire.n_results, wire.results) = arena.messages(results) { $0.fill(&$1, arena) }
    wire.token = arena.data(token)
  }
}
