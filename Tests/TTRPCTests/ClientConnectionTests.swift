import TTRPC
import Testing

@Suite("The client's connection")
struct ClientConnectionTests {
  /// What a frame told, in a form that tests compare.
  enum Told: Equatable {
    case reply(UInt32, [UInt8])
    case message(UInt32, [UInt8], isLast: Bool)
    case ended(UInt32)
    case failed(UInt32, ClientError)
    case ignored
    case violation
  }

  /// A client connection in memory.
  private final class Conversation {
    var connection: ClientConnection

    init(lastStreamID: UInt32 = .max) { connection = ClientConnection(lastStreamID: lastStreamID) }

    func open(_ name: String, _ kind: MethodKind = .unary, _ payload: [UInt8] = []) -> UInt32? {
      connection.open(Accounts.method(name, kind), payload)
    }

    var isWornOut: Bool { connection.isWornOut }
    var callsInFlight: Int { connection.callsInFlight }
    func send(_ stream: UInt32, _ message: [UInt8]) -> Bool { connection.send(stream, message) }

    func output() -> [UInt8] {
      let bytes = [UInt8](connection.output)
      connection.wrote(bytes.count)
      return bytes
    }

    func receive(_ bytes: [UInt8]) -> [Told] {
      var told: [Told] = []
      bytes.withUnsafeBytes { bytes in
        var input = bytes
        do throws(ProtocolViolation) {
          while let event = try connection.next(&input) { told.append(copy(event)) }
        } catch { told.append(.violation) }
      }
      return told
    }

    private func copy(_ event: ClientEvent) -> Told {
      switch event {
      case .reply(let stream, let bytes): .reply(stream, [UInt8](bytes))
      case .message(let stream, let bytes, let isLast):
        .message(stream, [UInt8](bytes), isLast: isLast)
      case .ended(let stream): .ended(stream)
      case .failed(let stream, let error): .failed(stream, error)
      case .ignored: .ignored
      }
    }
  }

  /// What a vector's outcome should be, from what the connection told.
  private func outcome(_ told: [Told], isClosed: Bool) -> String {
    for one in told {
      switch one {
      case .reply(_, let bytes): return ("reply " + text(bytes)).trimmed
      case .failed(_, .rpc(let error)):
        return "error \(error.code.rawValue) \(error.message)".trimmed
      case .failed(_, .protocolViolation): return "malformed"
      case .failed(_, .tooLarge): return "too-large"
      case .violation: return "broken"
      case .message, .ended, .failed, .ignored: continue
      }
    }
    return isClosed ? "unavailable" : "nothing"
  }

  private func text(_ bytes: [UInt8]) -> String {
    if bytes.count > 32, Set(bytes).count == 1 { return "00*\(bytes.count)" }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }

  @Test(arguments: Vector.client)
  func `an answer comes to what its vector says, whole and in pieces`(_ vector: Vector) {
    for size in [vector.output.count + 1, 1, 7] where size > 1 || vector.output.count < 4_096 {
      let conversation = Conversation()
      #expect(conversation.open("Get", .unary, [0x0a, 0x02, 0x75, 0x31]) == 1)
      #expect(conversation.output() == vector.input)
      var told: [Told] = []
      var rest = vector.output[...]
      while !rest.isEmpty {
        told += conversation.receive(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(outcome(told, isClosed: vector.isClosed) == vector.outcome)
    }
  }

  @Test func `requests look like a Go client's`() {
    let conversation = Conversation()
    #expect(conversation.open("Get", .unary, [1]) == 1)
    #expect(conversation.open("List", .serverStreaming, [1]) == 3)
    #expect(conversation.open("Sum", .clientStreaming) == 5)
    #expect(conversation.open("Chat", .bidirectional) == 7)
    #expect(
      conversation.output()
        == request(1, "Get", [1]) + request(3, "List", [1], flags: 1) + request(5, "Sum", flags: 2)
        + request(7, "Chat", flags: 2))
  }

  @Test func `messages and the half-close look as the protocol says`() {
    let conversation = Conversation()
    #expect(conversation.open("Chat", .bidirectional) == 1)
    _ = conversation.output()
    #expect(conversation.send(1, [1, 2]))
    #expect(conversation.send(1, []))
    conversation.connection.halfClose(1)
    #expect(conversation.output() == data(1, [1, 2]) + data(1) + halfClose(1))
  }

  @Test func `a stream's messages come until its end`() {
    let conversation = Conversation()
    #expect(conversation.open("List", .serverStreaming) == 1)
    #expect(
      conversation.receive(data(1, [1]) + data(1) + data(1, flags: 4) + halfClose(1) + data(1, [2]))
        == [
          .message(1, [1], isLast: false), .message(1, [], isLast: false), .ignored, .ended(1),
          .ignored,
        ])
  }

  @Test func `a stream may end with a last message, as other servers do`() {
    let conversation = Conversation()
    for stream: UInt32 in [1, 3, 5] {
      #expect(conversation.open("Chat", .bidirectional) == stream)
    }
    #expect(conversation.receive(data(1, [1], flags: 1)) == [.message(1, [1], isLast: true)])
    #expect(conversation.receive(reply(3, [])) == [.ended(3)])
    #expect(conversation.receive(reply(5, [2])) == [.message(5, [2], isLast: true)])
    #expect(conversation.callsInFlight == 0)
  }

  @Test func `a stream may end with an error after messages`() {
    let conversation = Conversation()
    #expect(conversation.open("Break", .bidirectional) == 1)
    #expect(
      conversation.receive(data(1, [1]) + failure(1, .aborted, "enough"))
        == [.message(1, [1], isLast: false), .failed(1, .rpc(Accounts.enough))])
  }

  @Test func `answers come in any order`() {
    let conversation = Conversation()
    for stream: UInt32 in [1, 3, 5] { #expect(conversation.open("Get") == stream) }
    #expect(
      conversation.receive(reply(5, [5]) + reply(1, [1]) + reply(3, [3]))
        == [.reply(5, [5]), .reply(1, [1]), .reply(3, [3])])
  }

  @Test func `a call that was forgotten hears nothing more`() {
    let conversation = Conversation()
    #expect(conversation.open("Get") == 1)
    conversation.connection.forget(1)
    #expect(conversation.receive(reply(1, [1])) == [.ignored])
  }

  @Test func `a request over the frame limit is not sent and takes no id`() {
    let conversation = Conversation()
    let large = [UInt8](repeating: 0, count: 4 << 20)
    #expect(conversation.open("Get", .unary, large) == nil)
    #expect(conversation.output() == [])
    #expect(conversation.open("Chat", .bidirectional) == 1)
    #expect(conversation.send(1, large))
    #expect(!conversation.send(1, large + [0]))
  }

  @Test func `ids go up by two and wear out`() {
    let conversation = Conversation(lastStreamID: 5)
    #expect([conversation.open("Get"), conversation.open("Get")] == [1, 3])
    #expect(!conversation.isWornOut)
    #expect(conversation.open("Get") == 5)
    #expect(conversation.isWornOut)
    #expect(conversation.receive(reply(3, [3])) == [.reply(3, [3])])
  }
}

extension String {
  fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
