internal import AccountStatusAPI
public import AccountStatusModel
internal import TTRPC

/// A bulk import on its way: yields what became of each chunk, in order, after its commit.
///
/// Reading it drives it: facts are taken from their source and sent as long as no more than 8
/// chunks are unanswered. Read it once.
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
    private let client: AccountStatusClient
    private var source: ChunkSource<Facts.AsyncIterator>
    private var stream: ClientStream?
    /// Sent, or to be sent again, and not answered; oldest first.
    private var unanswered: [ImportChunk] = []
    /// How many of them were sent on the present stream.
    private var sent = 0
    /// Whether a broken connection may be replaced: once for every answer.
    private var mayReconnect = true

    init(client: AccountStatusClient, facts: Facts.AsyncIterator) {
      self.client = client
      source = ChunkSource(facts)
    }

    /// What became of the next chunk; nil when all are answered.
    public mutating func next() async throws(AccountStatusError) -> ImportedChunk? {
      while true {
        let reply: [UInt8]?
        do throws(Interruption) {
          reply = try await exchange()
        } catch {
          try recover(from: error)
          continue
        }
        guard let oldest = unanswered.first else { return nil }
        guard let reply else {
          throw AccountStatusError(
            .unreadableReply, "the import ended with \(unanswered.count) chunks unanswered")
        }
        let answer = try oldest.answer(reply)
        unanswered.removeFirst()
        sent -= 1
        mayReconnect = true
        return answer
      }
    }
  }
}

extension FactImport.Iterator {
  /// The most chunks that the contract lets a client keep unanswered.
  private static var maximumUnanswered: Int { 8 }

  /// Why an exchange did not happen.
  fileprivate enum Interruption: Error {
    case connection(ClientError)
    case malformed(FormError)
  }

  /// Sends what may be sent, then receives one answer; nil when the server ended the stream.
  private mutating func exchange() async throws(Interruption) -> [UInt8]? {
    while unanswered.count < Self.maximumUnanswered, let chunk = try await nextChunk() {
      unanswered.append(chunk)
      try await sendUnsent()
    }
    if unanswered.isEmpty && stream == nil { return nil }
    let stream = try await sendUnsent()
    if unanswered.isEmpty { stream.finishSending() }
    do throws(ClientError) {
      return try await stream.receive()
    } catch {
      throw .connection(error)
    }
  }

  private mutating func nextChunk() async throws(Interruption) -> ImportChunk? {
    do throws(FormError) {
      return try await source.next()
    } catch {
      throw .malformed(error)
    }
  }

  @discardableResult
  private mutating func sendUnsent() async throws(Interruption) -> ClientStream {
    do throws(ClientError) {
      let open = try await openStream()
      while sent < unanswered.count {
        try await open.send(unanswered[sent].payload)
        sent += 1
      }
      return open
    } catch {
      throw .connection(error)
    }
  }

  private mutating func openStream() async throws(ClientError) -> ClientStream {
    if let stream { return stream }
    let opened = try await client.rpc.stream(LedgerService.importFacts)
    stream = opened
    sent = 0
    return opened
  }

  /// Lets go of a broken stream, so that the next exchange opens another and sends what was not
  /// answered again: facts count once.
  private mutating func recover(from interruption: Interruption) throws(AccountStatusError) {
    switch interruption {
    case .malformed(let error): throw AccountStatusError(error)
    case .connection(.unavailable) where mayReconnect:
      mayReconnect = false
      stream = nil
    case .connection(let error): throw AccountStatusError(error, socket: client.socket)
    }
  }
}

/// Encoded facts, and where they stand in the whole import.
struct ImportChunk {
  let number: UInt64
  let firstFact: Int
  let count: Int
  let payload: [UInt8]

  /// Reads the answer to this chunk.
  fileprivate func answer(_ reply: [UInt8]) throws(AccountStatusError) -> ImportedChunk {
    let response: ImportFactsResponse
    do throws(FormError) {
      response = try ImportFactsResponse.decode(reply)
    } catch {
      throw .unreadable(error)
    }
    guard response.chunk == number, response.results.count == count else {
      throw .unreadable(
        FormError(
          "answers \(response.results.count) facts of chunk \(response.chunk), not the \(count) "
            + "of chunk \(number)"))
    }
    return ImportedChunk(
      firstFact: firstFact, results: response.results.map { FactResult($0, from: firstFact) },
      token: Token(bytes: response.token))
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
