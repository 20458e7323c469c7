internal import CLinux
internal import Glibc

/// The life of the server's connections: accept, flush, time out, close, drain.

// MARK: - Accepting

extension RPCServer {
  func listen(on socket: UnixSocket) throws(RuntimeError) {
    let watch = try loop.add(socket.descriptor, .readable) { [unowned self] _ in
      accept(from: socket)
    }
    listeners.append(Listener(socket: socket, watch: watch))
  }

  private func accept(from listener: UnixSocket) {
    // Bounded, so that a flood of connects does not keep the others waiting.
    for _ in 0..<64 {
      let result = listener.accept()
      switch result {
      case .connection(let socket):
        // Its peer may be gone already; then there is nobody to serve.
        try? adopt(socket)
      case .none: return
      case .retry: continue
      case .exhausted:
        counters.count(.acceptExhausted)
        return restListeners()
      }
    }
  }

  /// Stops accepting for a while: the listeners would stay readable and spin.
  private func restListeners() {
    for listener in listeners { loop.modify(listener.watch, []) }
    loop.schedule(after: limits.acceptRest) { [weak self] in
      guard let self else { return }
      for listener in listeners { loop.modify(listener.watch, .readable) }
    }
  }

  /// Takes over a connected socket, for example one half of a socket pair.
  ///
  /// Over a limit on connections it is closed at once, and counted.
  package func adopt(_ socket: UnixSocket) throws(RuntimeError) {
    let peer = try PeerCredentials(descriptor: socket.descriptor)
    guard connectionCount < limits.connections else { return counters.count(.tooManyConnections) }
    var user = users[peer.uid] ?? User(share: budget.share())
    guard user.connections < limits.connectionsPerUser else {
      return counters.count(.tooManyConnectionsOfUser)
    }
    let link = makeLink(socket, peer, user.share)
    do throws(RuntimeError) {
      let events: IOEvents = [.readable, .peerHalfClosed, .once]
      link.pointee.events = events
      let server = Unmanaged.passUnretained(self)
      link.pointee.watch = try loop.add(socket.descriptor, events) { events in
        server._withUnsafeGuaranteedRef { $0.ready(link, events) }
      }
    } catch {
      freeLink(link)
      throw error
    }
    user.connections += 1
    users[peer.uid] = user
    connectionCount += 1
  }

  private func makeLink(
    _ socket: UnixSocket, _ peer: PeerCredentials, _ share: InputBudget.Share
  ) -> LinkPointer {
    let index: UInt32
    if let free = freeSlots.popLast() {
      index = free
    } else {
      index = UInt32(slots.count)
      slots.append(Slot())
    }
    let link = LinkPointer.allocate(capacity: 1)
    link.initialize(
      to: ServerLink(
        slot: index, generation: slots[Int(index)].generation, socket: socket, peer: peer,
        wire: ServerConnection(methods: methods, limits: limits, share: share),
        methodCount: methods.count))
    link.pointee.wire.pointee.isDraining = isDraining
    slots[Int(index)].link = link
    return link
  }

  /// The connection a call is on; nil when it is gone.
  func link(_ id: CallID) -> LinkPointer? {
    guard id.slot < slots.count else { return nil }
    let slot = slots[Int(id.slot)]
    guard slot.generation == id.generation, let link = slot.link, link.pointee.phase != .closed
    else { return nil }
    return link
  }
}

// MARK: - The end of a turn

extension RPCServer {
  @inline(__always)
  func markDirty(_ link: LinkPointer) {
    if link.pointee.isDirty { return }
    link.pointee.isDirty = true
    link.pointee.nextDirty = nil
    if let dirtyTail { dirtyTail.pointee.nextDirty = link } else { dirtyHead = link }
    dirtyTail = link
  }

  /// Sends what the turn produced, one call to the kernel per connection.
  func finishTurn() {
    if dirtyHead != nil { settleDirty() }
    if isDraining, connectionCount == 0 { finishDrain() }
  }

  private func settleDirty() {
    var next = dirtyHead
    dirtyHead = nil
    dirtyTail = nil
    while let link = next {
      next = link.pointee.nextDirty
      link.pointee.isDirty = false
      if link.pointee.phase == .closed { freeLink(link) } else { settle(link) }
    }
    // Handlers that ran here may have made links dirty: theirs is the next turn, so that a stream
    // that always has more to write does not keep the others waiting.
    if dirtyHead != nil { loop.continueWithoutWaiting() }
  }

  /// Sends what there is, and does what follows from it.
  func settle(_ link: LinkPointer) {
    if link.pointee.phase == .closed { return }
    if !link.pointee.resumed.isEmpty { deliverQueued(link) }
    flush(link)
    if link.pointee.phase == .closed { return }
    if !link.pointee.waiting.isEmpty { wakeWriters(link) }
    let wire = link.pointee.wire
    if let refusal = wire.pointee.disconnection(at: loop.now) {
      counters.count(refusal)
      return abandon(link)
    }
    if isDraining || link.pointee.phase == .halfClosed, wire.pointee.callsInFlight == 0,
      wire.pointee.outputCount == 0
    {
      return closeIdle(link)
    }
    armTimer(link)
  }

  /// Closes a connection that has nothing left to do, after a last look at what has arrived: that
  /// still gets its answer.
  private func closeIdle(_ link: LinkPointer) {
    if link.pointee.phase == .open, !link.pointee.wasReadLast {
      link.pointee.wasReadLast = true
      read(link, untilEnd: false)
      return markDirty(link)
    }
    closeLink(link)
  }

