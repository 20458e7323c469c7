internal import Glibc

/// Decides whether a peer may call a method at all: nil lets it through.
///
/// Asked once per connection and method, the answer kept until `policyChanged()`. What depends on
/// the message is the handler's to decide.
package typealias Authorizer = (PeerCredentials, MethodDescriptor) -> RPCError?

/// Sees every answered call: which method (an index into the router's `methods`), nanoseconds from
/// readable to reply queued, how it ended, and how many calls of one read it stands for: those are
/// given the time of the last of them. Refused calls are counted instead.
package typealias CallObserver =
  (_ method: Int, _ nanoseconds: Int64, RPCCode, _ count: UInt64) -> Void

/// Serves ttrpc on the loop it is given.
///
/// On the loop's thread only. Replies to a call that is over, or whose connection is gone, are
/// ignored. Calls that are answered on the spot are answered with one `send` for each read, or more
/// where some KiB of answers have come together; other output leaves at the turn's end.
///
/// Properties that every read touches are exempt from the checks of exclusive access, as in the
/// loop: none is accessed while a handler runs.
package final class RPCServer {
  let loop: EventLoop
  let limits: Limits
  let methods: MethodTable
  let authorize: Authorizer
  /// Retained by hand: it is called with every read.
  let observer: Unmanaged<Observer>?
  /// What one `recv` reads into; handlers see its bytes in place.
  let readBuffer: UnsafeMutableRawBufferPointer

  /// How often each refusal happened.
  package internal(set) var counters = RefusalCounters()
  /// Connections open now.
  @exclusivity(unchecked) package internal(set) var connectionCount = 0
  /// Whether the server is shutting down.
  @exclusivity(unchecked) package internal(set) var isDraining = false

  /// Reads from sockets so far; names the one that a call came with.
  @exclusivity(unchecked) var readCount: UInt64 = 0
  /// Whether the read in hand held anything that is not answered on the spot.
  @exclusivity(unchecked) var hasDeferred = false
  /// Calls of one method, answered on the spot in the read in hand and not yet observed.
  @exclusivity(unchecked) var inlineMethod = -1
  @exclusivity(unchecked) var inlineCount: UInt64 = 0

  var listeners: [Listener] = []
  var slots: [Slot] = []
  var freeSlots: [UInt32] = []
  var users: [UInt32: User] = [:]
  let budget: InputBudget
  /// Links with something to send, deliver or free at the end of the turn: a list through the
  /// links themselves, in the order in which they became dirty.
  @exclusivity(unchecked) var dirtyHead: LinkPointer?
  @exclusivity(unchecked) var dirtyTail: LinkPointer?
  @exclusivity(unchecked) var policyEpoch = 0
  /// What is done to calls on purpose.
  var faults = FaultPlan()
  var drained: (() -> Void)?
  private var endOfTurn: EventLoop.TurnEnd?

  final class Observer {
    let observe: CallObserver

    init(observe: @escaping CallObserver) { self.observe = observe }
  }

  struct Listener {
    let socket: UnixSocket
    let watch: EventLoop.Watch
  }

  struct Slot {
    var generation: UInt32 = 0
    var link: LinkPointer?
  }

  /// One uid's connections and input.
  struct User {
    var connections = 0
    let share: InputBudget.Share
  }

  package init(
    loop: EventLoop, listeners: [UnixSocket], router: Router, limits: Limits = Limits(),
    authorize: @escaping Authorizer = { _, _ in nil }, observe: CallObserver? = nil
  ) throws(RuntimeError) {
    self.loop = loop
    self.limits = limits
    self.authorize = authorize
    observer = observe.map { .passRetained(Observer(observe: $0)) }
    methods = MethodTable(router)
    budget = InputBudget(limit: limits.inputPerProcess)
    readBuffer = .allocate(byteCount: limits.readLength, alignment: 16)
    // Here and for the connections: deinit removes what refers to the server, and the loop calls
    // nothing that was removed. Counting references would cost each call what its handler costs.
    let server = Unmanaged.passUnretained(self)
    endOfTurn = loop.atEndOfTurn { server._withUnsafeGuaranteedRef { $0.finishTurn() } }
    for socket in listeners { try listen(on: socket) }
  }

  deinit {
    for listener in listeners { loop.remove(listener.watch) }
    // Closing one puts it on the list of the dirty, behind another: all are closed before any goes.
    let links = slots.compactMap(\.link)
    for link in links { closeLink(link) }
    for link in links { freeLink(link) }
    if let endOfTurn { loop.remove(endOfTurn) }
    readBuffer.deallocate()
    observer?.release()
  }

  /// What it serves, in the router's order.
  package var offeredMethods: [MethodDescriptor] {
    Array(UnsafeBufferPointer(start: methods.descriptors, count: methods.count))
  }

  /// Calls of all connections that have no final answer yet.
  package var callsInFlight: Int {
    slots.reduce(0) { $0 + ($1.link?.pointee.wire.pointee.callsInFlight ?? 0) }
  }

  /// Bytes of input held for all connections.
  package var inputHeld: Int { budget.heldCount }

  /// Asks the authorizer anew for every connection and method, and ends the streams that their
  /// peers may no longer have. A unary call in flight was allowed when it came, and is answered.
  package func policyChanged() {
    policyEpoch += 1
    endDeniedStreams()
  }
}

