internal import CLinux
internal import Glibc

/// How the server reads its connections.
extension RPCServer {
  func ready(_ link: LinkPointer, _ events: IOEvents) {
    if link.pointee.phase == .closed { return }
    if events.contains(.writable) { markDirty(link) }
    let isEnding = !events.isDisjoint(with: [.peerHalfClosed, .hangUp, .error])
    if events.contains(.readable) || isEnding { read(link, untilEnd: isEnding) }
    if link.pointee.phase != .closed, events.contains(.hangUp) || events.contains(.error) {
      abandon(link)
    }
  }

  /// Reads once, or to the end when the peer has sent its last.
  ///
  /// Being readable is reported once: a read that did not fill the buffer has taken all there was,
  /// but behind a descriptor that a client passed along, which is of no use to it here.
  func read(_ link: LinkPointer, untilEnd: Bool) {
    // Peeking is for answers on the spot; and the last look at a connection, which comes while one of
    // its requests is answered, must not find that request again.
    let mayPeek = !untilEnd && !link.pointee.isPatient && !isDraining
    var attempt = mayPeek ? link.pointee.peeking.next() : .plain
    if attempt.isPeek {
      if peek(link, attempt) { return }
      attempt = .plain
    }
    repeat {
      let start = time(attempt)
      let count = receive(link, readBuffer.count, 0)
      if attempt.isTimed { link.pointee.peeking.took(time(attempt) - start, attempt) }
      link.pointee.peeking.sawLength(count)
      if count > 0 {
        process(link, UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
        if count == readBuffer.count, !untilEnd { askAgain(link) }
      } else if count == 0 {
        return halfClose(link)
      } else {
        if count != -Int(EAGAIN) { abandon(link) }
        return
      }
    } while untilEnd && link.pointee.phase == .open
  }

  /// Answers a request before it takes it. False: there is none, or many; nothing was done.
  private func peek(_ link: LinkPointer, _ attempt: PeekLearner.Attempt) -> Bool {
    let start = time(attempt)
    let count = receive(link, readBuffer.count, Int32(MSG_PEEK))
    guard 1...PeekLearner.longestRequest ~= count, count < readBuffer.count else { return false }
    let seen = time(attempt)
    process(link, UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
    let answered = time(attempt)
    // No more than was seen: the loop hears of what came after it. A connection that was closed just
    // now is still there, and would end in an error with bytes unread.
    var rest = count
    while rest > 0 {
      let taken = receive(link, rest, 0)
      guard taken > 0 else {
        abandon(link)
        break
      }
      rest -= taken
    }
    if attempt.isTimed {
      link.pointee.peeking.took(seen - start + time(attempt) - answered, attempt)
    }
    return true
  }

  /// The clock, where an attempt is timed.
  @inline(__always)
  private func time(_ attempt: PeekLearner.Attempt) -> Int64 {
    attempt.isTimed ? MonotonicInstant.now().nanoseconds : 0
  }

  /// Reads into the buffer, without waiting: how many bytes, or a negative errno.
  @inline(__always)
  private func receive(_ link: LinkPointer, _ length: Int, _ flags: Int32) -> Int {
    while true {
      let count = linux_recv(
        link.pointee.descriptor, readBuffer.baseAddress, length, Int32(MSG_DONTWAIT) | flags)
      if count >= 0 { return count }
      if errno != EINTR { return -Int(errno) }
    }
  }

  /// Has what may be left to read reported once more, after the other connections had their turn.
  private func askAgain(_ link: LinkPointer) {
    guard link.pointee.phase == .open, let watch = link.pointee.watch else { return }
    loop.modify(watch, link.pointee.events)
  }

  /// The client sends no more but may still read: what it asked for is answered.
  private func halfClose(_ link: LinkPointer) {
    guard link.pointee.phase == .open else { return }
    link.pointee.phase = .halfClosed
    markDirty(link)
    for stream in link.pointee.wire.pointee.activeStreams { stopHalfClosed(link, stream) }
  }

  private func stopHalfClosed(_ link: LinkPointer, _ stream: UInt32) {
    let wire = link.pointee.wire
    guard let handler = link.pointee.handlers[stream] else { return }
    if wire.pointee.isRemoteOpen(stream), wire.pointee.kind(of: stream)?.clientStreams == true {
      // Half of a conversation must not pass for a whole one.
      fail(
        link.pointee.id(stream),
        RPCError(.cancelled, "the client stopped sending before it closed the stream"))
      handler.cancelled()
    } else {
      stop(link, stream, .clientHalfClosed)
    }
  }

  /// Tells a handler that was made late what the others were told meanwhile.
  func stopIfEnding(_ link: LinkPointer, _ stream: UInt32) {
    if link.pointee.phase == .halfClosed { stopHalfClosed(link, stream) }
    if isDraining { stop(link, stream, .draining) }
  }

  func stop(_ link: LinkPointer, _ stream: UInt32, _ reason: StopReason) {
    guard let handler = link.pointee.handlers[stream],
      let kind = link.pointee.wire.pointee.kind(of: stream)
    else { return }
    handler.stopping(
      reason, ResponseStream(id: link.pointee.id(stream), kind: kind, server: self))
  }
}
