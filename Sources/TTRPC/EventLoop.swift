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
  /// Reported once when it begins, not for as long as it lasts. Changing or adding a watch begins
  /// anew.
  package static let once = IOEvents(rawValue: EPOLLET.rawValue)
  /// Both directions are over. Reported always.
  package static let hangUp = IOEvents(rawValue: EPOLLHUP.rawValue)
  /// Reported always.
  package static let error = IOEvents(rawValue: EPOLLERR.rawValue)
}

/// One thread's loop over epoll: descriptors, timers, mailboxes, signals.
///
/// Timers end a wait through a timerfd: they are as exact as the kernel's, and a turn looks at the
/// clock once.
///
/// Owned by the thread that made it and used only there; not Sendable. Other threads reach it
/// through a `Mailbox`. One turn is: wait, run what is ready, run what is due, run the turn's end
/// (where servers flush their output), and around again.
///
/// What is prompt does not wait for what is patient: of the descriptors set patient, and of the work
/// that was put off, one each is taken per turn, after everything else was served and flushed.
///
/// Properties that every turn touches are exempt from the checks of exclusive access, which cost a
/// call a tenth of its time: one thread uses them, and none is accessed while an action runs.
package final class EventLoop {
  /// A descriptor being watched. Its address is what the kernel hands back with an event, so that
  /// finding the handler costs nothing; it is kept until the end of the turn in which it is removed.
  package final class Watch {
    fileprivate let descriptor: Int32
    fileprivate let handler: (IOEvents) -> Void
    @exclusivity(unchecked) fileprivate var isActive = true
    fileprivate var events: IOEvents = []
    /// Whether it waits for everything prompt.
    package fileprivate(set) var isPatient = false

    fileprivate init(_ descriptor: Int32, _ handler: @escaping (IOEvents) -> Void) {
      self.descriptor = descriptor
      self.handler = handler
    }
  }

  /// What is run at the end of every turn, until it is removed.
  package final class TurnEnd {
    fileprivate let action: () -> Void
    @exclusivity(unchecked) fileprivate var isActive = true

    fileprivate init(_ action: @escaping () -> Void) { self.action = action }
  }

  /// What a timer does. In a structure, because a bare closure in a generic container is wrapped
  /// anew, on the heap, each time it is put there.
  private struct TimedAction {
    let action: () -> Void
  }

  private static let eventCapacity = 64

  private let epoll: Int32
  /// The descriptors set patient: a set within the set, readable when one of them is ready.
  private let patientEpoll: Int32
  @exclusivity(unchecked) private var isPatientReady = false
  /// Work that was put off, in order.
  @exclusivity(unchecked) private var backlog: [() -> Void] = []
  private var backlogStart = 0
  /// A timerfd, readable from `armedAt` on; that is at or before the first timer's instant.
  private let alarm: Int32
  @exclusivity(unchecked) private var armedAt = MonotonicInstant.distantFuture
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventCapacity)
  private var watches: [ObjectIdentifier: Watch] = [:]
  /// Removed in this turn, whose events may still name them.
  @exclusivity(unchecked) private var removed: [Watch] = []
  @exclusivity(unchecked) private var timers = TimerQueue<TimedAction>()
  @exclusivity(unchecked) private var turnEnds: [Unmanaged<TurnEnd>] = []
  @exclusivity(unchecked) private var hasRemovedTurnEnds = false
  @exclusivity(unchecked) private var hasMore = false
  @exclusivity(unchecked) private var isStopped = false
  /// A test's own clock; nil: CLOCK_MONOTONIC.
  private let clock: (() -> MonotonicInstant)?
  @exclusivity(unchecked) private var spin: SpinLearner
  /// The clock as of this turn's wake-up.
  @exclusivity(unchecked) package private(set) var now: MonotonicInstant

  /// - clock: what timers go by instead of CLOCK_MONOTONIC, in a test. They end no wait then, since
  ///   waiting takes real time.
  /// - spinLimit: how long a wait may look again and again before it sleeps, where that pays; zero,
  ///   or a single processor to run on: it sleeps at once.
  package init(
    clock: (() -> MonotonicInstant)? = nil,
    spinLimit: Duration = .zero
  ) throws(RuntimeError) {
    self.clock = clock
    // On the only processor spinning keeps everybody else, the peer too, from running.
    spin = SpinLearner(limit: linux_processor_count() > 1 ? spinLimit.clampedNanoseconds : 0)
    now = clock?() ?? .now()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    patientEpoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    alarm = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
    // Not before all are made: then deinit closes those that were.
    guard epoll >= 0, patientEpoll >= 0, alarm >= 0 else {
      throw .last("make the descriptors of an event loop")
    }
    var event = epoll_event()
    event.events = IOEvents.readable.rawValue
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, patientEpoll, &event) == 0 else {
      throw .last("watch an epoll instance")
    }
    _ = try add(alarm, .readable) { [unowned self] _ in ring() }
  }

  deinit {
    for turnEnd in turnEnds { turnEnd.release() }
    events.deallocate()
    close(alarm)
    close(patientEpoll)
    close(epoll)
  }
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
    let milliseconds = waitMilliseconds(atMost: wait)
    let count =
      spin.isWanted && milliseconds != 0 ? spinThenWait(milliseconds) : poll(milliseconds)
    if count < 0, errno != EINTR { throw .last("wait for events") }
    now = readClock()
    for index in 0..<max(Int(count), 0) { dispatch(events[index]) }
    if let next = timers.next, next <= now { runTimers() }
    if isPatientReady || !backlog.isEmpty {
      // What was prompt is on its way before what is patient begins.
      endTurn()
      takePatient()
    }
    endTurn()
  }

  @inline(__always)
  private func readClock() -> MonotonicInstant {
    if let clock { clock() } else { .now() }
  }

  @inline(__always)
  private func poll(_ milliseconds: Int32) -> Int {
    linux_epoll_wait(epoll, events, Int32(Self.eventCapacity), milliseconds)
  }

  /// Looks before it sleeps, for as long as that has paid of late.
  private func spinThenWait(_ milliseconds: Int32) -> Int {
    let start = MonotonicInstant.now().nanoseconds
    let allowed = spin.begin(at: start)
    guard allowed > 0 else { return poll(milliseconds) }
    var spun: Int64 = 0
    repeat {
      let count = poll(0)
      spun = MonotonicInstant.now().nanoseconds - start
      if count != 0 {
        spin.end(allowed: allowed, spun: spun, isHit: count > 0)
        return count
      }
    } while spun < allowed
    spin.end(allowed: allowed, spun: spun, isHit: false)
    return poll(milliseconds)
  }

  /// One event of a patient descriptor, and one piece of work that was put off.
  private func takePatient() {
    if isPatientReady {
      isPatientReady = false
      let count = linux_epoll_wait(patientEpoll, events, 1, 0)
      if count == 1 { dispatch(events[0]) }
    }
    guard backlogStart < backlog.count else { return }
    let work = backlog[backlogStart]
    backlogStart += 1
    if backlogStart == backlog.count {
      backlog.removeAll(keepingCapacity: true)
      backlogStart = 0
    }
    work()
  }

  /// Puts work off until what is ready now, and one turn for each piece before it, is done.
  package func putOff(_ work: @escaping () -> Void) {
    backlog.append(work)
  }

  @inline(__always)
  private func endTurn() {
    var index = 0
    while index < turnEnds.count {
      turnEnds[index]._withUnsafeGuaranteedRef { if $0.isActive { $0.action() } }
      index += 1
    }
    if !removed.isEmpty { removed.removeAll() }
    if hasRemovedTurnEnds { forgetTurnEnds() }
  }

  private func forgetTurnEnds() {
    hasRemovedTurnEnds = false
    let gone = turnEnds.filter { !$0.takeUnretainedValue().isActive }
    turnEnds.removeAll { !$0.takeUnretainedValue().isActive }
    for turnEnd in gone { turnEnd.release() }
  }

  @inline(__always)
  private func dispatch(_ event: epoll_event) {
    // Every watch whose address the kernel has is in `watches` or in `removed`.
    guard let address = event.data.ptr else {
      isPatientReady = true
      return
    }
    Unmanaged<Watch>.fromOpaque(address)._withUnsafeGuaranteedRef { watch in
      // A handler earlier in this turn may have removed this one.
      if watch.isActive { watch.handler(IOEvents(rawValue: event.events)) }
    }
  }

  private func runTimers() {
    // What these set for now is the next turn's, or one that sets itself again would never end.
    let newest = timers.newest
    while let timed = timers.popDue(at: now, upTo: newest) { timed.action() }
  }

  /// How long to wait for descriptors; the timers' is among them. −1: for as long as it takes.
  @inline(__always)
  private func waitMilliseconds(atMost wait: Duration?) -> Int32 {
    if hasMore || !backlog.isEmpty {
      hasMore = false
      return 0
    }
    if let next = timers.next, next < armedAt, clock == nil { setAlarm(next) }
    guard let wait else { return -1 }
    let nanoseconds = wait.clampedNanoseconds
    let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
    return Int32(clamping: milliseconds)
  }

  /// Never moved to a later instant: it goes off early, and is set to what is then first.
  private func setAlarm(_ instant: MonotonicInstant) {
    armedAt = instant
    // Zero would turn it off.
    let nanoseconds = max(instant.nanoseconds, 1)
    var time = itimerspec()
    time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
    time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
    timerfd_settime(alarm, Int32(TFD_TIMER_ABSTIME), &time, nil)
  }

  /// What is due runs after the turn's events.
  private func ring() {
    var expirations: UInt64 = 0
    _ = read(alarm, &expirations, MemoryLayout<UInt64>.size)
    armedAt = .distantFuture
  }

  /// Makes the next turn not wait: there is more to do than the kernel knows of.
  package func continueWithoutWaiting() { hasMore = true }

  /// Adds what is run at the end of every turn, in the order added.
  package func atEndOfTurn(_ action: @escaping () -> Void) -> TurnEnd {
    let turnEnd = TurnEnd(action)
    turnEnds.append(.passRetained(turnEnd))
    return turnEnd
  }

  package func remove(_ turnEnd: TurnEnd) {
    turnEnd.isActive = false
    hasRemovedTurnEnds = true
  }
}

