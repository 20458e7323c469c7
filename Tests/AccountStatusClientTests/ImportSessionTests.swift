import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Synchronization
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct ImportSessionTests {
  @Sendable private static func store(_ chunk: ReceivedChunk) -> ImportFactsResponse? {
    ImportFactsResponse(
      chunk: chunk.chunk, results: chunk.facts.map { _ in .stored(sequence: chunk.chunk) },
      token: [])
  }

  private func client(_ path: String, patience: Duration) throws -> AccountStatusClient {
    var configuration = AccountStatusClient.Configuration()
    configuration.importPatience = patience
    configuration.backoff = .milliseconds(1)...Duration.milliseconds(20)
    return try AccountStatusClient(socket: path, configuration: configuration)
  }

  /// A chunk of one fact.
  private func chunk(_ number: UInt64) throws -> ImportChunk {
    let report = ReportFactsRequest(facts: [registration(Int(number))], mode: .each).encoded()
    let fact = try report.withUnsafeBytes { bytes in
      var reader = WireReader(bytes)
      return Array(try #require(try reader.next()).content)
    }
    return ImportChunk(number: number, firstFact: Int(number) - 1, encodedFacts: [fact])
  }

  @Test func `encoded facts arrive as they are, and answers come in order`() async throws {
    let accounts = Mutex<[String]>([])
    let server = try ScriptedServer(importing: { chunk in
      for case .success(let fact) in chunk.facts.map(\.fact) {
        accounts.withLock { $0.append(fact.accountID.text) }
      }
      return Self.store(chunk)
    })
    var session = try client(server.path, patience: .seconds(30)).openImport()
    for number in 1...8 as ClosedRange<UInt64> { try await session.send(chunk(number)) }
    #expect(!session.hasRoom)
    for number in 1...8 as ClosedRange<UInt64> {
      let answer = try await session.receive()
      #expect(answer?.chunk.firstFact == Int(number) - 1)
      #expect(answer?.chunk.results == [.stored(sequence: number)])
    }
    #expect(session.hasRoom)
    #expect(try await session.receive() == nil)
    await session.finish()
    #expect(accounts.withLock { $0 } == (1...8).map { registration($0).accountID.text })
  }

  @Test func `a server that comes back finds what was not answered`() async throws {
    let path = ScriptedServer.temporaryPath()
    let dying = try ScriptedServer(
      path: path, importing: { $0.chunk < 3 ? Self.store($0) : nil })
    // Two tests that compute may keep this one from running for a minute.
    let client = try client(path, patience: .seconds(250))
    var session = client.openImport()
    for number in 1...5 as ClosedRange<UInt64> { try await session.send(chunk(number)) }
    for _ in 1...2 { #expect(try await session.receive() != nil) }
    let seen = Mutex<[UInt64]>([])
    // Nobody is there for a while: the session tries again and again.
    dying.stop()
    let rest = Task { [session] in
      var session = session
      var count = 0
      while try await session.receive() != nil { count += 1 }
      return count
    }
    let successor = try ScriptedServer(
      path: path,
      importing: { chunk in
        seen.withLock { $0.append(chunk.chunk) }
        return Self.store(chunk)
      })
    #expect(try await rest.value == 3)
    #expect(seen.withLock { $0 } == [3, 4, 5])
    withExtendedLifetime(successor) {}
  }

  @Test func `a server that never comes back ends the import in bounded time`() async throws {
    let path = ScriptedServer.temporaryPath()
    let dying = try ScriptedServer(
      path: path, importing: { $0.chunk == 1 ? Self.store($0) : nil })
    var session = try client(path, patience: .milliseconds(300)).openImport()
    try await session.send(chunk(1))
    #expect(try await session.receive() != nil)
    let start = ContinuousClock.now
    let error = await #expect(throws: AccountStatusError.self) {
      try await session.send(chunk(2))
      _ = try await session.receive()
    }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains("gave up after 0.3 seconds") == true)
    #expect(ContinuousClock.now - start >= .milliseconds(290))
    withExtendedLifetime(dying) {}
  }

  @Test func `a server that is silent ends the import as well`() async throws {
    let path = ScriptedServer.temporaryPath()
    // Connections wait in its queue, and nobody takes them.
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    var session = try client(path, patience: .milliseconds(300)).openImport()
    let error = await #expect(throws: AccountStatusError.self) {
      try await session.send(chunk(1))
      _ = try await session.receive()
    }
    #expect(error?.kind == .unavailable)
    #expect(error?.message.contains("silent; gave up after") == true)
    withExtendedLifetime(listener) {}
  }

  @Test func `without leave to retry a break is the end`() async throws {
    let path = ScriptedServer.temporaryPath()
    let dying = try ScriptedServer(path: path, importing: { _ in nil })
    let asked = Mutex(0)
    var session = try client(path, patience: .seconds(50)).openImport {
      asked.withLock { $0 += 1 }
      return false
    }
    try await session.send(chunk(1))
    await expect(.unavailable) { _ = try await session.receive() }
    #expect(asked.withLock { $0 } == 1)
    withExtendedLifetime(dying) {}
  }

  @Test func `a server that was never there is told of at once`() async throws {
    var session = try client("/nowhere/rpc.sock", patience: .seconds(50)).openImport()
    await expect(.unavailable) { try await session.send(chunk(1)) }
  }

  @Test func `an answer to something else is not understood`() async throws {
    let server = try ScriptedServer(importing: { chunk in
      ImportFactsResponse(chunk: chunk.chunk, results: [], token: [])
    })
    var session = try client(server.path, patience: .seconds(50)).openImport()
    try await session.send(chunk(1))
    await expect(.unreadableReply) { _ = try await session.receive() }
  }
}
