import TTRPC

/// What a connection made of one frame, in a form that tests compare.
enum Event: Equatable {
  case call(stream: UInt32, String)
  case open(stream: UInt32, String)
  case message(stream: UInt32, [UInt8], isLast: Bool)
  case halfClosed(stream: UInt32)
  case refused(stream: UInt32, Refusal)
  case broken(stream: UInt32, Refusal)
  case none
  case violation
}

/// A server connection in memory, with the accounts service played by hand.
final class Conversation {
  private var connection: ServerConnection
  /// Held and charged to; kept so that tests can look at it.
  let budget: InputBudget
  var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  var isClosed = false
  /// Whether unary calls are answered, and streams played.
  var answers = true
  private let router: Router
  private var counts: [UInt32: Int] = [:]
  private var methods: [UInt32: String] = [:]

  init(limits: Limits = Limits(), budget: InputBudget? = nil) {
    router = Accounts.router()
    let budget = budget ?? InputBudget(limit: limits.inputPerProcess)
    self.budget = budget
    connection = ServerConnection(router: router, limits: limits, share: budget.share())
  }

  /// Takes what is to be sent.
  func output() -> [UInt8] {
    let bytes = [UInt8](connection.output)
    connection.wrote(bytes.count, at: now)
    return bytes
  }

  /// Feeds bytes; everything that came of them.
  @discardableResult
  func receive(_ bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    // A copy of its own, so that reading outside of a piece is found by sanitizers.
    bytes.withUnsafeBytes { piece in
      var input = piece
      do throws(ProtocolViolation) {
        while !isClosed, let event = try connection.next(&input, at: now) {
          events.append(play(event))
        }
      } catch {
        isClosed = true
        events.append(.violation)
      }
    }
    return events
  }

  /// Feeds one frame; what came of it.
  func received(_ frame: [UInt8]) -> Event? { receive(frame).last }

  private func play(_ event: ServerEvent) -> Event {
    switch event {
    case .call(let call):
      let name = router.methods[call.method].name
      if answers { answer(call, name) }
      return .call(stream: call.stream, name)
    case .open(let call):
      let name = router.methods[call.method].name
      methods[call.stream] = name
      counts[call.stream] = 0
      if name == "Deaf" { connection.setReceiving(call.stream, false) }
      return .open(stream: call.stream, name)
    case .message(let stream, let bytes, let isLast):
      let message = [UInt8](bytes)
      if answers { play(stream, message, isLast) }
      return .message(stream: stream, message, isLast: isLast)
    case .halfClosed(let stream):
      if answers { end(stream) }
      return .halfClosed(stream: stream)
    case .refused(let stream, let refusal): return .refused(stream: stream, refusal)
    case .broken(let stream, let refusal): return .broken(stream: stream, refusal)
    case .none: return .none
    }
  }

  private func answer(_ call: IncomingCall, _ name: String) {
    switch name {
    case "Get": reply(call, [0x08, 0x01])
    case "Empty": reply(call, [])
    case "Fail": connection.answer(call.stream, Accounts.noSuchAccount)
    case "Meta": reply(call, Accounts.values(call.metadata.values(for: "k")))
    case "Huge": reply(call, Array(repeating: 0, count: Accounts.hugeCount))
    default: connection.hold(call, receivedAt: now)
    }
  }

  private func reply(_ call: IncomingCall, _ bytes: [UInt8]) {
    _ = connection.answer(call.stream, byteCount: bytes.count) { $0.copyBytes(from: bytes) }
  }

  private func play(_ stream: UInt32, _ message: [UInt8], _ isLast: Bool) {
    let send = methods[stream] != "Sum"
    counts[stream, default: 0] += 1
    for _ in 0..<(methods[stream] == "List" ? 2 : send ? 1 : 0) {
      _ = connection.send(stream, byteCount: message.count) { $0.copyBytes(from: message) }
    }
    if methods[stream] == "Break" { _ = connection.fail(stream, Accounts.enough) }
    if methods[stream] == "List" { _ = connection.finish(stream) }
    if isLast { end(stream) }
  }

  private func end(_ stream: UInt32) {
    switch methods[stream] {
    case "Chat": _ = connection.finish(stream)
    case "Sum":
      let reply = Accounts.sum(counts[stream] ?? 0)
      _ = connection.reply(stream, byteCount: reply.count) { $0.copyBytes(from: reply) }
    default: break
    }
  }
}

// MARK: - What the server's side does

extension Conversation {
  var callsInFlight: Int { connection.callsInFlight }
  var nextTimeout: MonotonicInstant { connection.nextTimeout }
  var outputCount: Int { connection.outputCount }

  func isActive(_ stream: UInt32) -> Bool { connection.isActive(stream) }

  func drain() { connection.isDraining = true }

  /// The code the call ended with; nil when there was no such call.
  func reply(_ stream: UInt32, _ bytes: [UInt8] = []) -> RPCCode? {
    connection.reply(stream, byteCount: bytes.count) { $0.copyBytes(from: bytes) }?.code
  }

  func send(_ stream: UInt32, _ bytes: [UInt8]) -> RPCCode? {
    connection.send(stream, byteCount: bytes.count) { $0.copyBytes(from: bytes) }?.code
  }

  @discardableResult
  func fail(_ stream: UInt32) -> RPCCode? { connection.fail(stream, Accounts.enough)?.code }

  func finish(_ stream: UInt32) -> RPCCode? { connection.finish(stream)?.code }

  func setReceiving(_ stream: UInt32, _ isReceiving: Bool) {
    connection.setReceiving(stream, isReceiving)
  }

  func dequeue(_ stream: UInt32) -> QueuedInput? { connection.dequeue(stream) }

  func wrote(_ count: Int) { connection.wrote(count, at: now) }

  /// The stream whose deadline had passed by then.
  func expire(after nanoseconds: Int64) -> UInt32? {
    connection.expire(at: now.advanced(byNanoseconds: nanoseconds))?.stream
  }

  func disconnection(after delay: Duration = .zero) -> Refusal? {
    connection.disconnection(at: now.advanced(by: delay))
  }
}

// MARK: - Frames

/// The bytes of a frame.
func frame(
  _ stream: UInt32, type: UInt8, flags: UInt8 = 0, _ payload: [UInt8] = [], length: Int? = nil
) -> [UInt8] {
  let length = UInt32(length ?? payload.count)
  var bytes: [UInt8] = []
  for word in [length, stream] {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return bytes + [type, flags] + payload
}

func request(
  _ stream: UInt32, _ method: String, _ payload: [UInt8] = [], timeout: Int64 = 0,
  flags: UInt8 = 0, metadata: [(key: String, value: String)] = []
) -> [UInt8] {
  frame(
    stream, type: 1, flags: flags,
    RequestEnvelope.encode(
      Accounts.method(method), payload, timeout: timeout, metadata: metadata))
}

func data(_ stream: UInt32, _ payload: [UInt8] = [], flags: UInt8 = 0) -> [UInt8] {
  frame(stream, type: 3, flags: flags, payload)
}

func halfClose(_ stream: UInt32) -> [UInt8] { data(stream, flags: 0x05) }

func reply(_ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
  var writer = WireWriter()
  writer.data(2, payload)
  return frame(stream, type: 2, payload.isEmpty ? [0x0a, 0x00] : writer.bytes)
}

func failure(_ stream: UInt32, _ code: RPCCode, _ message: String) -> [UInt8] {
  frame(stream, type: 2, ResponseEnvelope.encode(RPCError(code, message)))
}

let getReply: [UInt8] = [0x08, 0x01]
