internal import AccountStatusAPI
package import AccountStatusModel
internal import Synchronization
internal import TTRPC

/// A watch that outlives its connections, as its caller drives it.
package struct WatchSession {
  /// Something that was told.
  package struct Told: Sendable {
    package let event: WatchEvent
    /// The encoded `WatchStatusesResponse` that told it; empty: no server told it.
    package let payload: [UInt8]
  }

  private let client: AccountStatusClient
  private let accounts: [AccountID]
  private var open: OpenWatch?
  private var backoff: Backoff
  /// Whether the caller has been told that the connection is broken.
  private var hasToldBreak = false
  private var retryDelay = Duration.zero
  /// Where to go on; nil: with a snapshot.
  package private(set) var token: Token?

  init(client: AccountStatusClient, accounts: [AccountID], from token: Token?) {
    self.client = client
    self.accounts = accounts
    self.token = token.flatMap { $0.bytes.isEmpty ? nil : $0 }
    backoff = Backoff(client.configuration.backoff)
  }

  /// What is told next.
  package mutating func next() async throws(AccountStatusError) -> Told {
    while true {
      let failure: ClientError
      do throws(ClientError) {
        let open = try await opened()
        if let payload = try await open.receive() {
          guard let told = try take(payload) else { continue }
          return told
        }
        failure = .unavailable(reason: "the server has ended the watch", wasSent: true)
      } catch {
        failure = error
      }
      if let event = try await broken(failure) { return Told(event: event, payload: []) }
    }
  }

  private mutating func opened() async throws(ClientError) -> OpenWatch {
    if let open { return open }
    let request = WatchStatusesRequest(accountIDs: accounts, fromToken: token?.bytes ?? [])
    let opened = OpenWatch(
      try await client.rpc.stream(StatusService.watchStatuses, request.encoded()))
    open = opened
    return opened
  }

  /// Lets go of a stream that is over, and waits before the next one; says what the caller has to
  /// know, and throws what does not pass.
  private mutating func broken(
    _ error: ClientError
  ) async throws(AccountStatusError) -> WatchEvent? {
    open = nil
    let failure = AccountStatusError(error, socket: client.socket)
    switch failure.kind {
    case .unavailable, .resourceExhausted, .deadlineExceeded:
      if error == .closed { throw failure }
    default: throw failure
    }
    if !hasToldBreak {
      hasToldBreak = true
      retryDelay = failure.retryDelay ?? .zero
      return .disconnected(failure)
    }
    let pause = max(backoff.next(), retryDelay)
    retryDelay = failure.retryDelay ?? .zero
    guard (try? await Task.sleep(for: pause)) != nil else {
      throw AccountStatusError(ClientError.cancelled, socket: client.socket)
    }
    return nil
  }

  /// What a message says; nil: nothing that concerns the caller.
  private mutating func take(_ payload: [UInt8]) throws(ClientError) -> Told? {
    let message: WatchStatusesResponse
    do throws(FormError) {
      message = try WatchStatusesResponse.decode(payload)
    } catch {
      throw .protocolViolation("\(error)")
    }
    guard let told = message.event else { return nil }
    backoff.succeeded()
    hasToldBreak = false
    let event: WatchEvent
    switch told {
    case .resumed: event = .resumed
    case .snapshotBegin:
      token = nil
      event = .snapshotBegan
    case .record(let status): event = .status(status)
    case .snapshotEnd(let token):
      self.token = Token(bytes: token)
      event = .snapshotEnded
    case .change(let change):
      if token != nil { token = Token(bytes: change.token) }
      event = .changed(StatusChange(change))
    case .progress(let token, let asOf):
      if !token.isEmpty { self.token = Token(bytes: token) }
      event = .progress(asOf: asOf)
    case .compacted:
      // It ends with this, and the next one begins with a snapshot.
      token = nil
      open = nil
      return nil
    }
    return Told(event: event, payload: payload)
  }
}

extension AccountStatusClient {
  /// Opens a watch; connects when the first event is taken.
  package func openWatch(_ accounts: [AccountID] = [], from token: Token? = nil) -> WatchSession {
    WatchSession(client: self, accounts: accounts, from: token)
  }
}

/// A stream, and who ends it when its server has fallen silent.
private final class OpenWatch: Sendable {
  /// The server gives a sign of life every second: one that does not is stopped, or another has taken
  /// its place.
  private static let mostSilence = Duration.seconds(10)

  private let stream: ClientStream
  private let heardAt: HeardAt
  private let alarm: Task<Void, Never>

  private final class HeardAt: Sendable {
    let nanoseconds = Atomic(MonotonicInstant.now().nanoseconds)
  }

  init(_ stream: ClientStream) {
    let heardAt = HeardAt()
    self.stream = stream
    self.heardAt = heardAt
    alarm = Task {
      while (try? await Task.sleep(for: Self.mostSilence / 4)) != nil {
        let last = heardAt.nanoseconds.load(ordering: .relaxed)
        let silence = Duration.nanoseconds(MonotonicInstant.now().nanoseconds - last)
        if silence > Self.mostSilence { return stream.cancel() }
      }
    }
  }

  deinit { alarm.cancel() }

  /// The next message; nil when the server has ended the stream.
  func receive() async throws(ClientError) -> [UInt8]? {
    do throws(ClientError) {
      let message = try await stream.receive()
      heardAt.nanoseconds.store(MonotonicInstant.now().nanoseconds, ordering: .relaxed)
      return message
    } catch {
      guard error == .cancelled, !Task.isCancelled else { throw error }
      throw .unavailable(reason: "the server is silent", wasSent: true)
    }
  }
}

extension StatusChange {
  fileprivate init(_ change: AccountChange) {
    self.init(
      accountID: change.accountID, previous: change.previous, current: change.current,
      revision: change.revision, isPastChanged: change.isPastChanged)
  }
}
