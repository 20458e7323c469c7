/// Everything that a connection answers by itself, without a handler.
extension ServerConnection {
  /// Answers a stream with an error, ending it if it was in flight.
  mutating func refuse(_ stream: UInt32, _ refusal: Refusal, _ error: RPCError) -> ServerEvent {
    let wasActive = remove(stream) != nil
    encoder.failure(stream, error)
    return wasActive ? .broken(stream: stream, refusal) : .refused(stream: stream, refusal)
  }

  /// A frame that is refused whatever it is.
  @inline(never)
  mutating func refuse(_ frame: Frame) -> ServerEvent {
    let stream = frame.header.stream
    if frame.header.type == .request, stream & 1 == 1, frame.content != .whole {
      _ = ids.use(stream, isIdle: calls.isEmpty)
    }
    switch frame.content {
    case .tooLong:
      return refuse(
        stream, .oversizedFrame,
        RPCError(
          .resourceExhausted,
          "message length \(frame.header.length) exceeds the maximum of \(limits.frameLength)"))
    case .abandoned: return refuseForRoom(stream, abandonment)
    case .whole:
      return refuse(
        stream, .evenStreamID, RPCError(.invalidArgument, "stream id \(stream) is even"))
    }
  }

  @inline(never)
  mutating func refuse(_ stream: UInt32, _ fault: RequestEnvelope.Fault) -> ServerEvent {
    switch fault {
    case .malformed(let error):
      refuse(
        stream, .malformedEnvelope,
        RPCError(.invalidArgument, "the request does not decode: \(error)"))
    case .nameTooLong:
      refuse(
        stream, .nameTooLong,
        RPCError(
          .resourceExhausted, "service and method have at most \(limits.nameLength) bytes each"))
    case .metadataTooLarge:
      refuse(
        stream, .metadataTooLarge,
        RPCError(
          .resourceExhausted,
          "metadata has at most \(limits.metadataPairs) pairs and \(limits.metadataLength) bytes"))
    }
  }

  @inline(never)
  mutating func refuseUnknown(
    _ stream: UInt32, _ envelope: RequestEnvelope
  ) -> ServerEvent {
    guard envelope.isText else { return refuse(stream, .malformed(.invalidText)) }
    let service = String(decoding: envelope.service, as: UTF8.self)
    let method = String(decoding: envelope.method, as: UTF8.self)
    let what = methods.has(service: envelope.service) ? "method \(method) of " : ""
    return refuse(
      stream, .unknownMethod, RPCError(.unimplemented, "\(what)service \(service)"))
  }

  /// A call that would have been good at another time.
  @inline(never)
  mutating func refuseForNow(_ call: IncomingCall, timeout: Int64) -> ServerEvent {
    let stream = call.stream
    if isDraining {
      return refuse(stream, .draining, RPCError(.unavailable, "the server is shutting down"))
    }
    if timeout < 0 {
      return refuse(
        stream, .deadlineExceeded,
        RPCError(.deadlineExceeded, "the deadline had passed on receipt"))
    }
    if calls.count >= limits.callsInFlight {
      return refuse(
        stream, .tooManyCalls,
        RPCError(.resourceExhausted, "\(limits.callsInFlight) calls are in flight already"))
    }
    if encoder.count > limits.outputBacklog {
      return refuse(
        stream, .outputBacklog,
        RPCError(.resourceExhausted, "\(encoder.count) bytes of replies wait to be read"))
    }
    return refuseForRoom(
      stream, lacksRoom(for: call.payload.count) ?? .inputPerConnection)
  }

  /// A message that would have to be held, and must not be.
  mutating func refuseForRoom(_ stream: UInt32, _ refusal: Refusal) -> ServerEvent {
    let whose =
      refusal == .inputPerProcess
      ? "the server holds as many bytes of this user's messages as it may"
      : "this connection's messages in flight reach \(limits.inputPerConnection) bytes"
    return refuse(stream, refusal, RPCError(.resourceExhausted, whose))
  }
}
