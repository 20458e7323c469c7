package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck
package import TTRPC

/// What happens to the good facts of a request that holds a bad one.
package enum ReportMode: UInt32, Sendable, Hashable {
  /// One refused fact fails the call, and nothing is stored.
  case allOrNothing = 1
  /// Every fact has its own result.
  case each = 2
}

/// Facts to store, as a client sends them.
package struct ReportFactsRequest: Sendable, Hashable {
  /// The most facts of one request.
  package static let maximumFacts = 1000

  package var facts: [Fact]
  package var mode: ReportMode

  package init(facts: [Fact], mode: ReportMode) {
    self.facts = facts
    self.mode = mode
  }
}

extension ReportFactsRequest: WireEncodable {
  func fill(_ wire: inout Accountstatus__V1__ReportFactsRequest, _ arena: MessageArena) {
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
    wire.mode = .init(mode.rawValue)
  }
}

/// A chunk of a bulk import, as a client sends it.
package struct ImportFactsRequest: Sendable, Hashable {
  /// The client's number for the chunk.
  package var chunk: UInt64
  package var facts: [Fact]

  package init(chunk: UInt64, facts: [Fact]) {
    self.chunk = chunk
    self.facts = facts
  }
}

extension ImportFactsRequest: WireEncodable {
  func fill(_ wire: inout Accountstatus__V1__ImportFactsRequest, _ arena: MessageArena) {
    wire.chunk = chunk
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
  }
}

/// Why a fact was not stored.
package struct FactRefusal: Sendable, Hashable {
  /// Place in the request.
  package var index: Int
  /// As far as they could be read; may be empty.
  package var source: String
  package var factID: String
  package var code: RPCCode
  /// Path in proto3 JSON names, from the request; may be empty.
  package var field: String
  /// What is wrong and what would be right.
  package var message: String
  /// Of an approval: the reasons that stand against it.
  package var outstanding: [Reason]

  package init(
    index: Int, source: String, factID: String, code: RPCCode, field: String = "",
    message: String, outstanding: [Reason] = []
  ) {
    self.index = index
    self.source = source
    self.factID = factID
    self.code = code
    self.field = field
    self.message = message
    self.outstanding = outstanding
  }

  fileprivate init(_ wire: Accountstatus__V1__FactRefusal) throws(FormError) {
    self.init(
      index: Int(wire.index), source: readText(wire.source), factID: readText(wire.fact_id),
      code: RPCCode(rawValue: wire.code) ?? .unknown, field: readText(wire.field),
      message: readText(wire.message),
      outstanding: try readReasons("outstanding", wire.outstanding, wire.n_outstanding))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__FactRefusal, _ arena: MessageArena) {
    wire.index = UInt32(clamping: index)
    wire.source = arena.text(source)
    wire.fact_id = arena.text(factID)
    wire.code = code.rawValue
    wire.field = arena.text(field)
    wire.message = arena.text(message)
    (wire.n_outstanding, wire.outstanding) = arena.messages(outstanding) { $0.fill(&$1, arena) }
  }
}

/// The detail of a failed ALL_OR_NOTHING call: every refused fact.
package struct ReportFactsFailure: Sendable, Hashable {
  package var refusals: [FactRefusal]

  package init(refusals: [FactRefusal]) {
    self.refusals = refusals
  }
}

extension ReportFactsFailure: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ReportFactsFailure) throws(FormError) {
    refusals = try readMessages("refusals", wire.refusals, wire.n_refusals, FactRefusal.init)
  }

  func fill(_ wire: inout Accountstatus__V1__ReportFactsFailure, _ arena: MessageArena) {
    (wire.n_refusals, wire.refusals) = arena.messages(refusals) { $0.fill(&$1, arena) }
  }
}