// MARK: - Descriptors

extension EventLoop {
  /// Watches a descriptor, level-triggered. The descriptor stays its owner's, who removes the watch
  /// before closing it.
  package func add(
    _ descriptor: Int32, _ events: IOEvents, _ handler: @escaping (IOEvents) -> Void
  ) throws(RuntimeError) -> Watch {
    let watch = Watch(descriptor, handler)
    watch.events = events
    guard control(EPOLL_CTL_ADD, watch, events) else { throw .last("watch a descriptor") }
    watches[ObjectIdentifier(watch)] = watch
    return watch
  }

  /// Changes what a descriptor is watched for.
  package func modify(_ watch: Watch, _ events: IOEvents) {
    guard watch.isActive else { return }
    watch.events = events
    _ = control(EPOLL_CTL_MOD, watch, events)
  }

  /// Sets whether a descriptor waits for everything prompt.
  package func setPatient(_ watch: Watch, _ isPatient: Bool) {
    guard watch.isActive, watch.isPatient != isPatient else { return }
    _ = control(EPOLL_CTL_DEL, watch, [])
    watch.isPatient = isPatient
    // Taking a descriptor out of one set and into another needs nothing new from the kernel but
    // memory; without it the connection would be deaf, so it is worth a try in the first set.
    if !control(EPOLL_CTL_ADD, watch, watch.events) {
      watch.isPatient = !isPatient
      _ = control(EPOLL_CTL_ADD, watch, watch.events)
    }
  }

