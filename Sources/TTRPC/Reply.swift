/// The one answer of a unary call.
///
/// A handler that returns without choosing answers INTERNAL.
package struct Reply: ~Copyable {
  enum State {
    case open
    case later
    case sent(RPCCode)
  }

  private let connection: UnsafeMutablePointer<ServerConnection>
  private let stream: UInt32
  private(set) var state = State.open
  private(set) var isTooLarge = false

  /// The connection must stay where it is for as long as the reply lives.
  @inline(__always)
  init(_ connection: UnsafeMutablePointer<ServerConnection>, stream: UInt32) {
    self.connection = connection
    self.stream = stream
  }

  /// Answers OK with a message of `byteCount` bytes, all of which `write` fills in, straight into
  /// the connection's output. `write` must not call the server.
  ///
  /// A message over the frame limit becomes RESOURCE_EXHAUSTED.
  package mutating func send(
    byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    guard case .open = state else { preconditionFailure("a call is answered once") }
    let code = connection.pointee.answer(stream, byteCount: byteCount, write)
    isTooLarge = code != .ok
    state = .sent(code)
  }

  /// Answers OK with a message of `byteCount` bytes, at least one, and returns the room for them in
  /// the connection's output: the caller fills it in before anything else is done. It may store up to
  /// `ByteBuffer.spareLength` bytes more.
  ///
  /// nil for a message over the frame limit, which becomes RESOURCE_EXHAUSTED.
  package mutating func makeRoom(byteCount: Int) -> UnsafeMutableRawPointer? {
    guard case .open = state else { preconditionFailure("a call is answered once") }
    let room = connection.pointee.answer(stream, byteCount: byteCount)
    isTooLarge = room == nil
    state = .sent(room == nil ? .resourceExhausted : .ok)
    return room
  }

  /// Answers OK with a message.
  package mutating func send(_ message: [UInt8]) {
    send(byteCount: message.count) { $0.copyBytes(from: message) }
  }

  /// Answers with an error.
  package mutating func fail(_ error: RPCError) {
    guard case .open = state else { preconditionFailure("a call is answered once") }
    connection.pointee.answer(stream, error)
    state = .sent(error.code)
  }

  /// Promises an answer through `server.reply(to:…)` or `server.fail`, on the loop's thread.
  ///
  /// From here on the call counts as in flight and its deadline is enforced.
  package mutating func later() {
    guard case .open = state else { preconditionFailure("a call is answered once") }
    state = .later
  }
}
