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

  @Test func `chunks of an import are answered in order, the last after the half-close`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    // More than are taken in at once: the rest waits in the stream's queue.
    for chunk in 0..<20 {
      let fact = registration(AccountID(checked: "account-\(chunk)"))
      try peer.send(id, ImportFactsRequest(chunk: UInt64(chunk), facts: [fact]))
    }
    try peer.halfClose(id)
    _ = try peer.end(of: id).get()
    let answers = try peer.messages(of: id, ImportFactsResponse.self)
    #expect(answers.map(\.chunk) == Array(0..<20))
    #expect(answers.allSatisfy { $0.results.count == 1 })
    #expect(server.index.count == 20)
  }

  @Test func `an import that is over ends at once when its client has no more`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.halfClose(id)
    #expect(try peer.end(of: id) == .success(true))
  }

  @Test func `an idle import does not hold up a drain`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, ImportFactsRequest(chunk: 1, facts: [registration()]))
    try peer.until("the chunk is answered") { $0.streams[id]?.messages.count == 1 }
    var isDrained = false
    server.rpc.drain(deadline: server.time.now.advanced(by: .seconds(5))) { isDrained = true }
    let error = try peer.failure(of: id)
    #expect(error.code == .unavailable && error.message.contains("resume after the last"))
    try server.until("the server is drained, without its deadline") { isDrained }
  }

  @Test func `a drain answers the chunks that the ledger has`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, ImportFactsRequest(chunk: 7, facts: [registration()]))
    try server.until("the ledger was asked") {
      server.link.pendingCount == 1 || server.link.commitCount == 1
    }
    server.rpc.drain(deadline: server.time.now.advanced(by: .seconds(5))) {}
    #expect(try peer.failure(of: id).code == .unavailable)
    let answers = try peer.messages(of: id, ImportFactsResponse.self)
    #expect(answers.map(\.chunk) == [7])
    #expect(server.index.count == 1)
  }

  @Test func `an import that fails ends with the reason`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    server.ledger.stop()
    try peer.send(id, ImportFactsRequest(chunk: 1, facts: [registration()]))
    #expect(try peer.failure(of: id).errorInfo?.reason == "SHUTTING_DOWN")
  }

  @Test func `a client that goes away in the middle leaves the server as it was`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, ImportFactsRequest(chunk: 1, facts: [registration()]))
    try peer.close()
    try server.until("it is gone, and its facts are stored") {
      server.rpc.connectionCount == 0 && server.index.count == 1
    }
    let next = try report(server.connect(), [registration(), invoice()])
    #expect(next.results.first == .duplicate(sequence: 1) && next.results.count == 2)
  }
}