// MARK: - Answers

extension RPCServer {
  /// Answers a call OK with a message of `byteCount` bytes, all of which `write` fills in.
  ///
  /// A message over the frame limit becomes RESOURCE_EXHAUSTED. `write` must not call the server.
  package func reply(
    to id: CallID, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    guard let link = link(id) else { return }
    let outcome = link.pointee.wire.pointee.reply(id.stream, byteCount: byteCount, write)
    if let outcome, outcome.code != .ok { counters.count(.replyTooLarge) }
    finished(link, id.stream, outcome)
  }

  package func reply(to id: CallID, _ message: [UInt8]) {
    reply(to: id, byteCount: message.count) { $0.copyBytes(from: message) }
  }

  package func fail(_ id: CallID, _ error: RPCError) {
    guard let link = link(id) else { return }
    finished(link, id.stream, link.pointee.wire.pointee.fail(id.stream, error))
  }

  /// Whether the call still waits for an answer.
  package func isLive(_ id: CallID) -> Bool {
    link(id)?.pointee.wire.pointee.isActive(id.stream) ?? false
  }

  /// Who makes the call; nil when it is over.
  package func peer(of id: CallID) -> PeerCredentials? {
    guard let link = link(id), link.pointee.wire.pointee.isActive(id.stream) else { return nil }
    return link.pointee.peer.pointee
  }
}

// MARK: - For ResponseStream

extension RPCServer {
  func bufferedBytes(_ id: CallID) -> Int {
    link(id)?.pointee.wire.pointee.outputCount ?? 0
  }

  func isWritable(_ id: CallID) -> Bool {
    guard let link = link(id), link.pointee.wire.pointee.isActive(id.stream) else { return false }
    if link.pointee.wire.pointee.outputCount < limits.streamBacklog { return true }
    link.pointee.waiting.insert(id.stream)
    markDirty(link)
    return false
  }

  func send(_ id: CallID, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
    guard let link = link(id) else { return }
    let outcome = link.pointee.wire.pointee.send(id.stream, byteCount: byteCount, write)
    markDirty(link)
    if let outcome {
      counters.count(.replyTooLarge)
      cancelHandler(link, id.stream)
      record(outcome)
    }
  }

  func finish(_ id: CallID) {
    guard let link = link(id) else { return }
    finished(link, id.stream, link.pointee.wire.pointee.finish(id.stream))
  }

  func setReceiving(_ id: CallID, _ isReceiving: Bool) {
    guard let link = link(id) else { return }
    link.pointee.wire.pointee.setReceiving(id.stream, isReceiving)
    if isReceiving {
      link.pointee.resumed.append(id.stream)
      markDirty(link)
    }
  }

  /// A call got its final answer from its handler's side; nil when there was no such call.
  private func finished(_ link: LinkPointer, _ stream: UInt32, _ outcome: CallOutcome?) {
    guard let outcome else { return }
    link.pointee.handlers[stream] = nil
    markDirty(link)
    record(outcome)
  }
}
