/// What one received frame tells the client.
package enum ClientEvent {
  /// The answer to a unary or client-streaming call, which is over. A slice of the frame.
  case reply(stream: UInt32, UnsafeRawBufferPointer)
  /// A message of a stream, which is over when `isLast`. A slice of the frame.
  case message(stream: UInt32, UnsafeRawBufferPointer, isLast: Bool)
  /// The stream is over and went well.
  case ended(stream: UInt32)
  /// The call is over, without an answer.
  case failed(stream: UInt32, ClientError)
  /// A frame for a call that is over or was forgotten, or of a type that clients ignore.
  case ignored
}

/// The client's side of one connection: calls in, bytes out; bytes in, answers out.
///
/// Knows no socket and no clock. A call that is forgotten costs nothing more: what still comes for
/// it is ignored. Stream ids go up by two and are never used twice; when they are used up the
/// connection says so and another one must be made.
package struct ClientConnection: ~Copyable {
  private let lastStreamID: UInt32
  private var decoder: FrameDecoder
  private var encoder: FrameEncoder
  private var nextStream: UInt32 = 1
  private var calls: [UInt32: MethodKind] = [:]

  /// - lastStreamID: the highest id to use; odd.
  package init(limits: Limits = Limits(), lastStreamID: UInt32 = .max) {
    self.lastStreamID = lastStreamID
    decoder = FrameDecoder(frameLength: limits.frameLength)
    encoder = FrameEncoder(frameLength: limits.frameLength)
  }

  /// What is to be sent.
  package var output: UnsafeRawBufferPointer { encoder.bytes }
  package var outputCount: Int { encoder.count }

  package mutating func wrote(_ count: Int) {
    encoder.consume(count)
  }

  /// Calls without a final answer.
  package var callsInFlight: Int { calls.count }

  /// Whether all stream ids are used up.
  package private(set) var isWornOut = false
}

// MARK: - Calls out

extension ClientConnection {
  /// Opens a stream: its id, or nil when the request is over the frame limit.
  ///
  /// - timeout: in nanoseconds; 0: none.
  package mutating func open(
    _ method: MethodDescriptor, _ payload: [UInt8], timeout: Int64 = 0,
    metadata: [(key: String, value: String)] = []
  ) -> UInt32? {
    precondition(!isWornOut, "the stream ids of this connection are used up")
    let stream = nextStream
    let envelope = RequestEnvelope.encode(method, payload, timeout: timeout, metadata: metadata)
    guard encoder.request(stream, envelope, flags(method.kind)) else { return nil }
    calls[stream] = method.kind
    if stream >= lastStreamID { isWornOut = true } else { nextStream += 2 }
    return stream
  }

  /// Servers go by the method, not by these; they are what a Go client would send.
  private func flags(_ kind: MethodKind) -> FrameFlags {
    switch kind {
    case .unary: []
    case .serverStreaming: .remoteClosed
    case .clientStreaming, .bidirectional: .remoteOpen
    }
  }

  /// Sends a message of a stream. False when it is over the frame limit; nothing is sent then.
  package mutating func send(_ stream: UInt32, _ message: [UInt8]) -> Bool {
    guard calls[stream] != nil else { return true }
    return encoder.message(stream, byteCount: message.count) { $0.copyBytes(from: message) }
  }

  /// Says that no more messages come on a stream.
  package mutating func halfClose(_ stream: UInt32) {
    guard calls[stream] != nil else { return }
    encoder.halfClose(stream)
  }

  /// Gives a call up. The protocol has no way to tell the server.
  package mutating func forget(_ stream: UInt32) {
    calls[stream] = nil
  }
}

// MARK: - Answers in

extension ClientConnection {
  /// Takes the next frame off the input and says what it tells, nil when more bytes are needed.
  package mutating func next(
    _ input: inout UnsafeRawBufferPointer
  ) throws(ProtocolViolation) -> ClientEvent? {
    guard let frame = try decoder.next(&input) else { return nil }
    let stream = frame.header.stream
    guard let kind = calls[stream] else { return .ignored }
    guard frame.content == .whole else {
      return fail(stream, .tooLarge(byteCount: frame.header.length))
    }
    if frame.header.type == .response { return response(frame, kind) }
    if frame.header.type == .data { return data(frame, kind) }
    return .ignored
  }

  private mutating func response(_ frame: Frame, _ kind: MethodKind) -> ClientEvent {
    let stream = frame.header.stream
    let envelope: ResponseEnvelope
    do {
      envelope = try ResponseEnvelope(frame.payload)
    } catch {
      return fail(stream, .protocolViolation("a response does not decode: \(error)"))
    }
    switch envelope {
    case .failure(let error): return fail(stream, .rpc(error))
    case .payload(let payload):
      calls[stream] = nil
      guard kind.serverStreams else { return .reply(stream: stream, payload) }
      // Servers other than ours may end a stream so, with or without a last message.
      return payload.isEmpty
        ? .ended(stream: stream) : .message(stream: stream, payload, isLast: true)
    }
  }

  private mutating func data(_ frame: Frame, _ kind: MethodKind) -> ClientEvent {
    let stream = frame.header.stream
    guard kind.serverStreams else {
      return fail(stream, .protocolViolation("data on a call that has one reply"))
    }
    let isLast = frame.header.flags.contains(.remoteClosed)
    if isLast { calls[stream] = nil }
    if !frame.header.flags.contains(.noData) {
      return .message(stream: stream, frame.payload, isLast: isLast)
    }
    return isLast ? .ended(stream: stream) : .ignored
  }

  private mutating func fail(_ stream: UInt32, _ error: ClientError) -> ClientEvent {
    calls[stream] = nil
    return .failed(stream: stream, error)
  }
}
