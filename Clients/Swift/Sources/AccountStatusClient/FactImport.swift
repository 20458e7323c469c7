internal import AccountStatusAPI
public import AccountStatusModel

/// A bulk import on its way: yields what became of each chunk, in order, after its commit.
///
/// Reading it drives it: facts are taken from their source and sent as long as no more than 8
/// chunks are unanswered. When the connection breaks, it goes on behind the last answer for as long
/// as the configuration's patience. Read it once.
public struct FactImport<Facts: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Facts.Element == Fact, Facts.Failure == Never {
  /// What ends an import. The chunks yielded before are stored.
  public typealias Failure = AccountStatusError

  let client: AccountStatusClient
  let facts: Facts

  /// Starts the import.
  public func makeAsyncIterator() -> Iterator {
    Iterator(client: client, facts: facts.makeAsyncIterator())
  }

  /// Sends chunks and receives their answers.
  public struct Iterator: AsyncIteratorProtocol {
    private var source: ChunkSource<Facts.AsyncIterator>
    private var session: ImportSession

    init(client: AccountStatusClient, facts: Facts.AsyncIterator) {
      source = ChunkSource(facts)
      session = ImportSession(client: client)
    }

    /// What became of the next chunk; nil when all are answered.
    public mutating func next() async throws(AccountStatusError) -> ImportedChunk? {
      while session.hasRoom, let chunk = try await nextChunk() { try await session.send(chunk) }
      if let answer = try await session.receive() { return answer.chunk }
      await session.finish()
      return nil
    }

    private mutating func nextChunk() async throws(AccountStatusError) -> ImportChunk? {
      do throws(FormError) {
        return try await source.next()
      } catch {
        throw AccountStatusError(error)
      }
    }
  }
}

/// Cuts facts into chunks.
struct ChunkSource<Facts: AsyncIteratorProtocol>
where Facts.Element == Fact, Facts.Failure == Never {
  /// Half of what the contract allows: eight unanswered chunks then fit a connection's input.
  static var byteLimit: Int { 512 << 10 }

  private var facts: Facts
  private var pending: [Fact] = []
  private var number: UInt64 = 0
  private var firstFact = 0
  private var isAtEnd = false

  init(_ facts: Facts) {
    self.facts = facts
  }

  /// The next chunk: as many facts as its bounds allow; nil after the last one.
  mutating func next() async throws(FormError) -> ImportChunk? {
    while !isAtEnd, pending.count < ReportFactsRequest.maximumFacts {
      guard let fact = await facts.next(isolation: #isolation) else {
        isAtEnd = true
        break
      }
      pending.append(fact)
    }
    guard !pending.isEmpty else { return nil }
    number += 1
    var count = pending.count
    var payload = try encoded(count)
    while payload.count > Self.byteLimit, count > 1 {
      count /= 2
      payload = try encoded(count)
    }
    pending.removeFirst(count)
    defer { firstFact += count }
    return ImportChunk(number: number, firstFact: firstFact, count: count, payload: payload)
  }

  private func encoded(_ count: Int) throws(FormError) -> [UInt8] {
    try ImportFactsRequest(chunk: number, facts: Array(pending.prefix(count))).checkedEncoding()
  }
}

/// Facts that are at hand.
public struct AsyncFacts<Facts: Sequence<Fact> & Sendable>: AsyncSequence, Sendable {
  /// Never fails.
  public typealias Failure = Never

  let facts: Facts

  /// Starts from the beginning.
  public func makeAsyncIterator() -> Iterator {
    Iterator(rest: facts.makeIterator())
  }

  /// Yields fact after fact.
  public struct Iterator: AsyncIteratorProtocol {
    var rest: Facts.Iterator

    /// The next fact.
    public mutating func next() async -> Fact? {
      rest.next()
    }
  }
}
