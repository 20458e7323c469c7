import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import TTRPC
import Testing

@Suite("Lists of statuses")
struct StatusListsTests {
  private func list(
    _ peer: Peer, _ filter: StatusFilter = StatusFilter(), _ query: StatusQuery = StatusQuery(),
    pageSize: UInt32 = 0
  ) throws -> [AccountStatus] {
    var statuses: [AccountStatus] = []
    var pageToken = ""
    repeat {
      let page = try peer.call(
        StatusService.listStatuses,
        ListStatusesRequest(
          filter: filter, query: query, pageSize: pageSize, pageToken: pageToken),
        ListStatusesResponse.self)
      statuses += page.statuses
      pageToken = page.nextPageToken
    } while !pageToken.isEmpty
    return statuses
  }

  @Test func `a list is right while the ledger has not caught up`() throws {
    let server = try LocalServer(at: newYear)
    let peer = try server.connect()
    try server.store([registration(), registration("tailspin"), invoice()])
    server.setClock("2027-01-01T00:00:00Z")
    #expect(server.index.read(account, at: server.clock.now).0 == .STATUS_TABLE_STALE)
    func listed(_ state: AccountState) throws -> [String] {
      try peer.call(
        StatusService.listStatuses, ListStatusesRequest(filter: StatusFilter(state: state)),
        ListStatusesResponse.self
      ).statuses.map(\.accountID.text)
    }
    #expect(try listed(.suspended) == ["fabrikam"])
    #expect(try listed(.active) == ["tailspin"])
    try server.catchUp()
    #expect(try listed(.suspended) == ["fabrikam"])
    #expect(try listed(.active) == ["tailspin"])
  }

  @Test func `a work list says since when a request waits`() throws {
    let server = try LocalServer(at: suspension)
    let peer = try server.connect()
    let asked: Instant = "2026-11-02T09:00:00Z"
    try server.store([
      registration(), invoice(), registration("tailspin"), invoice("INV-1", "tailspin"),
      fact(
        "ask", at: asked,
        .supportRequestOpened(
          SupportRequest(requestID: "R-1", purpose: .reinstatement, role: .globalAdmin))),
      payment(at: "2026-11-03T00:00:00Z"),
    ])
    server.setClock("2026-11-08T00:00:00Z")
    try server.catchUp()
    func ids(_ filter: StatusFilter) throws -> [String] {
      try list(peer, filter).map(\.accountID.text)
    }
    let days = { (count: Int64) in Duration.seconds(count * 86_400) }
    #expect(try ids(StatusFilter(isEligible: true)) == ["fabrikam"])
    #expect(
      try ids(StatusFilter(reinstatementState: .inReview, olderThan: days(4))) == ["fabrikam"])
    #expect(try ids(StatusFilter(reinstatementState: .inReview, olderThan: days(5))) == [])
    #expect(
      try ids(StatusFilter(state: .suspended, olderThan: days(8))) == ["fabrikam", "tailspin"])
    let waiting = try list(peer, StatusFilter(reinstatementState: .notRequested))
    #expect(waiting.map(\.accountID) == ["tailspin"])
    #expect(waiting.map(\.standing.reinstatementSince) == [suspension])
  }

  @Test func `a list of another time asks what was so then, and what was known then`() throws {
    let server = try LocalServer(at: "2026-10-29T12:00:00Z")
    let peer = try server.connect()
    try server.store([registration(), invoice(), registration("tailspin")])
    // On 5 November a payment of 28 October is learned: it never was suspended, but it was
    // thought to be.
    server.setClock("2026-11-05T00:00:00Z")
    try server.catchUp()
    try server.store([
      payment(at: "2026-10-28T00:00:00Z"),
      fact(
        "later", of: "woodgrove", at: "2026-11-05T00:00:00Z",
        .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp))),
    ])
    func suspended(_ query: StatusQuery) throws -> [String] {
      try list(peer, StatusFilter(state: .suspended), query).map(\.accountID.text)
    }
    #expect(try suspended(StatusQuery()) == [])
    #expect(try suspended(StatusQuery(asOf: suspension)) == [])
    let then = StatusQuery(asOf: suspension, knownAt: "2026-11-04T00:00:00Z")
    #expect(try suspended(then) == ["fabrikam"])
    for pageSize: UInt32 in [1, 2, 3] {
      let all = try list(peer, StatusFilter(), then, pageSize: pageSize)
      #expect(all.map(\.accountID) == ["fabrikam", "tailspin"], "woodgrove was not registered")
      #expect(all.allSatisfy { $0.knownAt == then.knownAt && $0.asOf == suspension })
      #expect(all[0].standing.reasons == [Reason(code: .billingPastDue)], "BASIC")
      #expect(all[0].standing.reinstatementSince == suspension)
    }
    let old = StatusQuery(asOf: "2026-10-29T00:00:00Z", policyEdition: "2016-11")
    #expect(try list(peer, StatusFilter(), old).map(\.policyEdition) == ["2016-11", "2016-11"])
  }

  @Test func `an age is counted back from the instant asked about`() throws {
    let server = try LocalServer(at: suspension)
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    let filter = StatusFilter(state: .suspended, olderThan: .seconds(86_400))
    for (asOf, count) in [
      ("2026-10-31T00:00:00Z", 0), ("2026-10-31T00:00:00.000000001Z", 1),
    ] as [(Instant, Int)] {
      #expect(try list(peer, filter, StatusQuery(asOf: asOf)).count == count)
      server.setClock(asOf)
      #expect(try list(peer, filter).count == count)
    }
  }

  @Test func `a list may ask for the position it is read at`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    try server.store([registration()])
    let page = try peer.call(
      StatusService.listStatuses, ListStatusesRequest(atLeast: server.index.encodedToken),
      ListStatusesResponse.self)
    #expect(page.statuses.count == 1 && page.token == server.index.encodedToken)
    let error = try peer.failure(
      of: StatusService.listStatuses, ListStatusesRequest(atLeast: [1, 2, 3]))
    #expect(error.fieldViolations.first?.field == "atLeast")
  }

  @Test func `an edition that nobody knows is refused`() throws {
    let error = try LocalServer().connect().failure(
      of: StatusService.listStatuses,
      ListStatusesRequest(query: StatusQuery(policyEdition: "2099-01")))
    #expect(error.errorInfo?.reason == "UNKNOWN_EDITION")
  }

  @Test func `a page token of somebody else is refused`() throws {
    let error = try LocalServer().connect().failure(
      of: StatusService.listStatuses, ListStatusesRequest(pageToken: "no id"))
    #expect(error.code == .invalidArgument && error.fieldViolations[0].field == "pageToken")
  }
}
