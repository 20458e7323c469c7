internal import Glibc

/// What the server does with the bytes of a connection: parse, dispatch, observe.
extension RPCServer {
  /// Bytes of answers that are not kept until the turn's end: some 30 small ones.
  private static let promptOutput = 4 << 10

  /// Handles what was read.
  ///
  /// The way of a unary call that is answered inline: no allocation, no lookup by String, no
  /// reference kept.
  func process(_ link: LinkPointer, _ bytes: UnsafeRawBufferPointer) {
    let wire = link.pointee.wire
    let now = loop.now
    var input = bytes
    readCount &+= 1
    hasDeferred = false
    do throws(ProtocolViolation) {
      while true {
        if wire.pointee.isFollowed(input), !answerUsual(link, &input, now) { break }
        guard let event = try wire.pointee.next(&input, at: now) else { break }
        if case .call(let call) = event {
          guard answerPromptly(link, wire, call, now) else { break }
        } else {
          hasDeferred = true
          handle(link, event, now)
        }
      }
    } catch {
      counters.count(.protocolViolation)
      // The calls before it were good ones.
      flush(link)
      abandon(link)
    }
    recordInline(now)
    // A connection whose calls are answered on the spot does not wait for one whose are not.
    if link.pointee.isPatient != hasDeferred { setPatient(link, hasDeferred) }
    // A client that waits for answers has them before another connection's are made.
    if hasDeferred { markDirty(link) } else { settle(link) }
  }

  /// Answers the calls at the start of the input that are usual ones: each is parsed, and its memory
  /// fetched, before the one before it is answered. False when the client is gone.
  @inline(never)
  private func answerUsual(
    _ link: LinkPointer, _ input: inout UnsafeRawBufferPointer, _ now: MonotonicInstant
  ) -> Bool {
    let wire = link.pointee.wire
    var waiting: IncomingCall?
    repeat {
      let usual = wire.pointee.nextUsual(&input, at: now)
      if let usual {
        methods.entries[usual.method].unary.unsafelyUnwrapped._withUnsafeGuaranteedRef {
          $0.prepare(usual.payload, readCount)
        }
      }
      if let call = waiting, !answerPromptly(link, wire, call, now) { return false }
      waiting = usual
    } while waiting != nil
    return true
  }

  /// Answers a call, and sends the answers so far when there are many, so that the client has
  /// something to do while the others are made. False when the client is gone.
  @inline(__always)
  private func answerPromptly(
    _ link: LinkPointer, _ wire: UnsafeMutablePointer<ServerConnection>, _ call: IncomingCall,
    _ now: MonotonicInstant
  ) -> Bool {
    answer(link, wire, call, now)
    return wire.pointee.outputCount < Self.promptOutput || flushPromptly(link)
  }

  @inline(never)
  private func flushPromptly(_ link: LinkPointer) -> Bool {
    // A client that is behind gets what its socket takes, at the turn's end.
    if link.pointee.events.contains(.writable) { return true }
    flush(link)
    return link.pointee.phase != .closed
  }

  /// Observes the calls of one method that were answered on the spot, with one look at the clock.
  @inline(__always)
  func recordInline(_ now: MonotonicInstant) {
    guard inlineCount > 0 else { return }
    observe(inlineMethod, since: now, .ok, inlineCount)
    inlineCount = 0
  }

  /// Tells the observer; without counting a reference to it.
  @inline(__always)
  private func observe(
    _ method: Int, since start: MonotonicInstant, _ code: RPCCode, _ count: UInt64
  ) {
    observer?._withUnsafeGuaranteedRef {
      $0.observe(method, MonotonicInstant.now().nanoseconds - start.nanoseconds, code, count)
    }
  }

  private func setPatient(_ link: LinkPointer, _ isPatient: Bool) {
    guard let watch = link.pointee.watch else { return }
    loop.setPatient(watch, isPatient)
    link.pointee.isPatient = watch.isPatient
  }

  @inline(__always)
  private func answer(
    _ link: LinkPointer, _ wire: UnsafeMutablePointer<ServerConnection>, _ call: IncomingCall,
    _ now: MonotonicInstant
  ) {
    guard isAllowed(link, call) else { return withhold(link, call, now) }
    dispatch(link, wire, call, now)
  }

  /// Has a call handled.
  @inline(__always)
  func dispatch(
    _ link: LinkPointer, _ wire: UnsafeMutablePointer<ServerConnection>, _ call: IncomingCall,
    _ now: MonotonicInstant
  ) {
    let entry = methods.entries + call.method
    let context = CallContext(
      id: link.pointee.id(call.stream), receivedAt: now, expiry: call.deadline,
      metadata: call.metadata, method: methods.descriptors + call.method, peer: link.pointee.peer,
      read: readCount)
    var reply = Reply(wire, stream: call.stream)
    // A `.call` is of a method that has a unary handler.
    entry.pointee.unary.unsafelyUnwrapped._withUnsafeGuaranteedRef {
      $0.handler(context, call.payload, &reply)
    }
    switch reply.state {
    case .sent(let code):
      if call.method != inlineMethod || code != .ok {
        recordInline(now)
        inlineMethod = call.method
      }
      if code == .ok {
        inlineCount += 1
      } else {
        observe(call.method, since: now, code, 1)
      }
      if reply.isTooLarge { counters.count(.replyTooLarge) }
    case .later:
      hasDeferred = true
      wire.pointee.hold(call, receivedAt: now)
    case .open:
      wire.pointee.answer(call.stream, RPCError(.internal, "the method gave no answer"))
    }
  }

