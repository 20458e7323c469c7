package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck

/// Asks for the suspensions, decisions and corrections of an account, the last a page at a time.
package struct GetHistoryRequest: Sendable, Hashable {
  package var accountID: AccountID
  package var query: StatusQuery
  /// Of corrections. 0: the default.
  package var pageSize: UInt32
  /// Empty: from the newest correction.
  package var pageToken: String
  package var atLeast: [UInt8]
  /// The most corrections of a page, as the contract's default and maximum say.
  package var pageLimit: Int { PageLimit.entries(pageSize) }

  package init(
    accountID: AccountID, query: StatusQuery = StatusQuery(), pageSize: UInt32 = 0,
    pageToken: String = "", atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.query = query
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.atLeast = atLeast
  }
}

extension Accountstatus__V1__GetHistoryRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_history_request__init }
}

extension GetHistoryRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetHistoryRequest) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      query: try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition),
      pageSize: wire.page_size, pageToken: readText(wire.page_token),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__GetHistoryRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.page_size = pageSize
    wire.page_token = arena.text(pageToken)
    wire.at_least = arena.data(atLeast)
  }
}

/// The history of an account and a page of corrections.
package struct GetHistoryResponse: Sendable, Hashable {
  /// Empty but on the first page.
  package var history: AccountHistory
  /// Newest first.
  package var corrections: [Correction]
  /// Empty: this was the last page of corrections.
  package var nextPageToken: String
  package var asOf: Instant
  package var policyEdition: String
  package var token: [UInt8]

  package init(
    history: AccountHistory = AccountHistory(), corrections: [Correction] = [],
    nextPageToken: String = "", asOf: Instant, policyEdition: String, token: [UInt8]
  ) {
    self.history = history
    self.corrections = corrections
    self.nextPageToken = nextPageToken
    self.asOf = asOf
    self.policyEdition = policyEdition
    self.token = token
  }
}

extension Accountstatus__V1__GetHistoryResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_history_response__init }
}

extension GetHistoryResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__GetHistoryResponse) throws(FormError) {
    history = AccountHistory(
      episodes: try readMessages("episodes", wire.episodes, wire.n_episodes, Episode.init),
      decisions: try readMessages(
        "decisions", wire.decisions, wire.n_decisions, DecisionRecord.init),
      earlierEpisodes: Int(wire.earlier_episodes), earlierDecisions: Int(wire.earlier_decisions))
    corrections = try readMessages(
      "corrections", wire.corrections, wire.n_corrections, Correction.init)
    nextPageToken = readText(wire.next_page_token)
    asOf = try readInstant("asOf", wire.as_of)
    policyEdition = readText(wire.policy_edition)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__GetHistoryResponse, _ arena: MessageArena) {
    (wire.n_episodes, wire.episodes) = arena.messages(history.episodes) { $0.fill(&$1, arena) }
    (wire.n_decisions, wire.decisions) = arena.messages(history.decisions) { $0.fill(&$1, arena) }
    wire.earlier_episodes = UInt32(clamping: history.earlierEpisodes)
    wire.earlier_decisions = UInt32(clamping: history.earlierDecisions)
    (wire.n_corrections, wire.corrections) = arena.messages(corrections) { $0.fill(&$1, arena) }
    wire.next_page_token = arena.text(nextPageToken)
    wire.as_of = arena.timestamp(asOf)
    wire.policy_edition = arena.text(policyEdition)
    wire.token = arena.data(token)
  }
}

// MARK: - Its parts

extension Accountstatus__V1__Episode: CMessage {
  static var initializer: Initializer { accountstatus__v1__episode__init }
}

