internal import Glibc

/// A request that passed every check and now goes to its method's handler.
///
/// Its slices point into the frame: valid until the connection's next call.
package struct IncomingCall {
  package var stream: UInt32
  /// Index into the router's methods.
  package var method: Int
  /// `distantFuture` when the client set no limit.
  package var deadline: MonotonicInstant
  /// The encoded message. Empty for most streams that the client writes to.
  package var payload: UnsafeRawBufferPointer
  package var metadata: Metadata
}

/// What one received frame asks of the server.
package enum ServerEvent {
  /// A unary call, not yet in flight: answer it, or hold it to answer later.
  case call(IncomingCall)
  /// A streaming call; in flight already. Its first message, if it has one, is the next event.
  case open(IncomingCall)
  /// A message of a stream. `isLast`: the stream half-closes with it.
  case message(stream: UInt32, UnsafeRawBufferPointer, isLast: Bool)
  case halfClosed(stream: UInt32)
  /// Answered, or ignored, by the connection itself.
  case refused(stream: UInt32, Refusal)
  /// The same, and it ended a call that was in flight: cancel its handler.
  case broken(stream: UInt32, Refusal)
  /// Nothing to do: queued, or a frame that says nothing.
  case none
}

/// What a frame brings to a stream: a message, or the end of messages, or both.
struct StreamInput {
  let stream: UInt32
  let message: UnsafeRawBufferPointer?
  let isLast: Bool
}

/// The server's side of one connection: bytes in, calls out; answers in, bytes out.
///
/// Knows no socket and no clock. Bytes go in through `next`, which is called until it returns nil;
/// instants come in as arguments; what is to be sent collects in `output`. At most one final answer
/// leaves per stream: whatever answers a stream also forgets it.
package struct ServerConnection: ~Copyable {
  let limits: Limits
  let methods: MethodTable
  let share: InputBudget.Share

  var decoder: FrameDecoder
  var encoder: FrameEncoder
  var ids: StreamIDs
  var calls: [UInt32: ActiveCall] = [:]
  var deadlines = TimerQueue<UInt32>()
  /// What the request that opened a stream brought, until it is handed out as an event.
  var opening: StreamInput?
  /// The method of the request before this one; −1 before the first.
  var lastMethod = -1
  /// Bytes held for the client: torn frame, queued messages, unanswered calls.
  var inputHeld = 0
  /// The torn frame's part of it.
  var tornHeld = 0
  /// Why the torn frame was abandoned, if it was.
  var abandonment = Refusal.inputPerConnection
  /// When the torn frame must be whole.
  var frameDeadline = MonotonicInstant.distantFuture
  /// When some of the queued output must have been taken.
  var writeDeadline = MonotonicInstant.distantFuture
  /// New requests are refused from now on.
  package var isDraining = false

  init(methods: MethodTable, limits: Limits, share: InputBudget.Share) {
    self.limits = limits
    self.methods = methods
    self.share = share
    decoder = FrameDecoder(frameLength: limits.frameLength)
    encoder = FrameEncoder(frameLength: limits.frameLength)
    ids = StreamIDs(remembering: limits.skippedStreamIDs)
  }

  package init(
    router: Router, limits: Limits = Limits(), share: InputBudget.Share = InputBudget().share()
  ) {
    self.init(methods: MethodTable(router), limits: limits, share: share)
  }

  deinit { share.release(inputHeld) }

  /// What is to be sent.
  package var output: UnsafeRawBufferPointer { encoder.bytes }
  package var outputCount: Int { encoder.count }
  /// Calls without a final answer.
  package var callsInFlight: Int { calls.count }
}

// MARK: - Bytes in

