// Fuzzes frames: any bytes, in any pieces, to a server's connection and to a client's.
//
// Input: one byte chooses the limits, one the pieces, the rest is what arrives. Holds that
//   - the pieces do not matter: the same frames come out of one piece and of many
//   - what the server sends decodes as frames within the limit, on streams that were used
//   - no stream gets more than one final answer
//   - what is held is counted, within its bound, and given back at the end

private func require(_ condition: Bool, _ what: String, line: UInt = #line) {
  if !condition { preconditionFailure("line \(line): does not hold: \(what)") }
}

private func makeRouter() -> Router {
  var router = Router()
  func method(_ name: String, _ kind: MethodKind) -> MethodDescriptor {
    MethodDescriptor(service: "acct.v1.Accounts", name: name, kind: kind)
  }
  for name in ["Get", "Empty", "Fail", "Meta", "Huge", "Hold"] {
    router.unary(method(name, .unary)) { _, _, _ in }
  }
  for (name, kind) in [
    ("List", MethodKind.serverStreaming), ("Tail", .serverStreaming), ("Sum", .clientStreaming),
    ("Chat", .bidirectional), ("Break", .bidirectional), ("Deaf", .bidirectional),
  ] {
    router.stream(method(name, kind)) { _, _ throws(RPCError) in
      throw RPCError(.internal, "not called")
    }
  }
  return router
}

nonisolated(unsafe) private let methods = MethodTable(makeRouter())

/// One frame as it came out, with its payload copied.
private struct Decoded: Equatable {
  var header: FrameHeader
  var payload: [UInt8]
  var content: Frame.Content
}

/// Everything that comes out of a decoder; nil from where the peer breaks the protocol.
private func decode(
  _ bytes: UnsafeRawBufferPointer, pieces: Int, frameLength: Int
) -> [Decoded?] {
  var decoder = FrameDecoder(frameLength: frameLength)
  var frames: [Decoded?] = []
  var offset = 0
  while offset < bytes.count {
    let end = min(offset + pieces, bytes.count)
    // Memory of its own, so that reading outside of a piece is found.
    var piece = [UInt8](bytes[offset..<end])
    offset = end
    let isGood = piece.withUnsafeMutableBytes { piece -> Bool in
      var input = UnsafeRawBufferPointer(piece)
      do throws(ProtocolViolation) {
        while let frame = try decoder.next(&input) {
          frames.append(
            Decoded(
              header: frame.header, payload: [UInt8](frame.payload), content: frame.content))
        }
        require(input.isEmpty, "all input is taken")
        require(decoder.heldCount <= frameLength + FrameHeader.byteCount, "little is held")
        return true
      } catch { return false }
    }
    if !isGood { return frames + [nil] }
  }
  return frames
}

/// Plays a server whose handlers do something with everything.
private func serve(_ bytes: UnsafeRawBufferPointer, pieces: Int, limits: Limits) {
  let budget = InputBudget(limit: limits.inputPerProcess)
  do {
    var connection = ServerConnection(methods: methods, limits: limits, share: budget.share())
    var now = MonotonicInstant(nanoseconds: 1)
    var output: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + pieces, bytes.count)
      let piece = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
      offset = end
      now = now.advanced(byNanoseconds: 1_000)
      let isGood = feed(piece, &connection, now)
      while connection.expire(at: now) != nil {}
      require(connection.inputHeld <= limits.inputPerConnection, "input is bounded")
      require(connection.inputHeld == budget.heldCount, "input is counted")
      require(connection.callsInFlight <= limits.callsInFlight, "calls are bounded")
      output += connection.output
      connection.wrote(connection.outputCount, at: now)
      if !isGood { break }
    }
    check(output, limits)
  }
  require(budget.heldCount == 0, "all input is given back")
}

private func feed(
  _ piece: UnsafeRawBufferPointer, _ connection: inout ServerConnection, _ now: MonotonicInstant
) -> Bool {
  var input = piece
  do throws(ProtocolViolation) {
    while let event = try connection.next(&input, at: now) {
      play(event, &connection, now)
    }
    return true
  } catch { return false }
}