  /// Stops watching. The handler is not called again, not even for events of this turn.
  package func remove(_ watch: Watch) {
    guard watch.isActive else { return }
    watch.isActive = false
    _ = control(EPOLL_CTL_DEL, watch, [])
    watches[ObjectIdentifier(watch)] = nil
    removed.append(watch)
  }

  private func control(_ operation: Int32, _ watch: Watch, _ events: IOEvents) -> Bool {
    var event = epoll_event()
    event.events = events.rawValue
    event.data.ptr = Unmanaged.passUnretained(watch).toOpaque()
    let set = watch.isPatient ? patientEpoll : epoll
    return epoll_ctl(set, operation, watch.descriptor, &event) == 0
  }
}

// MARK: - Timers and mailboxes

extension EventLoop {
  /// Calls back once, at an instant or the first turn after it.
  @discardableResult
  package func schedule(
    at instant: MonotonicInstant, _ action: @escaping () -> Void
  ) -> TimerID {
    timers.add(at: instant, TimedAction(action: action))
  }

  @discardableResult
  package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerID {
    schedule(at: readClock().advanced(by: delay), action)
  }

  /// Forgets a timer. One that has run, or is unknown, is ignored.
  package func cancel(_ timer: TimerID) {
    timers.remove(timer)
  }

  /// Delivers what other threads send, on this thread; patiently: after what is prompt.
  package func receive<Message>(
    from mailbox: Mailbox<Message>, patiently: Bool = false,
    _ handler: @escaping (Message) -> Void
  ) throws(RuntimeError) {
    let watch = try add(mailbox.descriptor, .readable) { _ in
      for message in mailbox.receive() { handler(message) }
    }
    setPatient(watch, patiently)
  }
}
