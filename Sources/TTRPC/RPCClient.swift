internal import Synchronization

/// Calls a ttrpc server at a path. Any number of tasks may share one.
///
/// Unary calls share one connection, many in flight; each stream has a connection of its own, so
/// that leaving it tells the server and a slow reader slows only its own stream. Connects when it
/// is first needed and again, with jittered back-off, when a connection breaks. A call of an
/// idempotent method whose connection broke before the answer, or which the server refused because
/// it is going away, is made once more: UNAVAILABLE without details says the latter.
package final class RPCClient: Sendable {
  package struct Options: Sendable {
    /// How long a call waits for a server that is not there. Zero: fails at the first refusal.
    package var connectPatience = Duration.zero
    /// First and longest pause between attempts to connect; each is doubled and jittered.
    package var backoff = Duration.milliseconds(10)...Duration.seconds(1)
    package var limits = Limits()
    /// The highest stream id used before another connection is made: 2^31 calls. Odd.
    package var lastStreamID = UInt32.max
    /// Called on the client's thread after a connection is made and before anything goes over it:
    /// the server may be another one than before.
    package var onConnect: @Sendable () -> Void = {}
    package init() {}
  }

  private let mailbox: Mailbox<ClientCommand>
  private let lastKey = Atomic<UInt64>(0)
  private let thread: LoopThread

  /// Starts the client's thread; connects nothing yet.
  package init(path: String, options: Options = Options()) throws(RuntimeError) {
    let mailbox = try Mailbox<ClientCommand>()
    let loop = try EventLoop()
    self.mailbox = mailbox
    thread = try LoopThread(name: "rpc-client") {
      ClientLoop(loop: loop, mailbox: mailbox, path: path, options: options).run()
    }
  }

  deinit { close() }

  /// Makes a unary call.
  ///
  /// - timeout: nil waits for ever. Sent to the server and enforced here as well.
  /// Cancelling the task forgets the call; the server is not told.
  package func call(
    _ method: MethodDescriptor, _ payload: [UInt8], timeout: Duration? = nil,
    metadata: [(key: String, value: String)] = []
  ) async throws(ClientError) -> [UInt8] {
    precondition(method.kind == .unary, "\(method.fullName) is not unary")
    let request = request(method, payload, timeout, metadata)
    return try await perform(request) { .call(request, $0) }.get()
  }

  /// Opens a stream of any kind. For a server-streaming method `request` is its message; for the
  /// others it is the first message, when it is not empty.
  ///
  /// - timeout: of the whole stream; nil: none. Sent to the server and enforced here as well.
  package func stream(
    _ method: MethodDescriptor, _ request: [UInt8] = [], timeout: Duration? = nil,
    metadata: [(key: String, value: String)] = []
  ) async throws(ClientError) -> ClientStream {
    precondition(method.kind != .unary, "\(method.fullName) is unary")
    let opening = self.request(method, request, timeout, metadata)
    let buffer = StreamBuffer()
    try await perform(opening) { .openStream(opening, buffer, $0) }.get()
    return ClientStream(key: opening.key, buffer: buffer, mailbox: mailbox, client: self)
  }

  /// Ends all calls with `closed` and the thread. Idempotent.
  package func close() {
    mailbox.send(.close)
  }

  private func request(
    _ method: MethodDescriptor, _ payload: [UInt8], _ timeout: Duration?,
    _ metadata: [(key: String, value: String)]
  ) -> ClientRequest {
    let key = lastKey.wrappingAdd(1, ordering: .relaxed).newValue
    let deadline = timeout.map { MonotonicInstant.now().advanced(by: $0) } ?? .distantFuture
    return ClientRequest(
      key: key, method: method, payload: payload, metadata: metadata, deadline: deadline)
  }

  private func perform<Value: Sendable>(
    _ request: ClientRequest,
    _ command: (CheckedContinuation<Result<Value, ClientError>, Never>) -> ClientCommand
  ) async -> Result<Value, ClientError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard mailbox.send(command(continuation)) else {
          return continuation.resume(returning: .failure(.closed))
        }
        // Cancelled before this: the handler ran too early to find the call.
        if Task.isCancelled { mailbox.send(.cancelRequest(request.key)) }
      }
    } onCancel: {
      mailbox.send(.cancelRequest(request.key))
    }
  }
}

/// A call as it goes from a task to the client's loop.
struct ClientRequest: Sendable {
  let key: UInt64
  let method: MethodDescriptor
  let payload: [UInt8]
  let metadata: [(key: String, value: String)]
  let deadline: MonotonicInstant
}

/// What tasks ask of the client's loop.
enum ClientCommand: Sendable {
  typealias CallContinuation = CheckedContinuation<Result<[UInt8], ClientError>, Never>
  typealias OpenContinuation = CheckedContinuation<Result<Void, ClientError>, Never>

  case call(ClientRequest, CallContinuation)
  case openStream(ClientRequest, StreamBuffer, OpenContinuation)
  /// Forget a call, or a stream that is being opened.
  case cancelRequest(UInt64)
  case send(UInt64, [UInt8])
  case finishSending(UInt64)
  case resumeReading(UInt64)
  case cancelStream(UInt64)
  case close

  /// Answers a command that nobody will carry out.
  func fail(_ error: ClientError) {
    switch self {
    case .call(_, let continuation): continuation.resume(returning: .failure(error))
    case .openStream(_, _, let continuation): continuation.resume(returning: .failure(error))
    case .cancelRequest, .send, .finishSending, .resumeReading, .cancelStream, .close: break
    }
  }
}