  @inline(never)
  private func handle(_ link: LinkPointer, _ event: ServerEvent, _ now: MonotonicInstant) {
    switch event {
    case .call, .none: break
    case .open(let call): open(link, call, now)
    case .message(let stream, let message, let isLast):
      let handler = link.pointee.handlers[stream]
      handler?.received(message)
      if isLast, link.pointee.wire.pointee.isActive(stream) { handler?.halfClosed() }
    case .halfClosed(let stream): link.pointee.handlers[stream]?.halfClosed()
    case .refused(_, let refusal): counters.count(refusal)
    case .broken(let stream, let refusal):
      counters.count(refusal)
      cancelHandler(link, stream)
    }
  }

  private func open(_ link: LinkPointer, _ call: IncomingCall, _ now: MonotonicInstant) {
    if !isAllowed(link, call) {
      if isDenied(link, call) {
        counters.count(.notAuthorized)
        return fail(link.pointee.id(call.stream), denial(link, call))
      }
      if strikeStream(link, call, now) { return }
    }
    makeHandler(link, call, now)
  }

  /// Has a streaming call handled.
  func makeHandler(_ link: LinkPointer, _ call: IncomingCall, _ now: MonotonicInstant) {
    let id = link.pointee.id(call.stream)
    let entry = methods.entries + call.method
    let context = CallContext(
      id: id, receivedAt: now, expiry: call.deadline, metadata: call.metadata,
      method: methods.descriptors + call.method, peer: link.pointee.peer, read: readCount)
    let stream = ResponseStream(id: id, kind: methods.descriptors[call.method].kind, server: self)
    guard let makeHandler = entry.pointee.stream else { return }
    do throws(RPCError) {
      let handler = try makeHandler(context, stream)
      // It may have ended the stream already.
      if link.pointee.wire.pointee.isActive(call.stream) {
        link.pointee.handlers[call.stream] = handler
      }
    } catch { fail(id, error) }
  }

  /// Tells a handler whose call was ended for it.
  func cancelHandler(_ link: LinkPointer, _ stream: UInt32) {
    link.pointee.handlers.removeValue(forKey: stream)?.cancelled()
  }

  func record(_ outcome: CallOutcome) {
    observe(outcome.method, since: outcome.receivedAt, outcome.code, 1)
  }
}

// MARK: - Authorization

extension RPCServer {
  /// Whether nothing stands between a call and its handler.
  @inline(__always)
  private func isAllowed(_ link: LinkPointer, _ call: IncomingCall) -> Bool {
    if link.pointee.verdictEpoch == policyEpoch, link.pointee.verdicts[call.method] == .allowed {
      return true
    }
    return ask(link, call)
  }

  @inline(never)
  private func ask(_ link: LinkPointer, _ call: IncomingCall) -> Bool {
    if link.pointee.verdictEpoch != policyEpoch {
      link.pointee.verdicts = Array(repeating: .unknown, count: methods.count)
      link.pointee.verdictEpoch = policyEpoch
    }
    if link.pointee.verdicts[call.method] == .unknown {
      let error = authorize(
        link.pointee.peer.pointee, methods.descriptors[call.method])
      link.pointee.verdicts[call.method] =
        error != nil ? .denied : faults.concerns(call.method) ? .faulty : .allowed
    }
    return link.pointee.verdicts[call.method] == .allowed
  }

  private func isDenied(_ link: LinkPointer, _ call: IncomingCall) -> Bool {
    link.pointee.verdicts[call.method] == .denied
  }

  /// A unary call that is not simply allowed.
  @inline(never)
  private func withhold(_ link: LinkPointer, _ call: IncomingCall, _ now: MonotonicInstant) {
    if isDenied(link, call) {
      counters.count(.notAuthorized)
      link.pointee.wire.pointee.answer(call.stream, denial(link, call))
    } else if !strike(link, call, now) {
      dispatch(link, link.pointee.wire, call, now)
    }
  }

  func endDeniedStreams() {
    for slot in slots {
      guard let link = slot.link, link.pointee.phase != .closed else { continue }
      for (stream, handler) in link.pointee.handlers {
        guard let method = link.pointee.wire.pointee.method(of: stream),
          let error = authorize(link.pointee.peer.pointee, methods.descriptors[method])
        else { continue }
        counters.count(.notAuthorized)
        fail(link.pointee.id(stream), error)
        handler.cancelled()
      }
    }
  }

  private func denial(_ link: LinkPointer, _ call: IncomingCall) -> RPCError {
    let method = methods.descriptors[call.method]
    return authorize(link.pointee.peer.pointee, method)
      ?? RPCError(.permissionDenied, "\(method.fullName) is not allowed")
  }
}