extension Episode {
  fileprivate init(_ wire: Accountstatus__V1__Episode) throws(FormError) {
    let end: End? =
      switch wire.ended_by {
      case ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_APPROVED:
        .approved(decisionID: try readIdentifier("decisionId", wire.decision_id))
      case ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_AUTOMATIC: .automatic
      case ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_ACCOUNT_CLOSED: .accountClosed
      default: nil
      }
    self.init(
      since: try readInstant("since", wire.since),
      until: try readOptionalInstant("until", wire.until),
      reasons: try readReasons("reasons", wire.reasons, wire.n_reasons), end: end)
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__Episode, _ arena: MessageArena) {
    wire.since = arena.timestamp(since)
    wire.until = arena.timestamp(until)
    (wire.n_reasons, wire.reasons) = arena.messages(reasons) { $0.fill(&$1, arena) }
    switch end {
    case .approved(let decisionID):
      wire.ended_by = ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_APPROVED
      wire.decision_id = arena.text(decisionID)
    case .automatic: wire.ended_by = ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_AUTOMATIC
    case .accountClosed:
      wire.ended_by = ACCOUNTSTATUS__V1__EPISODE_END__EPISODE_END_ACCOUNT_CLOSED
    case nil: break
    }
  }
}

extension Accountstatus__V1__DecisionRecord: CMessage {
  static var initializer: Initializer { accountstatus__v1__decision_record__init }
}

extension DecisionRecord {
  fileprivate init(_ wire: Accountstatus__V1__DecisionRecord) throws(FormError) {
    guard let fact = wire.fact?.pointee else { throw FormError(field: "fact", "is missing") }
    self.init(
      fact: try inField("fact") { () throws(FormError) in try StoredFact(fact) },
      tookEffect: readBool(wire.took_effect))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__DecisionRecord, _ arena: MessageArena) {
    wire.fact = arena.message { fact.fill(&$0, arena) }
    wire.took_effect = tookEffect ? 1 : 0
  }
}

extension Accountstatus__V1__Correction: CMessage {
  static var initializer: Initializer { accountstatus__v1__correction__init }
}

extension Correction {
  fileprivate init(_ wire: Accountstatus__V1__Correction) throws(FormError) {
    self.init(
      recordedAt: try readInstant("recordedAt", wire.recorded_at),
      stretches: try readMessages(
        "stretches", wire.stretches, wire.n_stretches, PastDifference.init),
      facts: try readMessages("facts", wire.facts, wire.n_facts, StoredFact.init),
      laterStretches: Int(wire.later_stretches), laterFacts: Int(wire.later_facts))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__Correction, _ arena: MessageArena) {
    wire.recorded_at = arena.timestamp(recordedAt)
    (wire.n_stretches, wire.stretches) = arena.messages(stretches) { $0.fill(&$1, arena) }
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
    wire.later_stretches = UInt32(clamping: laterStretches)
    wire.later_facts = UInt32(clamping: laterFacts)
  }
}

extension Accountstatus__V1__CorrectedStretch: CMessage {
  static var initializer: Initializer { accountstatus__v1__corrected_stretch__init }
}

extension PastDifference {
  fileprivate init(_ wire: Accountstatus__V1__CorrectedStretch) throws(FormError) {
    self.init(
      from: try readInstant("from", wire.from), until: try readInstant("until", wire.until),
      before: try readPastState("before", wire.before),
      after: try readPastState("after", wire.after))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__CorrectedStretch, _ arena: MessageArena) {
    wire.from = arena.timestamp(from)
    wire.until = arena.timestamp(until)
    wire.before = before.map { state in arena.message { state.fill(&$0, arena) } }
    wire.after = after.map { state in arena.message { state.fill(&$0, arena) } }
  }
}

extension Accountstatus__V1__StretchState: CMessage {
  static var initializer: Initializer { accountstatus__v1__stretch_state__init }
}

/// Nil: not registered.
private func readPastState(
  _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__StretchState>?
) throws(FormError) -> PastState? {
  guard let wire = field?.pointee else { return nil }
  return try inField(name) { () throws(FormError) in
    PastState(
      try readWord("state", wire.state.rawValue),
      reasons: readWordSet(wire.reasons, wire.n_reasons))
  }
}

extension PastState {
  fileprivate func fill(_ wire: inout Accountstatus__V1__StretchState, _ arena: MessageArena) {
    wire.state = .init(state.number)
    (wire.n_reasons, wire.reasons) = arena.words(reasons) { .init($0) }
  }
}
