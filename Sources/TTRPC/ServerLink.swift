/// What the server keeps of one connection: the protocol's state and everything around it.
///
/// Lives at a fixed address that only the loop's thread uses; freed at the end of a turn, so that
/// nothing that runs in a turn finds it gone.
struct ServerLink: ~Copyable {
  /// Where the connection stands. Each phase leads to the ones below it only.
  enum Phase {
    case open
    /// The client shut down its sending side; what is in flight is still answered.
    case halfClosed
    /// To be freed at the end of the turn. Neither read nor written.
    case closed
  }

  let slot: UInt32
  let generation: UInt32
  let socket: UnixSocket
  let descriptor: Int32
  let peer: UnsafeMutablePointer<PeerCredentials>
  let wire: UnsafeMutablePointer<ServerConnection>
  var watch: EventLoop.Watch?
  var phase = Phase.open
  var isDirty = false
  /// Whether its calls wait for those that are answered on the spot.
  var isPatient = false
  /// How its requests are read.
  var peeking = PeekLearner()
  /// The next dirty link.
  var nextDirty: UnsafeMutablePointer<ServerLink>?
  /// Read once more after the server began to drain.
  var wasReadLast = false
  /// Watched events, as the loop has them.
  var events: IOEvents = []
  var handlers: [UInt32: any StreamHandler] = [:]
  /// Streams that asked whether they may write and were told to wait.
  var waiting: Set<UInt32> = []
  /// Streams whose queues are to be delivered at the end of the turn.
  var resumed: [UInt32] = []
  var timer: TimerID?
  var timerAt = MonotonicInstant.distantFuture
  /// The authorizer's answers, by method; forgotten when the server's epoch has moved on.
  var verdicts: [Verdict]
  var verdictEpoch = 0

  enum Verdict: UInt8 {
    case unknown
    case allowed
    /// Allowed, and struck by a fault that is injected on purpose.
    case faulty
    case denied
  }

  init(
    slot: UInt32, generation: UInt32, socket: UnixSocket, peer: PeerCredentials,
    wire connection: consuming ServerConnection, methodCount: Int
  ) {
    self.slot = slot
    self.generation = generation
    self.socket = socket
    descriptor = socket.descriptor
    self.peer = .allocate(capacity: 1)
    self.peer.initialize(to: peer)
    wire = .allocate(capacity: 1)
    wire.initialize(to: connection)
    verdicts = Array(repeating: .unknown, count: methodCount)
  }

  deinit {
    peer.deinitialize(count: 1)
    peer.deallocate()
    wire.deinitialize(count: 1)
    wire.deallocate()
  }

  func id(_ stream: UInt32) -> CallID {
    CallID(slot: slot, generation: generation, stream: stream)
  }
}

/// Where a link lives.
typealias LinkPointer = UnsafeMutablePointer<ServerLink>
