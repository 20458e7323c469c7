/// The server's side of one streaming call.
///
/// Lives on the loop's thread and is called there only. Exactly one of `cancelled()` and the end
/// that the handler itself chooses (`finish`, `fail`) closes a stream; after either nothing more is
/// called.
package protocol StreamHandler: AnyObject {
  /// A message of the client. Valid during the call.
  ///
  /// For a server-streaming method this is the request, and `halfClosed()` follows.
  func received(_ message: UnsafeRawBufferPointer)
  /// No more messages come.
  func halfClosed()
  /// The client is gone, or the deadline passed, or the client broke the protocol on this stream.
  func cancelled()
  /// The connection's output fell below its mark after `isWritable` was false.
  func writable()
  /// The stream should end soon, and why. Unless the handler chose otherwise, a server-streaming
  /// call ends here with UNAVAILABLE or CANCELLED; the others have until the drain's end.
  func stopping(_ reason: StopReason, _ stream: ResponseStream)
}

/// Why a stream should end.
package enum StopReason: Sendable, Hashable {
  /// The server drains.
  case draining
  /// The client shut down its sending side and waits for what is still to come.
  case clientHalfClosed
}

extension StreamHandler {
  package func received(_ message: UnsafeRawBufferPointer) {}
  package func halfClosed() {}
  package func cancelled() {}
  package func writable() {}

  package func stopping(_ reason: StopReason, _ stream: ResponseStream) {
    guard stream.kind == .serverStreaming else { return }
    switch reason {
    case .draining: stream.fail(RPCError(.unavailable, "the server is shutting down"))
    case .clientHalfClosed: stream.fail(RPCError(.cancelled, "the client stopped sending"))
    }
  }
}

/// Where a streaming handler writes: a bounded way to its client.
///
/// A value that names the call; it may outlive it, and is then ignored. On the loop's thread only.
package struct ResponseStream {
  package let id: CallID
  package let kind: MethodKind
  private unowned let server: RPCServer

  init(id: CallID, kind: MethodKind, server: RPCServer) {
    self.id = id
    self.kind = kind
    self.server = server
  }

  /// Whether the call still waits for an answer.
  package var isLive: Bool { server.isLive(id) }

  /// Bytes queued on the call's connection.
  package var bufferedBytes: Int { server.bufferedBytes(id) }

  /// Whether more should be written now. When not, `writable()` is called once that has changed.
  ///
  /// Advice: a handler that writes on is disconnected at `Limits.outputPerConnection`.
  package var isWritable: Bool { server.isWritable(id) }

  /// Sends one message of `byteCount` bytes, all of which `write` fills in.
  ///
  /// A message over the frame limit ends the stream with RESOURCE_EXHAUSTED.
  package func send(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    server.send(id, byteCount: byteCount, write)
  }

  /// Sends one message.
  package func send(_ message: [UInt8]) {
    send(byteCount: message.count) { $0.copyBytes(from: message) }
  }

  /// Ends the stream as OK.
  ///
  /// For a client-streaming method, use `reply`.
  package func finish() {
    server.finish(id)
  }

  /// Answers a client-streaming call.
  package func reply(byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    server.reply(to: id, byteCount: byteCount, write)
  }

  /// Answers a client-streaming call.
  package func reply(_ message: [UInt8]) {
    server.reply(to: id, message)
  }

  /// Ends the stream with an error. Legal after messages.
  package func fail(_ error: RPCError) {
    server.fail(id, error)
  }

  /// Holds messages back in the stream's bounded queue from now on: the handler is busy.
  package func pauseReceiving() {
    server.setReceiving(id, false)
  }

  /// Delivers what is queued, at the end of this turn of the loop, and what comes after it.
  package func resumeReceiving() {
    server.setReceiving(id, true)
  }
}
