internal import CLinux
internal import Glibc

/// What a descriptor is ready for, or should be watched for. Raw value: the kernel's `EPOLL…` bits.
package struct IOEvents: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let readable = IOEvents(rawValue: EPOLLIN.rawValue)
  package static let writable = IOEvents(rawValue: EPOLLOUT.rawValue)
  /// The peer shut down its sending side. Watched for only when asked.
  package static let peerHalfClosed = IOEvents(rawValue: EPOLLRDHUP.rawValue)
  /// Both directions are over. Reported always.
  package static let hangUp = IOEvents(rawValue: EPOLLHUP.rawValue)
  /// Reported always.
  package static let error = IOEvents(rawValue: EPOLLERR.rawValue)
}

/// One thread's loop over epoll: descriptors, timers, mailboxes, signals.
///
/// Owned by the thread that made it and used only there; not Sendable. Other threads reach it
/// through a `Mailbox`. One turn is: wait, run what is ready, run what is due, run the turn's end
/// (where servers flush their output), and around again.
package final class EventLoop {
  /// Names a watched descriptor; a stale one is ignored.
  package struct Registration: Hashable {
    let slot: UInt32
    let generation: UInt32
  }

  private struct Watch {
    var descriptor: Int32 = -1
    var generation: UInt32 = 0
    var handler: ((IOEvents) -> Void)?
  }

  private let epoll: Int32
  private var watches: [Watch] = []
  private var freeSlots: [UInt32] = []
  private var timers = TimerQueue<() -> Void>()
  private var endOfTurn: [() -> Void] = []
  private var isStopped = false
  /// The clock as of this turn's wake-up.
  package private(set) var now = MonotonicInstant.now()

  package init() throws(RuntimeError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .last("make an epoll instance") }
  }

  deinit { close(epoll) }
}

// MARK: - Running

extension EventLoop {
  /// Runs turns until `stop()`. On the thread that owns the loop.
  package func run() throws(RuntimeError) {
    isStopped = false
    while !isStopped { try turn(wait: nil) }
  }

  /// Ends `run()` after the current turn.
  package func stop() { isStopped = true }

  /// One turn, waiting at most that long for something to do; nil waits for the next timer.
  package func turn(wait: Duration?) throws(RuntimeError) {
    let capacity = 64
    try withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: capacity) {
      events throws(RuntimeError) in
      let count = epoll_wait(
        epoll, events.baseAddress, Int32(capacity), waitMilliseconds(atMost: wait))
      if count < 0, errno != EINTR { throw .last("wait for events") }
      now = .now()
      for index in 0..<max(Int(count), 0) { dispatch(events[index]) }
    }
    runTimers()
    for action in endOfTurn { action() }
  }

  private func dispatch(_ event: epoll_event) {
    let slot = Int(event.data.u64 & 0xffff_ffff)
    // A handler earlier in this turn may have removed this one, and another taken its slot.
    guard watches[slot].generation == UInt32(event.data.u64 >> 32) else { return }
    watches[slot].handler?(IOEvents(rawValue: event.events))
  }

  private func runTimers() {
    while let action = timers.popDue(at: now) { action() }
  }

  /// Rounded up, so that a timer is never found early and waited for again in a spin.
  private func waitMilliseconds(atMost wait: Duration?) -> Int32 {
    var nanoseconds = wait?.clampedNanoseconds ?? .max
    if let next = timers.next {
      let rest = next.nanoseconds - MonotonicInstant.now().nanoseconds
      nanoseconds = min(nanoseconds, max(rest, 0))
    }
    if nanoseconds == .max { return -1 }
    let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
    return Int32(clamping: milliseconds)
  }

  /// Adds what is run at the end of every turn, in the order added.
  package func atEndOfTurn(_ action: @escaping () -> Void) {
    endOfTurn.append(action)
  }
}

// MARK: - Descriptors

extension EventLoop {
  /// Watches a descriptor, level-triggered. The descriptor stays its owner's, who removes the watch
  /// before closing it.
  package func add(
    _ descriptor: Int32, _ events: IOEvents, _ handler: @escaping (IOEvents) -> Void
  ) throws(RuntimeError) -> Registration {
    let slot: UInt32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = UInt32(watches.count)
      watches.append(Watch())
    }
    watches[Int(slot)].descriptor = descriptor
    watches[Int(slot)].handler = handler
    let registration = Registration(slot: slot, generation: watches[Int(slot)].generation)
    guard control(EPOLL_CTL_ADD, registration, events) else {
      let error = RuntimeError.last("watch a descriptor")
      forget(registration)
      throw error
    }
    return registration
  }

  /// Changes what a descriptor is watched for.
  package func modify(_ registration: Registration, _ events: IOEvents) {
    guard isCurrent(registration) else { return }
    _ = control(EPOLL_CTL_MOD, registration, events)
  }

  /// Stops watching. The handler is not called again, not even for events of this turn.
  package func remove(_ registration: Registration) {
    guard isCurrent(registration) else { return }
    _ = control(EPOLL_CTL_DEL, registration, [])
    forget(registration)
  }

  private func isCurrent(_ registration: Registration) -> Bool {
    watches[Int(registration.slot)].generation == registration.generation
  }

  private func forget(_ registration: Registration) {
    let slot = Int(registration.slot)
    watches[slot].descriptor = -1
    watches[slot].handler = nil
    watches[slot].generation &+= 1
    freeSlots.append(registration.slot)
  }

  private func control(
    _ operation: Int32, _ registration: Registration, _ events: IOEvents
  ) -> Bool {
    var event = epoll_event()
    event.events = events.rawValue
    event.data.u64 = UInt64(registration.generation) << 32 | UInt64(registration.slot)
    let descriptor = watches[Int(registration.slot)].descriptor
    return epoll_ctl(epoll, operation, descriptor, &event) == 0
  }
}

// MARK: - Timers and mailboxes

extension EventLoop {
  /// Calls back once, at an instant or the first turn after it.
  @discardableResult
  package func schedule(
    at instant: MonotonicInstant, _ action: @escaping () -> Void
  ) -> TimerID {
    timers.add(at: instant, action)
  }

  @discardableResult
  package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerID {
    schedule(at: .now().advanced(by: delay), action)
  }

  /// Forgets a timer. One that has run, or is unknown, is ignored.
  package func cancel(_ timer: TimerID) {
    timers.remove(timer)
  }

  /// Delivers what other threads send, on this thread.
  package func receive<Message>(
    from mailbox: Mailbox<Message>, _ handler: @escaping (Message) -> Void
  ) throws(RuntimeError) {
    _ = try add(mailbox.descriptor, .readable) { _ in
      for message in mailbox.receive() { handler(message) }
    }
  }
}
