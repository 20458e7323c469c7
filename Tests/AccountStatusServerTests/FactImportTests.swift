import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite("Importing facts in bulk")
struct FactImportTests {
  /// A chunk of facts about accounts of its own.
  private func chunk(_ number: UInt64, count: Int) -> ImportFactsRequest {
    ImportFactsRequest(
      chunk: number,
      facts: (0..<count).map { registration(AccountID(checked: "account-\(number)-\($0)")) })
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
    let next = try server.connect().call(
      LedgerService.reportFacts,
      ReportFactsRequest(facts: [registration(), invoice()], mode: .allOrNothing),
      ReportFactsResponse.self)
    #expect(next.results.first == .duplicate(sequence: 1) && next.results.count == 2)
  }

  @Test func `a large chunk costs the loop a part of what reading it costs`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    let message = chunk(1, count: 1000)
    let payload = message.encoded()
    let start = threadTime()
    _ = try ReceivedChunk.decode(payload)
    let cost = threadTime() - start
    server.longestTurn = 0
    try peer.send(id, message)
    try peer.halfClose(id)
    _ = try peer.end(of: id).get()
    #expect(server.index.count == 1000)
    #expect(server.longestTurn < cost / 2, "\(server.longestTurn) ns of \(cost)")
  }

  @Test func `large and small chunks keep their order`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    for number in 1...24 as ClosedRange<UInt64> {
      try peer.send(id, chunk(number, count: number.isMultiple(of: 3) ? 400 : 1))
    }
    try peer.halfClose(id)
    _ = try peer.end(of: id).get()
    let answers = try peer.messages(of: id, ImportFactsResponse.self)
    #expect(answers.map(\.chunk) == Array(1...24))
    let sequences = answers.flatMap(\.results).map { result -> UInt64 in
      if case .stored(let sequence) = result { sequence } else { 0 }
    }
    #expect(sequences.count == 8 * 400 + 16)
    #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `a large chunk that is malformed ends the import after the answers before it`() throws
  {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, chunk(1, count: 500))
    try peer.sendRaw(id, [UInt8](repeating: 0xFF, count: 100_000))
    let error = try peer.failure(of: id)
    #expect(error.code == .invalidArgument)
    #expect(server.link.pendingCount <= 1)
  }

  @Test func `a client that leaves while a chunk is read leaves the server as it was`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, chunk(1, count: 1000))
    try peer.close()
    try server.until("it is gone, and all or nothing is stored") {
      server.rpc.connectionCount == 0 && server.link.pendingCount == 0
        && [0, 1000].contains(server.index.count)
    }
  }

  @Test func `a drain answers a chunk that is being read`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(LedgerService.importFacts, payload: [])
    try peer.send(id, chunk(3, count: 1000))
    server.rpc.drain(deadline: server.time.now.advanced(by: .seconds(5))) {}
    #expect(try peer.failure(of: id).code == .unavailable)
    let answers = try peer.messages(of: id, ImportFactsResponse.self)
    #expect(answers.map(\.chunk) == [3])
    #expect(server.index.count == 1000)
  }
}
