/// Calls a ttrpc server at a path. Any number of tasks may share one.
///
/// Unary calls share one connection, many in flight; each stream has a connection of its own, so
/// that leaving it tells the server and a slow reader slows only its own stream. Connects when it
/// is first needed and again, with jittered back-off, when a connection breaks. A call of an
/// idempotent method whose connection broke before the answer is made once more.
package final class RPCClient: Sendable {
  package struct Options: Sendable {
    /// How long a call waits for a server that is not there. Zero: fails at the first refusal.
    package var connectPatience = Duration.zero
    /// First and longest pause between attempts to connect; each is doubled and jittered.
    package var backoff = Duration.milliseconds(10)...Duration.seconds(1)
    package var limits = Limits()
    package init() {}
  }

  /// Starts the client's thread; connects nothing yet.
  package init(path: String, options: Options = Options()) throws(RuntimeError) {
    preconditionFailure()
  }

  /// Makes a unary call.
  ///
  /// - timeout: nil waits for ever. Sent to the server and enforced here as well.
  /// Cancelling the task forgets the call; the server is not told.
  package func call(
    _ method: MethodDescriptor, _ payload: [UInt8], timeout: Duration? = nil,
    metadata: [(key: String, value: String)] = []
  ) async throws(ClientError) -> [UInt8] {
    throw .closed
  }

  /// Opens a stream of any kind. For a server-streaming method `request` is its message; for the
  /// others it is the first message, when it is not empty.
  package func stream(
    _ method: MethodDescriptor, _ request: [UInt8] = [], timeout: Duration? = nil,
    metadata: [(key: String, value: String)] = []
  ) async throws(ClientError) -> ClientStream {
    throw .closed
  }

  /// Ends all calls with `closed` and the thread. Idempotent.
  package func close() {}
}

/// The client's side of one streaming call. Cancelled when its last reference goes.
package final class ClientStream: Sendable {
  /// Sends a message. Suspends while the server reads slower than this writes.
  package func send(_ message: [UInt8]) async throws(ClientError) {}

  /// Sends no more.
  package func finishSending() {}

  /// The next message; nil when the server has ended the stream as OK. One caller at a time.
  package func receive() async throws(ClientError) -> [UInt8]? { nil }

  /// Leaves the stream: its connection is closed, the server cancels the handler.
  package func cancel() {}
}