/// What became of a fact.
package enum FactResult: Sendable, Hashable {
  case stored(sequence: UInt64)
  /// The same fact was stored before, under this sequence; it counts once.
  case duplicate(sequence: UInt64)
  case refused(FactRefusal)

  init(_ wire: Accountstatus__V1__FactResult) throws(FormError) {
    switch wire.outcome {
    case ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED:
      self = .stored(sequence: wire.sequence)
    case ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_DUPLICATE:
      self = .duplicate(sequence: wire.sequence)
    case ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_REFUSED:
      guard let refusal = wire.refusal?.pointee else {
        throw FormError(field: "refusal", "is missing although the outcome is REFUSED")
      }
      self = .refused(
        try inField("refusal") { () throws(FormError) in try FactRefusal(refusal) })
    default:
      throw FormError(
        field: "outcome",
        "is \(wire.outcome.rawValue), which is not known; use STORED, DUPLICATE or REFUSED")
    }
  }

  func fill(_ wire: inout Accountstatus__V1__FactResult, _ arena: MessageArena) {
    switch self {
    case .stored(let sequence):
      wire.outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED
      wire.sequence = sequence
    case .duplicate(let sequence):
      wire.outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_DUPLICATE
      wire.sequence = sequence
    case .refused(let refusal):
      wire.outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_REFUSED
      wire.refusal = arena.message { refusal.fill(&$0, arena) }
    }
  }
}

/// What became of reported facts.
package struct ReportFactsResponse: Sendable, Hashable {
  /// One per fact, in that order.
  package var results: [FactResult]
  package var token: [UInt8]

  package init(results: [FactResult], token: [UInt8]) {
    self.results = results
    self.token = token
  }
}

extension ReportFactsResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__ReportFactsResponse) throws(FormError) {
    results = try readMessages("results", wire.results, wire.n_results, FactResult.init)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__ReportFactsResponse, _ arena: MessageArena) {
    (wire.n_results, wire.results) = arena.messages(results) { $0.fill(&$1, arena) }
    wire.token = arena.data(token)
  }
}

/// What became of a chunk; sent after its commit.
package struct ImportFactsResponse: Sendable, Hashable {
  package var chunk: UInt64
  /// One per fact, in that order.
  package var results: [FactResult]
  package var token: [UInt8]

  package init(chunk: UInt64, results: [FactResult], token: [UInt8]) {
    self.chunk = chunk
    self.results = results
    self.token = token
  }
}

extension ImportFactsResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__ImportFactsResponse) throws(FormError) {
    chunk = wire.chunk
    results = try readMessages("results", wire.results, wire.n_results, FactResult.init)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__ImportFactsResponse, _ arena: MessageArena) {
    wire.chunk = chunk
    (wire.n_results, wire.results) = arena.messages(results) { $0.fill(&$1, arena) }
    wire.token = arena.data(token)
  }
}

/// Asks for the facts of an account, a page at a time.
package struct ListFactsRequest: Sendable, Hashable {
  package var accountID: AccountID
  /// 0: the default.
  package var pageSize: UInt32
  /// Empty: from the start.
  package var pageToken: String
  package var atLeast: [UInt8]
  /// The most facts of a page, as the contract's default and maximum say.
  package var pageLimit: Int { PageLimit.entries(pageSize) }

  package init(
    accountID: AccountID, pageSize: UInt32 = 0, pageToken: String = "", atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.atLeast = atLeast
  }
}

extension ListFactsRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ListFactsRequest) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      pageSize: wire.page_size, pageToken: readText(wire.page_token),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__ListFactsRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.page_size = pageSize
    wire.page_token = arena.text(pageToken)
    wire.at_least = arena.data(atLeast)
  }
}

/// A page of facts, in the order they were stored.
package struct ListFactsResponse: Sendable, Hashable {
  package var facts: [StoredFact]
  /// Empty: this was the last page.
  package var nextPageToken: String
  package var token: [UInt8]

  package init(facts: [StoredFact], nextPageToken: String = "", token: [UInt8]) {
    self.facts = facts
    self.nextPageToken = nextPageToken
    self.token = token
  }
}

extension ListFactsResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__ListFactsResponse) throws(FormError) {
    facts = try readMessages("facts", wire.facts, wire.n_facts, StoredFact.init)
    nextPageToken = readText(wire.next_page_token)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__ListFactsResponse, _ arena: MessageArena) {
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
    wire.next_page_token = arena.text(nextPageToken)
    wire.token = arena.data(token)
  }
}
