/// The one answer of a unary call.
///
/// A handler that returns without choosing answers INTERNAL.
package struct Reply: ~Copyable {
  enum State {
    case open
    case later
    case sent(RPCCode)
  }

  var state = State.open

  /// Answers OK with a message of `byteCount` bytes, all of which `write` fills in, straight into
  /// the connection's output. `write` must not call the server.
  package mutating func send(
    byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    preconditionFailure()
  }

  /// Answers with an error.
  package mutating func fail(_ error: RPCError) {
    preconditionFailure()
  }

  /// Promises an answer through `server.reply(to:…)` or `server.fail`, on the loop's thread.
  ///
  /// From here on the call counts as in flight and its deadline is enforced.
  package mutating func later() {
    state = .later
  }
}
