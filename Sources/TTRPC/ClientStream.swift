internal import Synchronization

/// The client's side of one streaming call. Cancelled when its last reference goes.
package final class ClientStream: Sendable {
  private let key: UInt64
  private let buffer: StreamBuffer
  private let mailbox: Mailbox<ClientCommand>
  /// Kept for as long as its stream.
  private let client: RPCClient

  init(key: UInt64, buffer: StreamBuffer, mailbox: Mailbox<ClientCommand>, client: RPCClient) {
    self.key = key
    self.buffer = buffer
    self.mailbox = mailbox
    self.client = client
  }

  deinit { cancel() }

  /// Sends a message. Suspends while the server reads slower than this writes.
  ///
  /// Fails only when nothing can be sent any more; what the server thinks of it comes with
  /// `receive()`. Cancelling the task cancels the stream.
  package func send(_ message: [UInt8]) async throws(ClientError) {
    guard buffer.willSend(message.count), mailbox.send(.send(key, message)) else {
      throw buffer.failure ?? .closed
    }
    let result = await cancellable { continuation in self.buffer.waitToSend(continuation) }
    try result.get()
  }

  /// Sends no more.
  package func finishSending() {
    mailbox.send(.finishSending(key))
  }

  /// The next message; nil when the server has ended the stream as OK. One caller at a time.
  ///
  /// Cancelling the task cancels the stream.
  package func receive() async throws(ClientError) -> [UInt8]? {
    let result = await cancellable { continuation in self.buffer.receive(continuation) }
    if buffer.shouldResume() { mailbox.send(.resumeReading(key)) }
    return try result.get()
  }

  /// Leaves the stream: its connection is closed, the server cancels the handler.
  package func cancel() {
    buffer.cancel()
    mailbox.send(.cancelStream(key))
  }

  private func cancellable<Value: Sendable>(
    _ start: (CheckedContinuation<Result<Value, ClientError>, Never>) -> Void
  ) async -> Result<Value, ClientError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in start(continuation) }
    } onCancel: {
      self.cancel()
    }
  }
}

/// What is between a stream's task and the client's loop: bounded both ways.
///
/// Every method may be called from any thread; continuations are resumed outside of the lock.
final class StreamBuffer: Sendable {
  typealias Receiver = CheckedContinuation<Result<[UInt8]?, ClientError>, Never>
  typealias Sender = CheckedContinuation<Result<Void, ClientError>, Never>

  /// Messages and bytes received and not yet taken, at which reading pauses.
  private static let inboxMessages = 64
  private static let inboxBytes = 1 << 20
  /// Bytes on their way to the socket, above which senders wait.
  private static let outboxBytes = 1 << 20

  private struct State {
    var inbox: [[UInt8]] = []
    var taken = 0
    var inboxBytes = 0
    var isPaused = false
    var end: Result<Void, ClientError>?
    var receiver: Receiver?
    /// Bytes that tasks gave, that the loop took, and that wait for the socket.
    var given = 0
    var accepted = 0
    var buffered = 0
    var senders: [Sender] = []

    var isFull: Bool { given - accepted + buffered > StreamBuffer.outboxBytes }

    mutating func takeFirst() -> [UInt8]? {
      guard taken < inbox.count else { return nil }
      let message = inbox[taken]
      inbox[taken] = []
      taken += 1
      inboxBytes -= message.count
      if taken == inbox.count {
        inbox.removeAll(keepingCapacity: true)
        taken = 0
      }
      return message
    }
  }

  private let state = Mutex(State())

  /// Why the stream is over; nil while it is not, or when it went well.
  var failure: ClientError? {
    state.withLock { state in
      guard case .failure(let error) = state.end else { return nil }
      return error
    }
  }
}

// MARK: - For the task

extension StreamBuffer {
  /// Counts bytes about to be sent; false when the stream is over.
  func willSend(_ count: Int) -> Bool {
    state.withLock { state in
      guard state.end == nil else { return false }
      state.given += count
      return true
    }
  }

  func waitToSend(_ sender: Sender) {
    let mustWait = state.withLock { state in
      // A stream that has ended since is the receiver's to notice.
      guard state.end == nil, state.isFull else { return false }
      state.senders.append(sender)
      return true
    }
    if !mustWait { sender.resume(returning: .success(())) }
  }

  func receive(_ receiver: Receiver) {
    let result: Result<[UInt8]?, ClientError>? = state.withLock { state in
      if let message = state.takeFirst() { return .success(message) }
      if let end = state.end { return end.map { nil } }
      precondition(state.receiver == nil, "a stream is received by one task at a time")
      state.receiver = receiver
      return nil
    }
    if let result { receiver.resume(returning: result) }
  }

  /// Ends the stream here and now: what was received and not taken is dropped.
  func cancel() {
    state.withLock { state in
      guard state.end == nil else { return }
      state.inbox = []
      state.taken = 0
      state.inboxBytes = 0
    }
    end(.failure(.cancelled))
  }

  /// Whether reading was paused and has reason to go on; true once per pause.
  func shouldResume() -> Bool {
    state.withLock { state in
      guard state.isPaused, state.inbox.count - state.taken <= Self.inboxMessages / 2,
        state.inboxBytes <= Self.inboxBytes / 2
      else { return false }
      state.isPaused = false
      return true
    }
  }
}

// MARK: - For the loop

extension StreamBuffer {
  /// Takes a message in. False when reading should pause.
  func deliver(_ message: [UInt8]) -> Bool {
    let (receiver, goesOn) = state.withLock { state -> (Receiver?, Bool) in
      if state.end != nil { return (nil, true) }
      if let receiver = state.receiver {
        state.receiver = nil
        return (receiver, true)
      }
      state.inbox.append(message)
      state.inboxBytes += message.count
      let isFull =
        state.inbox.count - state.taken >= Self.inboxMessages
        || state.inboxBytes >= Self.inboxBytes
      if isFull { state.isPaused = true }
      return (nil, !isFull)
    }
    receiver?.resume(returning: .success(message))
    return goesOn
  }

  /// The stream is over. What was received before is still handed out; only the first end counts.
  func end(_ end: Result<Void, ClientError>) {
    let (receiver, senders) = state.withLock { state -> (Receiver?, [Sender]) in
      if state.end != nil { return (nil, []) }
      state.end = end
      defer {
        state.receiver = nil
        state.senders = []
      }
      return (state.receiver, state.senders)
    }
    receiver?.resume(returning: end.map { nil })
    for sender in senders { sender.resume(returning: .success(())) }
  }

  /// How the output stands: bytes more that the loop took, and bytes that wait for the socket.
  func progressed(accepted: Int, buffered: Int) {
    let senders = state.withLock { state -> [Sender] in
      state.accepted += accepted
      state.buffered = buffered
      if state.isFull { return [] }
      defer { state.senders = [] }
      return state.senders
    }
    for sender in senders { sender.resume(returning: .success(())) }
  }
}
