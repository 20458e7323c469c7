import AccountStatusAPI
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("Histories")
struct HistoryCallsTests {
  private let settling: Instant = "2026-11-10T09:00:00Z"

  /// INV-1 suspends on 2026-10-30; that it was paid on 2026-10-20 is learned on 2026-11-10.
  private func corrected() throws -> LocalServer {
    let server = try LocalServer(at: autumn)
    try server.store([registration(), invoice()])
    server.setClock(settling)
    try server.store([payment(at: "2026-10-20T00:00:00Z")])
    server.setClock("2026-12-01T00:00:00Z")
    return server
  }

  private func history(
    _ server: LocalServer, _ query: StatusQuery = StatusQuery(), pageSize: UInt32 = 0,
    pageToken: String = ""
  ) throws -> GetHistoryResponse {
    try server.connect().call(
      LedgerService.getHistory,
      GetHistoryRequest(
        accountID: account, query: query, pageSize: pageSize, pageToken: pageToken),
      GetHistoryResponse.self)
  }

  @Test func `a late fact is a correction, and the episode never was`() throws {
    let server = try corrected()
    let reply = try history(server)
    #expect(reply.history == AccountHistory())
    // The registration and the invoice came late, too.
    #expect(reply.corrections.map(\.recordedAt) == [settling, autumn])
    #expect(
      reply.corrections.first?.stretches == [
        PastDifference(
          from: suspension, until: settling,
          before: PastState(.suspended, reasons: [.billingPastDue]), after: PastState(.active))
      ])
    #expect(reply.corrections.first?.facts.map(\.fact) == [payment(at: "2026-10-20T00:00:00Z")])
    #expect(reply.asOf == "2026-12-01T00:00:00Z")
    #expect(reply.policyEdition == "2020-06")
    #expect(reply.token == server.index.encodedToken)
  }

  @Test func `the instant, the knowledge and the edition are those asked for`() throws {
    let server = try corrected()
    let then = try history(
      server, StatusQuery(asOf: "2026-11-05T00:00:00Z", knownAt: "2026-11-09T00:00:00Z"))
    #expect(then.history.episodes.map(\.since) == [suspension])
    #expect(then.corrections.map(\.recordedAt) == [autumn])
    let other = try history(
      server, StatusQuery(knownAt: "2026-11-09T00:00:00Z", policyEdition: "2016-11"))
    #expect(other.history.episodes.map(\.since) == ["2026-10-29T00:00:00Z"])
    #expect(other.policyEdition == "2016-11")
  }

  @Test func `corrections come page by page, all else with the first`() throws {
    let server = try corrected()
    try server.store([
      fact(
        "decided", at: "2026-12-01T00:00:00Z",
        .reinstatementDecided(
          ReinstatementDecision(decisionID: "D-1", outcome: .declined, note: "no need")))
    ])
    let first = try history(server, pageSize: 1)
    #expect(first.corrections.map(\.recordedAt) == [settling])
    #expect(first.history.decisions.map(\.tookEffect) == [false])
    let second = try history(server, pageSize: 1, pageToken: first.nextPageToken)
    #expect(second.corrections.map(\.recordedAt) == [autumn])
    #expect(second.history == AccountHistory())
    var token = second.nextPageToken
    while !token.isEmpty {
      let rest = try history(server, pageToken: token)
      #expect(rest.corrections.isEmpty)
      token = rest.nextPageToken
    }
  }

  @Test func `what cannot be answered is refused by name`() throws {
    let server = try corrected()
    let peer = try server.connect()
    let unknown = try peer.failure(
      of: LedgerService.getHistory, GetHistoryRequest(accountID: "nobody"))
    #expect(unknown.errorInfo?.reason == "ACCOUNT_NOT_FOUND")
    let early = try peer.failure(
      of: LedgerService.getHistory,
      GetHistoryRequest(
        accountID: account, query: StatusQuery(asOf: newYear.adding(nanoseconds: -1))))
    #expect(early.errorInfo?.reason == "ACCOUNT_NOT_FOUND")
    let unaware = try peer.failure(
      of: LedgerService.getHistory,
      GetHistoryRequest(
        accountID: account, query: StatusQuery(knownAt: autumn.adding(nanoseconds: -1))))
    #expect(unaware.errorInfo?.reason == "ACCOUNT_NOT_FOUND")
    let edition = try peer.failure(
      of: LedgerService.getHistory,
      GetHistoryRequest(accountID: account, query: StatusQuery(policyEdition: "1999-01")))
    #expect(edition.errorInfo?.reason == "UNKNOWN_EDITION")
    let page = try peer.failure(
      of: LedgerService.getHistory, GetHistoryRequest(accountID: account, pageToken: "x"))
    #expect(page.fieldViolations.map(\.field) == ["pageToken"])
  }

  @Test func `the largest facts still make pages that fit a message`() throws {
    let server = try LocalServer(at: autumn)
    try server.store([registration(), invoice(issued: "2026-01-02")])
    let name = String(repeating: "x", count: 120)
    for number in 1...12 {
      let recordedAt = autumn.adding(nanoseconds: Int64(number) * Instant.nanosecondsPerDay)
      server.setClock(recordedAt)
      let allocations = (1...1000).map { place in
        let invoice = place == 1 ? "INV-1" : "\(name)-\(place)"
        return Allocation(
          invoiceID: Identifier(checked: invoice), amount: Money("EUR", billionths: 1))
      }
      try server.store([
        fact(
          Identifier(checked: "finding-\(number)"), at: recordedAt.adding(nanoseconds: -2),
          .abuseFindingChanged(
            findingID: "AF-1", severity: .significant,
            state: number % 2 == 0 ? .dismissed : .confirmed)),
        fact(
          Identifier(checked: "payment-\(number)"), at: recordedAt.adding(nanoseconds: -1),
          .paymentReceived(
            paymentID: Identifier(checked: "P-\(number)"), amount: Money("EUR", billionths: 1),
            allocations: allocations)),
      ])
    }
    var (corrections, pages, token) = (0, 0, "")
    repeat {
      let page = try history(server, pageToken: token)
      #expect(page.encoded().count < 2 << 20)
      corrections += page.corrections.count
      pages += 1
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(corrections == 13)
    #expect(pages > 1)
  }
}
