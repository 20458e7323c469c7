/// Decides whether a peer may call a method at all: nil lets it through.
///
/// Asked once per connection and method, the answer kept until `policyChanged()`. What depends on
/// the message is the handler's to decide.
package typealias Authorizer = (PeerCredentials, MethodDescriptor) -> RPCError?

/// Sees every answered call: which method (an index into the router's `methods`), nanoseconds from
/// readable to reply queued, and how it ended.
package typealias CallObserver = (_ method: Int, _ nanoseconds: Int64, RPCCode) -> Void

/// Serves ttrpc on the loop it is given.
///
/// On the loop's thread only. Replies to a call that is over, or whose connection is gone, are
/// ignored. All output of one turn leaves in one `sendmsg` per connection at the turn's end.
package final class RPCServer {
  package init(
    loop: EventLoop, listeners: [UnixSocket], router: Router, limits: Limits = Limits(),
    authorize: @escaping Authorizer = { _, _ in nil },
    observe: CallObserver? = nil
  ) throws(RuntimeError) {
    preconditionFailure()
  }

  // MARK: Statistics

  /// How often each refusal happened.
  package private(set) var counters = RefusalCounters()
  /// Connections open now.
  package private(set) var connectionCount = 0
  /// Calls of all connections that have no final answer yet.
  package var callsInFlight: Int { 0 }

  // MARK: Answers

  /// Answers a call OK with a message of `byteCount` bytes, all of which `write` fills in.
  package func reply(
    to id: CallID, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) {}

  package func reply(to id: CallID, _ message: [UInt8]) {}

  package func fail(_ id: CallID, _ error: RPCError) {}

  /// Whether the call still waits for an answer.
  package func isLive(_ id: CallID) -> Bool { false }

  // MARK: Life cycle

  /// Takes over a connected socket, for example one half of a socket pair.
  package func adopt(_ connection: UnixSocket) throws(RuntimeError) {}

  /// Asks the authorizer anew for every connection and method.
  package func policyChanged() {}

  /// Shuts down gracefully: stops accepting, refuses new calls with UNAVAILABLE, ends what streams
  /// on, gives calls in flight until the deadline, flushes, closes, and calls back.
  package func drain(deadline: MonotonicInstant, _ completion: @escaping () -> Void) {}
}

// MARK: - For ResponseStream

extension RPCServer {
  func bufferedBytes(_ id: CallID) -> Int { 0 }
  func isWritable(_ id: CallID) -> Bool { false }
  func send(_ id: CallID, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {}
  func finish(_ id: CallID) {}
  func setReceiving(_ id: CallID, _ isReceiving: Bool) {}
}
