package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck
internal import TTRPC

/// Asks for statuses, by account id, a page at a time.
package struct ListStatusesRequest: Sendable, Hashable {
  /// Which accounts.
  package var filter: StatusFilter
  /// At another time or under another edition the accounts are evaluated page by page.
  package var query: StatusQuery
  /// 0: the default.
  package var pageSize: UInt32
  /// Empty: from the start.
  package var pageToken: String
  /// Empty: any position will do.
  package var atLeast: [UInt8]
  /// The most statuses of a page, as the contract's default and maximum say.
  package var pageLimit: Int { PageLimit.entries(pageSize) }

  package init(
    filter: StatusFilter = StatusFilter(), query: StatusQuery = StatusQuery(),
    pageSize: UInt32 = 0, pageToken: String = "", atLeast: [UInt8] = []
  ) {
    self.filter = filter
    self.query = query
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.atLeast = atLeast
  }
}

extension ListStatusesRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ListStatusesRequest) throws(FormError) {
    self.init(
      filter: try StatusFilter(wire),
      query: try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition),
      pageSize: wire.page_size, pageToken: readText(wire.page_token),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__ListStatusesRequest, _ arena: MessageArena) {
    filter.fill(&wire, arena)
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.page_size = pageSize
    wire.page_token = arena.text(pageToken)
    wire.at_least = arena.data(atLeast)
  }
}

extension StatusFilter {
  fileprivate init(_ wire: Accountstatus__V1__ListStatusesRequest) throws(FormError) {
    self.init(
      state: try readOptionalWord("state", wire.state.rawValue),
      reason: try readOptionalWord("reason", wire.reason.rawValue),
      notice: try readOptionalWord("notice", wire.notice.rawValue),
      isEligible: readBool(wire.eligible),
      reinstatementState: try readOptionalWord(
        "reinstatementState", wire.reinstatement_state.rawValue),
      olderThan: try readDuration("olderThan", wire.older_than),
      suspendsBefore: try readOptionalInstant("suspendsBefore", wire.suspends_before))
    if notice == .providerSuspended {
      throw FormError(
        field: "notice",
        "is NOTICE_PROVIDER_SUSPENDED, which no list knows; ask about single accounts in the "
          + "FULL view")
    }
    if let olderThan, olderThan < .zero {
      throw FormError(field: "olderThan", "is negative; give how long the state has lasted")
    }
    if olderThan != nil, reinstatementState == ReinstatementState.none {
      throw FormError(
        field: "olderThan",
        "has no meaning with REINSTATEMENT_STATE_NONE, which begins at no instant; ask for a state")
    }
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__ListStatusesRequest, _ arena: MessageArena
  ) {
    wire.state = .init(state?.number ?? 0)
    wire.reason = .init(reason?.number ?? 0)
    wire.notice = .init(notice?.number ?? 0)
    wire.eligible = isEligible ? 1 : 0
    wire.reinstatement_state = .init(reinstatementState?.number ?? 0)
    wire.older_than = olderThan.map(arena.duration)
    wire.suspends_before = arena.timestamp(suspendsBefore)
  }
}

/// A page of statuses.
package struct ListStatusesResponse: Sendable, Hashable {
  /// BASIC, by account id, with what lists add: since when the reinstatement state holds, and the
  /// time axes asked for. Fewer than asked for does not mean the last.
  package var statuses: [AccountStatus]
  /// Empty: this was the last page.
  package var nextPageToken: String
  package var token: [UInt8]

  package init(statuses: [AccountStatus], nextPageToken: String = "", token: [UInt8]) {
    self.statuses = statuses
    self.nextPageToken = nextPageToken
    self.token = token
  }
}

extension ListStatusesResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__ListStatusesResponse) throws(FormError) {
    statuses = try readMessages("statuses", wire.statuses, wire.n_statuses, AccountStatus.init)
    nextPageToken = readText(wire.next_page_token)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__ListStatusesResponse, _ arena: MessageArena) {
    (wire.n_statuses, wire.statuses) = arena.messages(statuses) { $0.fill(&$1, arena) }
    wire.next_page_token = arena.text(nextPageToken)
    wire.token = arena.data(token)
  }
}
