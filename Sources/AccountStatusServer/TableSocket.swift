internal import Glibc
package import TTRPC

/// The socket on which local readers get the status table's memory.
///
/// Whoever connects is sent one message and the connection is closed; nothing is read from it.
/// Shared memory cannot tell one account's readers from another's: who may not read every status
/// gets no table. On the loop's thread.
package final class TableSocket {
  /// The longest that readers see no sign of life from a healthy daemon is twice this.
  private static let beat = Duration.milliseconds(50)
  /// Time between attempts while no descriptor is free.
  private static let rest = Duration.milliseconds(100)
  /// Connections taken in one turn of the loop.
  private static let mostAtOnce = 16

  /// What became of those who connected.
  package struct HandOvers: Sendable, Hashable {
    /// Readers that were given the table.
    package var given: UInt64 = 0
    /// Readers that may not have it.
    package var refused: UInt64 = 0

    package init() {}
  }

  /// Since the start.
  package private(set) var handOvers = HandOvers()
  /// Where readers connect.
  package let path: String
  private let socket: UnixSocket
  private let loop: EventLoop
  private let index: StatusIndex
  private var policy: AccessPolicy
  private var watch: EventLoop.Watch?
  private var timer: TimerID?
  /// Made once: a heartbeat allocates nothing.
  private var beatOnce: () -> Void = {}

  /// Listens at a path, 0660, for the group of readers where there is one, and starts to beat.
  package init(
    path: String, loop: EventLoop, index: StatusIndex, policy: AccessPolicy
  ) throws(StartError) {
    self.path = path
    self.loop = loop
    self.index = index
    self.policy = policy
    socket = try starting { () throws(RuntimeError) in
      try UnixSocket.listen(path: path, mode: 0o660, kind: .packets)
    }
    if let readers = policy.readers {
      guard chown(path, .max, readers) == 0 else {
        throw StartError(cannot: "give the group \(readers) access to", path, errno: errno)
      }
    }
    let descriptor = socket.descriptor
    watch = try starting { () throws(RuntimeError) in
      try loop.add(descriptor, .readable) { [unowned self] _ in accept() }
    }
    // Tables are asked for once in a while; calls are not to wait for them.
    watch.map { loop.setPatient($0, true) }
    beatOnce = { [weak self] in self?.keepBeating() }
    keepBeating()
  }

  /// Stops: readers are told that what they have is the last they get for now.
  package func stop() {
    timer.map(loop.cancel)
    watch.map(loop.remove)
    (timer, watch) = (nil, nil)
    index.stop()
    socket.unlink()
  }

  /// Stops the sign of life, as a daemon that hangs does, or starts it again.
  package func setBeating(_ isBeating: Bool) {
    timer.map(loop.cancel)
    timer = nil
    if isBeating { keepBeating() }
  }

  /// Puts other rights in force: whoever has the table asks for it again, and gets it as these say.
  ///
  /// - Returns: 0, or a negative errno; then those who have the table keep it.
  package func enforce(_ policy: AccessPolicy) -> Int32 {
    self.policy = policy
    return index.replaceTable()
  }

  private func keepBeating() {
    index.beat(at: MonotonicInstant.now())
    timer = loop.schedule(after: Self.beat, beatOnce)
  }

  private func accept() {
    for _ in 0..<Self.mostAtOnce {
      switch socket.accept() {
      case .connection(let connection): answer(connection)
      case .retry: continue
      case .none: return
      case .exhausted: return rest()
      }
    }
  }

  /// With no descriptor free the queue stays readable: looking again at once would be all the loop
  /// does.
  private func rest() {
    guard let watch else { return }
    loop.modify(watch, [])
    loop.schedule(after: Self.rest) { [weak self] in
      if let self, let watch = self.watch { loop.modify(watch, .readable) }
    }
  }

  /// A peer that went away, or whose credentials the kernel does not give, gets nothing.
  private func answer(_ connection: UnixSocket) {
    guard let peer = try? PeerCredentials(descriptor: connection.descriptor) else { return }
    let isAllowed = policy.level(of: peer) >= .reading
    guard index.offer(on: connection, isAllowed: isAllowed) == 0 else { return }
    if isAllowed {
      handOvers.given += 1
    } else {
      handOvers.refused += 1
    }
  }
}
