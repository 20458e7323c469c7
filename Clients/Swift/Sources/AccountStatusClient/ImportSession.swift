internal import AccountStatusAPI
internal import AccountStatusModel
internal import TTRPC

/// A bulk import as its caller drives it: chunks go out, their answers come back in order.
///
/// Outlives its connection: when that breaks, the server restarts or falls silent, another is made
/// with back-off and what was not answered is sent again. Facts count once, so nothing is stored
/// twice. It fails when no answer has come for as long as the configuration's patience.
package struct ImportSession {
  /// The most chunks that the contract lets a client keep unanswered.
  package static let maximumUnanswered = 8

  private let client: AccountStatusClient
  private let mayRetry: @Sendable () -> Bool
  private var stream: ClientStream?
  /// Sent, or to be sent again, and not answered; oldest first.
  private var unanswered: [ImportChunk] = []
  /// How many of them were sent on the present stream.
  private var sent = 0
  /// Since when the caller waits: what it does between two calls takes as long as it likes.
  private var waitingSince = MonotonicInstant.now()
  private var backoff: Backoff
  /// A server that was never there is no broken connection.
  private var hasConnected = false

  /// - mayRetry: asked before every new connection; false: the import fails instead.
  init(client: AccountStatusClient, mayRetry: @escaping @Sendable () -> Bool = { true }) {
    self.client = client
    self.mayRetry = mayRetry
    backoff = Backoff(client.configuration.backoff)
  }

  /// Whether another chunk may be sent before an answer is received.
  package var hasRoom: Bool { unanswered.count < Self.maximumUnanswered }

  /// Sends a chunk, when there is room for it.
  package mutating func send(_ chunk: ImportChunk) async throws(AccountStatusError) {
    precondition(hasRoom, "receive an answer first")
    waitingSince = .now()
    unanswered.append(chunk)
    do throws(ClientError) {
      try await sendUnsent()
    } catch {
      try await recover(from: error)
    }
  }

  /// What became of the oldest chunk that was sent; nil when all are answered.
  package mutating func receive() async throws(AccountStatusError) -> ImportAnswer? {
    waitingSince = .now()
    while let oldest = unanswered.first {
      let reply: [UInt8]?
      do throws(ClientError) {
        let stream = try await sendUnsent()
        reply = try await patiently(stream) { () async throws(ClientError) in
          try await stream.receive()
        }
      } catch {
        try await recover(from: error)
        continue
      }
      guard let reply else {
        throw AccountStatusError(
          .unreadableReply, "the import ended with \(unanswered.count) chunks unanswered")
      }
      let answer = try oldest.answer(reply)
      unanswered.removeFirst()
      sent -= 1
      backoff.succeeded()
      client.cache?.doubtAll()
      return answer
    }
    return nil
  }

  /// Ends the import; what is not answered by now may or may not be stored.
  package mutating func finish() async {
    guard let stream else { return }
    self.stream = nil
    waitingSince = .now()
    stream.finishSending()
    guard unanswered.isEmpty else { return }
    // All is stored: how the server ends the stream changes nothing.
    _ = try? await patiently(stream) { () async throws(ClientError) in try await stream.receive() }
  }
}

extension ImportSession {
  @discardableResult
  private mutating func sendUnsent() async throws(ClientError) -> ClientStream {
    let stream = try await openStream()
    while sent < unanswered.count {
      let payload = unanswered[sent].payload
      try await patiently(stream) { () async throws(ClientError) in try await stream.send(payload) }
      sent += 1
    }
    return stream
  }

  private mutating func openStream() async throws(ClientError) -> ClientStream {
    if let stream { return stream }
    let opened = try await client.rpc.stream(LedgerService.importFacts)
    stream = opened
    sent = 0
    hasConnected = true
    return opened
  }

  /// When it gives up.
  private var patienceEnds: MonotonicInstant {
    waitingSince.advanced(by: client.configuration.importPatience)
  }

  /// Waits for the server, but not for ever: one that is stopped keeps its connections open.
  private func patiently<Value: Sendable>(
    _ stream: ClientStream, _ wait: () async throws(ClientError) -> Value
  ) async throws(ClientError) -> Value {
    let rest = Duration.nanoseconds(
      max(0, patienceEnds.nanoseconds - MonotonicInstant.now().nanoseconds))
    let alarm = Task {
      // Woken early, there is nothing to wake.
      guard (try? await Task.sleep(for: rest)) != nil else { return }
      stream.cancel()
    }
    defer { alarm.cancel() }
    do throws(ClientError) {
      return try await wait()
    } catch {
      guard error == .cancelled, !Task.isCancelled else { throw error }
      throw .unavailable(reason: "the server is silent", wasSent: true)
    }
  }

  /// Lets go of a broken stream and pauses, so that the next exchange opens another; throws when
  /// that is no use or has been tried for long enough.
  private mutating func recover(from error: ClientError) async throws(AccountStatusError) {
    stream = nil
    sent = 0
    var failure = AccountStatusError(error, socket: client.socket)
    guard hasConnected, error.code == .unavailable, error != .closed, mayRetry() else {
      throw failure
    }
    let now = MonotonicInstant.now()
    let rest = patienceEnds.nanoseconds - now.nanoseconds
    guard rest > 0 else {
      failure.message += "; gave up after \(client.configuration.importPatience)"
      throw failure
    }
    let pause = min(max(backoff.next(), failure.retryDelay ?? .zero), .nanoseconds(rest))
    guard (try? await Task.sleep(for: pause)) != nil else {
      throw AccountStatusError(ClientError.cancelled, socket: client.socket)
    }
  }
}

/// Encoded facts, and where they stand in the whole import.
package struct ImportChunk: Sendable {
  let number: UInt64
  let firstFact: Int
  let count: Int
  let payload: [UInt8]

  init(number: UInt64, firstFact: Int, count: Int, payload: [UInt8]) {
    self.number = number
    self.firstFact = firstFact
    self.count = count
    self.payload = payload
  }

  /// A chunk of facts that are encoded already; 1 to 1 000 of them, of at most a megabyte.
  package init(number: UInt64, firstFact: Int, encodedFacts: [[UInt8]]) {
    var writer = WireWriter(capacity: encodedFacts.reduce(16) { $0 + $1.count + 6 })
    writer.varint(1, number)
    for fact in encodedFacts { writer.data(2, fact) }
    self.init(
      number: number, firstFact: firstFact, count: encodedFacts.count, payload: writer.bytes)
  }

  /// Reads the answer to this chunk.
  fileprivate func answer(_ reply: [UInt8]) throws(AccountStatusError) -> ImportAnswer {
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
    let chunk = ImportedChunk(
      firstFact: firstFact, results: response.results.map { FactResult($0, from: firstFact) },
      token: Token(bytes: response.token))
    return ImportAnswer(chunk: chunk, payload: reply)
  }
}

/// The answer to a chunk, as it was read and as it came.
package struct ImportAnswer: Sendable {
  package let chunk: ImportedChunk
  /// An encoded `ImportFactsResponse`.
  package let payload: [UInt8]
}

extension AccountStatusClient {
  /// Opens a bulk import of facts that are encoded already; connects when the first chunk is sent.
  ///
  /// - mayRetry: asked before a broken connection is replaced.
  package func openImport(
    mayRetry: @escaping @Sendable () -> Bool = { true }
  ) -> ImportSession {
    ImportSession(client: self, mayRetry: mayRetry)
  }
}