  func flush(_ link: LinkPointer) {
    let wire = link.pointee.wire
    let output = wire.pointee.output
    if output.count > 0 {
      let count = linux_send(
        link.pointee.descriptor, output.baseAddress, output.count,
        Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      if count < 0, errno != EAGAIN, errno != EINTR { return abandon(link) }
      wire.pointee.wrote(max(count, 0), at: loop.now)
    }
    let isBlocked = wire.pointee.outputCount > 0
    let isOpen = link.pointee.phase == .open
    var events: IOEvents = isOpen ? [.readable, .peerHalfClosed, .once] : .once
    if isBlocked { events.insert(.writable) }
    guard events != link.pointee.events, let watch = link.pointee.watch else {
      return
    }
    link.pointee.events = events
    loop.modify(watch, events)
  }

  private func deliverQueued(_ link: LinkPointer) {
    let streams = link.pointee.resumed
    link.pointee.resumed = []
    for stream in streams {
      while let input = link.pointee.wire.pointee.dequeue(stream) {
        switch input {
        case .message(let message):
          message.withUnsafeBytes { link.pointee.handlers[stream]?.received($0) }
        case .halfClosed: link.pointee.handlers[stream]?.halfClosed()
        }
      }
    }
  }

  /// Lets streams that waited write on, once half of the backlog is gone.
  private func wakeWriters(_ link: LinkPointer) {
    guard link.pointee.wire.pointee.outputCount <= limits.streamBacklog / 2 else { return }
    let streams = link.pointee.waiting
    link.pointee.waiting = []
    for stream in streams { link.pointee.handlers[stream]?.writable() }
  }
}

// MARK: - Time

extension RPCServer {
  /// Keeps one timer per connection, at or before what is due next.
  ///
  /// Never moved later: it finds out when it runs, so a call that is answered in time costs nothing.
  private func armTimer(_ link: LinkPointer) {
    let next = link.pointee.wire.pointee.nextTimeout
    guard next < link.pointee.timerAt else { return }
    if let timer = link.pointee.timer { loop.cancel(timer) }
    link.pointee.timerAt = next
    link.pointee.timer = loop.schedule(at: next) { [unowned self] in timeOut(link) }
  }

  private func timeOut(_ link: LinkPointer) {
    link.pointee.timer = nil
    link.pointee.timerAt = .distantFuture
    while let (stream, outcome) = link.pointee.wire.pointee.expire(at: loop.now) {
      counters.count(.deadlineExceeded)
      cancelHandler(link, stream)
      record(outcome)
    }
    markDirty(link)
  }
}

// MARK: - Closing

extension RPCServer {
  /// The client is gone, or must go: its handlers are cancelled.
  func abandon(_ link: LinkPointer) {
    closeLink(link)
    let handlers = link.pointee.handlers
    link.pointee.handlers = [:]
    for handler in handlers.values { handler.cancelled() }
  }

  func closeLink(_ link: LinkPointer) {
    if link.pointee.phase == .closed { return }
    link.pointee.phase = .closed
    if let watch = link.pointee.watch { loop.remove(watch) }
    if let timer = link.pointee.timer { loop.cancel(timer) }
    let uid = link.pointee.peer.pointee.uid
    if var user = users[uid] {
      user.connections -= 1
      users[uid] = user.connections == 0 ? nil : user
    }
    connectionCount -= 1
    markDirty(link)
  }

  func freeLink(_ link: LinkPointer) {
    let slot = Int(link.pointee.slot)
    slots[slot].link = nil
    slots[slot].generation &+= 1
    freeSlots.append(UInt32(slot))
    link.deinitialize(count: 1)
    link.deallocate()
  }
}

// MARK: - Draining

extension RPCServer {
  /// Shuts down gracefully: stops accepting, refuses new calls with UNAVAILABLE, ends what streams
  /// on, gives calls in flight until the deadline, flushes, closes, and calls back.
  package func drain(deadline: MonotonicInstant, _ completion: @escaping () -> Void) {
    precondition(!isDraining, "a server drains once")
    isDraining = true
    drained = completion
    for listener in listeners {
      loop.remove(listener.watch)
      listener.socket.unlink()
    }
    listeners = []
    for slot in slots {
      guard let link = slot.link, link.pointee.phase != .closed else { continue }
      link.pointee.wire.pointee.isDraining = true
      for stream in link.pointee.wire.pointee.activeStreams { stop(link, stream, .draining) }
      markDirty(link)
    }
    loop.schedule(at: deadline) { [weak self] in self?.endDrain() }
    loop.continueWithoutWaiting()
  }

  /// The time is up: whatever is still open ends now.
  private func endDrain() {
    for slot in slots {
      guard let link = slot.link, link.pointee.phase != .closed else { continue }
      for stream in link.pointee.wire.pointee.activeStreams {
        let handler = link.pointee.handlers[stream]
        fail(link.pointee.id(stream), RPCError(.unavailable, "the server is shutting down"))
        handler?.cancelled()
      }
      flush(link)
      abandon(link)
    }
  }

  private func finishDrain() {
    let completion = drained
    drained = nil
    // It may drop the last reference to the server.
    withExtendedLifetime(self) { completion?() }
  }
}
