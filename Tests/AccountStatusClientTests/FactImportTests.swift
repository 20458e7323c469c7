import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Foundation
import Synchronization
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct FactImportTests {
  /// Stores everything; the sequence is the number in the account's id.
  @Sendable private static func store(_ chunk: ReceivedChunk) -> ImportFactsResponse? {
    ImportFactsResponse(
      chunk: chunk.chunk,
      results: chunk.facts.map { .stored(sequence: UInt64($0.factID.dropFirst(2)) ?? .max) },
      token: [UInt8(truncatingIfNeeded: chunk.chunk)])
  }

  private static func sequences(_ chunk: ImportedChunk) -> [UInt64] {
    chunk.results.map {
      if case .stored(let sequence) = $0 { sequence } else { .max }
    }
  }

  @Test func `every fact has its result, in order, however many there are`() async throws {
    let server = try ScriptedServer(importing: Self.store)
    let client = try AccountStatusClient(socket: server.path)
    var next: UInt64 = 0
    var chunks = 0
    for try await chunk in client.importFacts((0..<12_345).lazy.map(registration)) {
      #expect(chunk.firstFact == Int(next))
      #expect(chunk.results.count <= 1000)
      #expect(Self.sequences(chunk) == Array(next..<next + UInt64(chunk.results.count)))
      next += UInt64(chunk.results.count)
      chunks += 1
      #expect(chunk.token == Token(bytes: [UInt8(chunks)]))
    }
    #expect(next == 12_345)
    #expect(chunks == 13)
    #expect(server.called == [LedgerService.importFacts])
  }

  @Test func `nothing to import calls nothing`() async throws {
    let server = try ScriptedServer(importing: Self.store)
    let client = try AccountStatusClient(socket: server.path)
    var iterator = client.importFacts([Fact]()).makeAsyncIterator()
    #expect(try await iterator.next() == nil)
    #expect(server.called.isEmpty)
  }

  @Test func `a refused fact has its place among all facts`() async throws {
    let server = try ScriptedServer(importing: { chunk in
      let results = chunk.facts.enumerated().map { index, fact -> AccountStatusAPI.FactResult in
        guard fact.factID == "f-1500" else { return .stored(sequence: 1) }
        return .refused(
          AccountStatusAPI.FactRefusal(
            index: index, source: fact.source, factID: fact.factID, code: .alreadyExists,
            message: "stated otherwise"))
      }
      return ImportFactsResponse(chunk: chunk.chunk, results: results, token: [])
    })
    let client = try AccountStatusClient(socket: server.path)
    var refused: [Int] = []
    for try await chunk in client.importFacts((0..<2000).map(registration)) {
      for case .refused(let refusal) in chunk.results { refused.append(refusal.index) }
    }
    #expect(refused == [1500])
  }

  @Test func `large facts make small chunks`() async throws {
    let sizes = Mutex<[Int]>([])
    let server = try ScriptedServer(importing: { chunk in
      sizes.withLock { $0.append(chunk.facts.count) }
      return Self.store(chunk)
    })
    let client = try AccountStatusClient(socket: server.path)
    let facts = (0..<1000).map { number -> Fact in
      var fact = registration(number)
      fact.kind = .externalStatusObserved(
        state: .active, note: String(repeating: "n", count: 2000))
      return fact
    }
    var count = 0
    for try await chunk in client.importFacts(facts) { count += chunk.results.count }
    #expect(count == 1000)
    #expect(sizes.withLock { $0.allSatisfy { $0 <= 262 } })
  }

  @Test func `after a break the import goes on behind the last answer`() async throws {
    let path = ScriptedServer.temporaryPath()
    let seen = Mutex<[UInt64]>([])
    let successor = try ScriptedServer(
      path: path + ".new",
      importing: { chunk in
        seen.withLock { $0.append(chunk.chunk) }
        return Self.store(chunk)
      })
    let dying = try ScriptedServer(
      path: path,
      importing: { chunk in
        if chunk.chunk == 3 {
          // Whoever connects from here on finds the other.
          #expect(throws: Never.self) { try rename(successor.path, onto: path) }
          return nil
        }
        seen.withLock { $0.append(chunk.chunk) }
        return Self.store(chunk)
      })
    let client = try AccountStatusClient(socket: path)
    var imported = 0
    for try await chunk in client.importFacts((0..<12_000).map(registration)) {
      #expect(chunk.firstFact == imported)
      imported += chunk.results.count
    }
    #expect(imported == 12_000)
    // Answers that the break swallowed are asked for again.
    let chunks = seen.withLock { $0 }
    #expect(Set(chunks) == Set(1...12))
    #expect(chunks.count <= 14)
    withExtendedLifetime((dying, successor)) {}
  }

  @Test func `a server that breaks again and again ends the import`() async throws {
    let path = ScriptedServer.temporaryPath()
    let server = try ScriptedServer(path: path, importing: { _ in nil })
    var configuration = AccountStatusClient.Configuration()
    configuration.importPatience = .milliseconds(200)
    let client = try AccountStatusClient(socket: path, configuration: configuration)
    var iterator = client.importFacts([registration(1)]).makeAsyncIterator()
    await expect(.unavailable) { try await iterator.next() as Any }
    withExtendedLifetime(server) {}
  }

  @Test func `the server's refusal ends the import`() async throws {
    // A chunk is answered under another number.
    let server = try ScriptedServer(importing: { chunk in
      ImportFactsResponse(chunk: chunk.chunk + 1, results: [], token: [])
    })
    let client = try AccountStatusClient(socket: server.path)
    var iterator = client.importFacts([registration(1)]).makeAsyncIterator()
    await expect(.unreadableReply) { try await iterator.next() as Any }
  }

  @Test func `facts may come from elsewhere, as they come`() async throws {
    let server = try ScriptedServer(importing: Self.store)
    let client = try AccountStatusClient(socket: server.path)
    let (stream, continuation) = AsyncStream<Fact>.makeStream()
    for number in 0..<1500 { continuation.yield(registration(number)) }
    continuation.finish()
    var count = 0
    for try await chunk in client.importFacts(stream) { count += chunk.results.count }
    #expect(count == 1500)
  }
}

/// Puts a socket in another's place, so that whoever connects from then on finds it.
func rename(_ path: String, onto target: String) throws {
  guard Foundation.rename(path, target) == 0 else {
    throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
  }
}