extension ServerConnection {
  /// Takes the next frame off the input and says what it asks for, nil when more bytes are needed.
  ///
  /// - now: when the bytes were read.
  @inline(__always)
  package mutating func next(
    _ input: inout UnsafeRawBufferPointer, at now: MonotonicInstant
  ) throws(ProtocolViolation) -> ServerEvent? {
    if opening != nil { return deliverOpening() }
    guard let frame = try decoder.next(&input) else {
      if decoder.isMidFrame { holdTornFrame(at: now) }
      return nil
    }
    if frameDeadline != .distantFuture { releaseTornFrame() }
    guard frame.content == .whole, frame.header.stream & 1 == 1 else { return refuse(frame) }
    if frame.header.type == .request { return request(frame, at: now) }
    if frame.header.type == .data { return data(frame) }
    return .refused(stream: frame.header.stream, .ignoredFrame)
  }

  /// Whether the input begins with a whole frame and more.
  @inline(__always)
  package func isFollowed(_ input: UnsafeRawBufferPointer) -> Bool {
    guard let frame = decoder.peek(input) else { return false }
    return input.count > FrameHeader.byteCount + frame.header.length
  }

  /// Takes the next call off the input if it is a usual one: whole, of the method of the one before,
  /// which has a preparation, and to be let in behind another. nil: see `next`.
  ///
  /// Its payload is a slice of the input, whatever the connection is asked meanwhile.
  @inline(__always)
  package mutating func nextUsual(
    _ input: inout UnsafeRawBufferPointer, at now: MonotonicInstant
  ) -> IncomingCall? {
    guard opening == nil, let frame = decoder.peek(input), frame.header.type == .request,
      let request = repeated(frame.payload), methods.entries[lastMethod].isPrepared,
      isAdmissible(payload: request.payload.count, timeout: request.timeout, behind: 1),
      frame.header.stream & 1 == 1, ids.use(frame.header.stream, isIdle: calls.isEmpty)
    else { return nil }
    decoder.skip(frame, &input)
    return IncomingCall(
      stream: frame.header.stream, method: lastMethod, deadline: deadline(request.timeout, now),
      payload: request.payload, metadata: Metadata(envelope: frame.payload, isEmpty: true))
  }

  @inline(__always)
  private mutating func request(_ frame: Frame, at now: MonotonicInstant) -> ServerEvent {
    let stream = frame.header.stream
    guard ids.use(stream, isIdle: calls.isEmpty) else {
      return refuse(
        stream, .reusedStreamID,
        RPCError(.invalidArgument, "stream id \(stream) has been used already"))
    }
    guard let request = repeated(frame.payload) else { return unrepeated(frame, at: now) }
    return admit(
      IncomingCall(
        stream: stream, method: lastMethod, deadline: deadline(request.timeout, now),
        payload: request.payload, metadata: Metadata(envelope: frame.payload, isEmpty: true)),
      timeout: request.timeout, frame.header.flags, at: now)
  }

  /// The usual request: for the same method as the one before, and without metadata. nil when it
  /// is another, or none at all.
  ///
  /// Most requests begin with the same bytes as the one before, the two names, so that one
  /// comparison stands for parsing and looking them up.
  @inline(__always)
  private func repeated(
    _ bytes: UnsafeRawBufferPointer
  ) -> (payload: UnsafeRawBufferPointer, timeout: Int64)? {
    guard lastMethod >= 0 else { return nil }
    let prefix = methods.entries[lastMethod].prefix
    guard bytes.count >= prefix.count, let start = bytes.baseAddress,
      let expected = prefix.baseAddress, memcmp(start, expected, prefix.count) == 0
    else { return nil }
    var payload = UnsafeRawBufferPointer(start: nil, count: 0)
    var timeout: Int64 = 0
    var reader = WireReader(bytes, from: prefix.count)
    do throws(WireError) {
      while let field = try reader.next() {
        if field.number == 3 {
          payload = try field.bytes()
        } else if field.number == 4 {
          timeout = Int64(bitPattern: try field.varint())
        } else {
          return nil
        }
      }
    } catch { return nil }
    return (payload, timeout)
  }

