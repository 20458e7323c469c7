import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("Reporting, importing and listing facts")
struct LedgerCallsTests {
  private func report(
    _ peer: Peer, _ facts: [Fact], _ mode: AccountStatusAPI.ReportMode = .allOrNothing
  ) throws -> ReportFactsResponse {
    try peer.call(
      LedgerService.reportFacts, ReportFactsRequest(facts: facts, mode: mode),
      ReportFactsResponse.self)
  }

  @Test func `whoever has a reply finds its write, at the reply's token`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let reply = try report(peer, [registration()])
    #expect(reply.results == [.stored(sequence: 1)])
    #expect(reply.token == server.index.encodedToken)
    let again = try report(peer, [registration()])
    #expect(again.results == [.duplicate(sequence: 1)])
  }

  @Test func `a reporter is recorded as the kernel knows it, once a connection`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    _ = try report(peer, [registration()])
    let page = try peer.call(
      LedgerService.listFacts, ListFactsRequest(accountID: account), ListFactsResponse.self)
    #expect(page.facts.map(\.fact) == [registration()])
    #expect(page.facts[0].recordedBy.uid == geteuid())
    #expect(page.facts[0].recordedBy.pid == getpid())
  }

  @Test func `facts are listed page by page`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let facts = [registration()] + (1...6).map { invoice(Identifier(checked: "INV-\($0)")) }
    try server.store(facts)
    var (listed, token): ([Fact], String) = ([], "")
    repeat {
      let page = try peer.call(
        LedgerService.listFacts,
        ListFactsRequest(accountID: account, pageSize: 3, pageToken: token),
        ListFactsResponse.self)
      #expect(page.facts.count <= 3)
      listed += page.facts.map(\.fact)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(listed == facts)
  }

  @Test func `strange page tokens and unknown accounts are refused`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let foreign = try peer.failure(
      of: LedgerService.listFacts, ListFactsRequest(accountID: account, pageToken: "-1"))
    #expect(foreign.code == .invalidArgument && foreign.fieldViolations[0].field == "pageToken")
    let unknown = try peer.failure(
      of: LedgerService.listFacts, ListFactsRequest(accountID: account))
    #expect(unknown.code == .notFound)
    let behind = try peer.call(
      LedgerService.listFacts,
      ListFactsRequest(accountID: account, pageToken: "\(UInt64.max)"), ListFactsResponse.self)
    #expect(behind.facts.isEmpty && behind.nextPageToken.isEmpty)
  }
}
