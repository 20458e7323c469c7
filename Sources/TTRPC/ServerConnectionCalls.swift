/// A call without a final answer.
struct ActiveCall {
  let method: Int
  let kind: MethodKind
  let receivedAt: MonotonicInstant
  let timer: TimerID?
  /// Bytes counted for it: its request's, or its queued messages'.
  var held: Int
  /// The client said that it sends no more.
  var isRemoteClosed: Bool
  /// Messages go to the handler as they come.
  var isReceiving = true
  /// Messages that the handler has not taken, while it is not receiving or is behind.
  var queue: [[UInt8]] = []
  /// The client's half-close came and waits behind the queue.
  var owesHalfClose = false
}

/// How a call ended, for whoever counts.
package struct CallOutcome: Sendable, Hashable {
  package var method: Int
  package var receivedAt: MonotonicInstant
  package var code: RPCCode
}

/// What a paused stream's queue yields.
package enum QueuedInput: Sendable, Hashable {
  case message([UInt8])
  case halfClosed
}

// MARK: - Answers out

extension ServerConnection {
  /// Answers a call that was never held: a unary one, inline.
  @inline(__always)
  package mutating func answer(
    _ stream: UInt32, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> RPCCode {
    if encoder.response(stream, byteCount: byteCount, write) { return .ok }
    encoder.failure(stream, tooLong(byteCount))
    return .resourceExhausted
  }

  /// The same; returns the room for the payload, of one byte or more. nil: it was too long.
  @inline(__always)
  mutating func answer(_ stream: UInt32, byteCount: Int) -> UnsafeMutableRawPointer? {
    if let room = encoder.responseRoom(stream, byteCount: byteCount) { return room }
    encoder.failure(stream, tooLong(byteCount))
    return nil
  }

  /// Answers a call that was never held with an error.
  package mutating func answer(_ stream: UInt32, _ error: RPCError) {
    encoder.failure(stream, error)
  }

  /// Counts a unary call as in flight until it is answered or its deadline passes.
  package mutating func hold(_ call: IncomingCall, receivedAt: MonotonicInstant) {
    add(
      call, kind: .unary, isRemoteClosed: true, held: call.payload.count,
      receivedAt: receivedAt)
  }

  /// The final answer of a unary or client-streaming call; nil when there is no such call.
  ///
  /// For the other kinds it is the last message and the end.
  package mutating func reply(
    _ stream: UInt32, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> CallOutcome? {
    guard let call = calls[stream] else { return nil }
    if call.kind.serverStreams {
      if let outcome = send(stream, byteCount: byteCount, write) { return outcome }
      return finish(stream)
    }
    _ = remove(stream)
    return outcome(call, answer(stream, byteCount: byteCount, write))
  }

  /// Ends a call with an error; nil when there is no such call.
  package mutating func fail(_ stream: UInt32, _ error: RPCError) -> CallOutcome? {
    guard let call = remove(stream) else { return nil }
    encoder.failure(stream, error)
    return outcome(call, error.code)
  }

  /// Sends a message of a stream. An outcome only when the message was too long, which ended it.
  package mutating func send(
    _ stream: UInt32, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> CallOutcome? {
    guard calls[stream] != nil else { return nil }
    if encoder.message(stream, byteCount: byteCount, write) { return nil }
    return fail(stream, tooLong(byteCount))
  }

  /// Ends a stream as OK; nil when there is no such call.
  ///
  /// A client-streaming call must have a reply: without one it gets an empty one.
  package mutating func finish(_ stream: UInt32) -> CallOutcome? {
    guard let call = remove(stream) else { return nil }
    if call.kind.serverStreams {
      encoder.endOfStream(stream)
    } else {
      _ = encoder.response(stream, byteCount: 0) { _ in }
    }
    return outcome(call, .ok)
  }

  private func outcome(_ call: ActiveCall, _ code: RPCCode) -> CallOutcome {
    CallOutcome(method: call.method, receivedAt: call.receivedAt, code: code)
  }

  private func tooLong(_ byteCount: Int) -> RPCError {
    RPCError(
      .resourceExhausted,
      "the reply of \(byteCount) bytes exceeds the maximum of \(limits.frameLength)")
  }
}

// MARK: - Calls in flight

extension ServerConnection {
  package func isActive(_ stream: UInt32) -> Bool { calls[stream] != nil }

  package func kind(of stream: UInt32) -> MethodKind? { calls[stream]?.kind }

  /// The number of the method that a call in flight is of.
  func method(of stream: UInt32) -> Int? { calls[stream]?.method }

  /// Streams of all calls in flight, in no order.
  package var activeStreams: [UInt32] { Array(calls.keys) }

  /// Whether the client may still send on a stream.
  package func isRemoteOpen(_ stream: UInt32) -> Bool { calls[stream]?.isRemoteClosed == false }

  mutating func add(
    _ call: IncomingCall, kind: MethodKind, isRemoteClosed: Bool, held: Int,
    receivedAt: MonotonicInstant
  ) {
    let timer =
      call.deadline == .distantFuture ? nil : deadlines.add(at: call.deadline, call.stream)
    charge(held)
    calls[call.stream] = ActiveCall(
      method: call.method, kind: kind, receivedAt: receivedAt, timer: timer, held: held,
      isRemoteClosed: isRemoteClosed)
  }

  /// Forgets a call, with what was held for it.
  mutating func remove(_ stream: UInt32) -> ActiveCall? {
    guard let call = calls.removeValue(forKey: stream) else { return nil }
    if let timer = call.timer { deadlines.remove(timer) }
    charge(-call.held)
    return call
  }
}

// MARK: - Queued messages

extension ServerConnection {
  /// Turns delivery on or off. What comes while it is off is queued, within bounds.
  package mutating func setReceiving(_ stream: UInt32, _ isReceiving: Bool) {
    calls[stream]?.isReceiving = isReceiving
  }

  /// Hands input to a stream's handler, or keeps it while the handler is busy.
  mutating func deliver(_ input: StreamInput, to call: ActiveCall) -> ServerEvent {
    let stream = input.stream
    if call.isReceiving, call.queue.isEmpty {
      guard let message = input.message else { return .halfClosed(stream: stream) }
      return .message(stream: stream, message, isLast: input.isLast)
    }
    if let message = input.message {
      if call.queue.count >= limits.queuedMessages {
        return refuse(
          stream, .queueOverflow,
          RPCError(.resourceExhausted, "\(limits.queuedMessages) messages of the stream wait"))
      }
      if let refusal = lacksRoom(for: message.count) { return refuseForRoom(stream, refusal) }
      charge(message.count)
      calls[stream]?.held += message.count
      calls[stream]?.queue.append([UInt8](message))
    }
    if input.isLast { calls[stream]?.owesHalfClose = true }
    return .none
  }

  /// The next of what was kept for a stream; nil when nothing is left, or it is not receiving.
  package mutating func dequeue(_ stream: UInt32) -> QueuedInput? {
    guard var call = calls[stream], call.isReceiving else { return nil }
    defer { calls[stream] = call }
    if !call.queue.isEmpty {
      let message = call.queue.removeFirst()
      charge(-message.count)
      call.held -= message.count
      return .message(message)
    }
    guard call.owesHalfClose else { return nil }
    call.owesHalfClose = false
    return .halfClosed
  }
}

// MARK: - Bytes held

extension ServerConnection {
  /// Why that many bytes more must not be held; nil when they may.
  @inline(__always)
  func lacksRoom(for count: Int) -> Refusal? {
    if inputHeld + count > limits.inputPerConnection { return .inputPerConnection }
    return share.hasRoom(for: count) ? nil : .inputPerProcess
  }

  mutating func charge(_ count: Int) {
    inputHeld += count
    share.add(count)
  }

  /// Counts what has arrived of a torn frame, or abandons it.
  @inline(never)
  mutating func holdTornFrame(at now: MonotonicInstant) {
    if frameDeadline == .distantFuture {
      frameDeadline = now.advanced(by: limits.partialFrameTime)
    }
    let more = decoder.heldCount - tornHeld
    if more > 0, let refusal = lacksRoom(for: more) {
      abandonment = refusal
      decoder.abandonFrame()
    }
    charge(decoder.heldCount - tornHeld)
    tornHeld = decoder.heldCount
  }

  @inline(never)
  mutating func releaseTornFrame() {
    charge(-tornHeld)
    tornHeld = 0
    frameDeadline = .distantFuture
  }
}

// MARK: - Time

extension ServerConnection {
  /// When `expire` or `disconnection` has something to say next, unless output is written or a
  /// frame completed before.
  package var nextTimeout: MonotonicInstant {
    min(frameDeadline, writeDeadline, deadlines.next ?? .distantFuture)
  }

  /// Answers one call whose deadline has passed with DEADLINE_EXCEEDED, nil when there is none left.
  package mutating func expire(at now: MonotonicInstant) -> (stream: UInt32, CallOutcome)? {
    guard let stream = deadlines.popDue(at: now) else { return nil }
    let error = RPCError(.deadlineExceeded, "the deadline passed before the answer")
    // A timer is removed with its call, so the call is there.
    guard let outcome = fail(stream, error) else { return nil }
    return (stream, outcome)
  }

  /// Forgets output that the socket took; 0 when it took nothing.
  @inline(__always)
  package mutating func wrote(_ count: Int, at now: MonotonicInstant) {
    encoder.consume(count)
    if encoder.count == 0 {
      writeDeadline = .distantFuture
    } else if count > 0 || writeDeadline == .distantFuture {
      writeDeadline = now.advanced(by: limits.writeStallTime)
    }
  }

  /// Why the connection must be closed now, if it must.
  package func disconnection(at now: MonotonicInstant) -> Refusal? {
    if frameDeadline <= now { return .partialFrameTimeout }
    if writeDeadline <= now { return .writeStall }
    if encoder.count >= limits.outputPerConnection { return .outputOverflow }
    return nil
  }
}