  /// Any other request.
  @inline(never)
  private mutating func unrepeated(_ frame: Frame, at now: MonotonicInstant) -> ServerEvent {
    let stream = frame.header.stream
    let envelope: RequestEnvelope
    do {
      envelope = try RequestEnvelope(frame.payload, limits)
    } catch { return refuse(stream, error) }
    guard let method = methods.find(service: envelope.service, name: envelope.method) else {
      return refuseUnknown(stream, envelope)
    }
    lastMethod = method
    return admit(
      IncomingCall(
        stream: stream, method: method, deadline: deadline(envelope.timeout, now),
        payload: envelope.payload, metadata: envelope.metadata),
      timeout: envelope.timeout, frame.header.flags, at: now)
  }

  @inline(__always)
  private func deadline(_ timeout: Int64, _ now: MonotonicInstant) -> MonotonicInstant {
    timeout == 0 ? .distantFuture : now.advanced(byNanoseconds: timeout)
  }

  /// Lets a well-formed request in, if there is room for it now.
  @inline(__always)
  private mutating func admit(
    _ call: IncomingCall, timeout: Int64, _ flags: FrameFlags, at now: MonotonicInstant
  ) -> ServerEvent {
    guard isAdmissible(payload: call.payload.count, timeout: timeout, behind: 0) else {
      return refuseForNow(call, timeout: timeout)
    }
    if methods.entries[call.method].unary != nil { return .call(call) }
    return open(call, flags, at: now)
  }

  /// Whether there is room for a call, behind so many like it.
  @inline(__always)
  private func isAdmissible(payload count: Int, timeout: Int64, behind others: Int) -> Bool {
    timeout >= 0 && !isDraining && calls.count + others < limits.callsInFlight
      && encoder.count <= limits.outputBacklog && lacksRoom(for: count * (others + 1)) == nil
  }

  private mutating func open(
    _ call: IncomingCall, _ flags: FrameFlags, at now: MonotonicInstant
  ) -> ServerEvent {
    let kind = methods.descriptors[call.method].kind
    let payload = call.payload
    // One message is all that a server-streaming method takes, whatever the flags say.
    let isLast = !kind.clientStreams || flags.contains(.remoteClosed)
    let hasMessage = !kind.clientStreams || !payload.isEmpty
    if hasMessage || isLast {
      opening = StreamInput(
        stream: call.stream, message: hasMessage ? payload : nil, isLast: isLast)
    }
    add(
      call, kind: kind, isRemoteClosed: flags.contains(.remoteClosed), held: 0, receivedAt: now)
    return .open(call)
  }

  private mutating func deliverOpening() -> ServerEvent {
    guard let first = opening else { return .none }
    opening = nil
    guard let call = calls[first.stream] else { return .none }
    return deliver(first, to: call)
  }

  private mutating func data(_ frame: Frame) -> ServerEvent {
    let stream = frame.header.stream
    let isLast = frame.header.flags.contains(.remoteClosed)
    let hasMessage = !frame.header.flags.contains(.noData)
    guard let call = calls[stream] else {
      return refuse(
        stream, .inactiveStream, RPCError(.invalidArgument, "stream \(stream) is not active"))
    }
    if call.kind == .unary {
      return refuse(
        stream, .dataOnUnaryCall, RPCError(.invalidArgument, "a unary call takes no data"))
    }
    if call.isRemoteClosed || (hasMessage && !call.kind.clientStreams) {
      return refuse(
        stream, .dataAfterHalfClose,
        RPCError(.invalidArgument, "data on stream \(stream) after its client closed it"))
    }
    if isLast { calls[stream]?.isRemoteClosed = true }
    // A server-streaming call is half-closed by its request; that its client says so is no news.
    guard call.kind.clientStreams, hasMessage || isLast else { return .none }
    return deliver(
      StreamInput(stream: stream, message: hasMessage ? frame.payload : nil, isLast: isLast),
      to: call)
  }
}