private func play(
  _ event: ServerEvent, _ connection: inout ServerConnection, _ now: MonotonicInstant
) {
  switch event {
  case .call(let call):
    call.metadata.visit { key, value in require(key.isText && value.isText, "metadata is text") }
    if call.method == 5 {
      connection.hold(call, receivedAt: now)
    } else {
      let size = call.payload.count
      _ = connection.answer(call.stream, byteCount: size) { $0.copyMemory(from: call.payload) }
    }
  case .open(let call):
    require(connection.isActive(call.stream), "a stream is in flight before its handler starts")
    if call.method == 11 { connection.setReceiving(call.stream, false) }
  case .message(let stream, let message, let isLast):
    _ = connection.send(stream, byteCount: message.count) { $0.copyMemory(from: message) }
    if message.first == 0 { connection.setReceiving(stream, message.count % 2 == 0) }
    if message.first == 1 { _ = connection.fail(stream, RPCError(.aborted, "enough")) }
    if isLast { _ = connection.finish(stream) }
  case .halfClosed(let stream):
    connection.setReceiving(stream, true)
    while connection.dequeue(stream) != nil {}
    _ = connection.reply(stream, byteCount: 0) { _ in }
  case .broken(let stream, _):
    require(!connection.isActive(stream), "a broken call is not in flight")
  case .refused, .none: break
  }
}

/// What a server sent must be frames, and one end per stream at most: until its client uses the
/// stream wrongly again, which is answered each time.
private func check(_ output: [UInt8], _ limits: Limits) {
  let frames = output.withUnsafeBytes {
    decode($0, pieces: max($0.count, 1), frameLength: limits.frameLength)
  }
  for frame in frames {
    guard let frame else { preconditionFailure("the server breaks the protocol") }
    require(frame.content == .whole, "no frame is over the limit")
    require(frame.header.type == .response || frame.header.type == .data, "a server's frame")
    if frame.header.type == .data, frame.header.flags.contains(.remoteClosed) {
      require(frame.payload.isEmpty, "the end carries no message")
    }
    if frame.header.type == .response {
      require(!frame.payload.isEmpty, "a response is never empty")
      frame.payload.withUnsafeBytes { payload in
        require((try? ResponseEnvelope(payload)) != nil, "a response decodes")
      }
    }
  }
}

/// A client that has calls of each kind on streams 1 to 7.
private func ask(_ bytes: UnsafeRawBufferPointer, _ limits: Limits) {
  var connection = ClientConnection(limits: limits)
  for index in [0, 6, 8, 9] { _ = connection.open(methods.descriptors[index], []) }
  var ended: Set<UInt32> = []
  var input = bytes
  while let event = try? connection.next(&input) {
    switch event {
    case .reply(let stream, _), .ended(let stream), .failed(let stream, _):
      require(ended.insert(stream).inserted, "a call ends once")
    case .message(let stream, _, let isLast):
      require(!ended.contains(stream), "nothing follows the end")
      if isLast { ended.insert(stream) }
    case .ignored: break
    }
  }
  require(connection.callsInFlight + ended.count <= 4, "a call that ended is not in flight")
}

/// Tries one input; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 2 else { return 0 }
  var limits = Limits()
  if data[0] & 1 != 0 {
    // So small that few bytes reach every bound.
    limits.frameLength = 128
    limits.inputPerConnection = 200
    limits.inputPerProcess = 300
    limits.callsInFlight = 4
    limits.queuedMessages = 3
    limits.skippedStreamIDs = 4
  }
  let bytes = UnsafeRawBufferPointer(start: data + 2, count: size - 2)
  let pieces = Int(data[1]) + 1
  let whole = decode(bytes, pieces: bytes.count, frameLength: limits.frameLength)
  let torn = decode(bytes, pieces: pieces, frameLength: limits.frameLength)
  require(whole == torn, "the pieces do not matter")
  serve(bytes, pieces: pieces, limits: limits)
  ask(bytes, limits)
  return 0
}
