import TTRPC
import Testing

@Suite("The server's connection: bytes in")
struct ServerConnectionTests {
  @Test(arguments: Vector.server)
  func `a conversation goes as its vector says`(_ vector: Vector) {
    let conversation = Conversation()
    for line in vector.lines {
      switch line {
      case .client(let bytes): conversation.receive(bytes)
      case .server, .closed, .outcome: break
      }
    }
    #expect(conversation.output() == vector.output)
    #expect(conversation.isClosed == vector.isClosed)
  }

  @Test(arguments: Vector.server)
  func `every split of a conversation gives the same answers`(_ vector: Vector) {
    let input = vector.input
    let places = vector.isSmall ? Array(1..<input.count) : [1, 5, 10, 11, 65_536, 4_194_313]
    for place in places where place < input.count {
      let conversation = Conversation()
      conversation.receive(Array(input[..<place]))
      conversation.receive(Array(input[place...]))
      let output = conversation.output()
      guard output == vector.output, conversation.isClosed == vector.isClosed else {
        Issue.record("differs when split after \(place) bytes")
        return
      }
    }
  }

  @Test(arguments: Vector.server)
  func `a conversation byte by byte gives the same answers`(_ vector: Vector) {
    let conversation = Conversation()
    var rest = vector.input[...]
    // Bytes of long runs go in larger pieces: four million steps prove no more than some.
    let size = vector.isSmall ? 1 : 4_093
    while !rest.isEmpty {
      conversation.receive(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
    #expect(conversation.output() == vector.output)
    #expect(conversation.isClosed == vector.isClosed)
  }

  @Test func `the vectors are there`() {
    #expect(Vector.server.count > 60)
    #expect(Vector.client.count > 20)
  }

  @Test func `a header in four pieces is a header`() {
    let conversation = Conversation()
    let bytes = request(1, "Get")
    #expect(conversation.receive(Array(bytes[0..<4])) == [])
    #expect(conversation.receive(Array(bytes[4..<8])) == [])
    #expect(conversation.receive(Array(bytes[8..<9])) == [])
    #expect(conversation.receive(Array(bytes[9..<10])) == [])
    #expect(conversation.received(Array(bytes[10...])) == .call(stream: 1, "Get"))
  }

  @Test func `the table says what a request opens, not its flags`() {
    for flags: UInt8 in [0x00, 0x01, 0x02, 0x06, 0xf8] {
      let conversation = Conversation()
      #expect(conversation.received(request(1, "Get", flags: flags)) == .call(stream: 1, "Get"))
      #expect(
        conversation.receive(request(3, "Chat", flags: flags)).first == .open(stream: 3, "Chat"))
      #expect(
        conversation.receive(request(5, "Tail", flags: flags)).first == .open(stream: 5, "Tail"))
    }
  }

  @Test func `a server-streaming call takes its one message and is half-closed`() {
    let conversation = Conversation()
    conversation.answers = false
    #expect(
      conversation.receive(request(1, "Tail", [7]))
        == [.open(stream: 1, "Tail"), .message(stream: 1, [7], isLast: true)])
    #expect(
      conversation.receive(request(3, "Tail"))
        == [.open(stream: 3, "Tail"), .message(stream: 3, [], isLast: true)])
  }

  @Test func `a stream is in flight before its handler starts`() {
    let conversation = Conversation()
    conversation.answers = false
    #expect(conversation.receive(request(1, "Chat", flags: 0x02)) == [.open(stream: 1, "Chat")])
    #expect(conversation.callsInFlight == 1)
    #expect(conversation.received(data(1, [1])) == .message(stream: 1, [1], isLast: false))
    #expect(
      conversation.received(data(1, [2], flags: 0x01)) == .message(stream: 1, [2], isLast: true))
  }

  @Test func `a request for the same method as before is found without being looked up`() {
    let conversation = Conversation()
    for stream: UInt32 in stride(from: 1, to: 41, by: 2) {
      #expect(conversation.received(request(stream, "Get", [1])) == .call(stream: stream, "Get"))
    }
    #expect(conversation.received(request(41, "Empty")) == .call(stream: 41, "Empty"))
    #expect(conversation.received(request(43, "Get")) == .call(stream: 43, "Get"))
  }

  @Test func `metadata behind a repeated method is still checked`() {
    let conversation = Conversation()
    #expect(conversation.received(request(1, "Get")) == .call(stream: 1, "Get"))
    let pairs = Array(repeating: (key: "k", value: "v"), count: 65)
    #expect(
      conversation.received(request(3, "Get", metadata: pairs))
        == .refused(stream: 3, .metadataTooLarge))
  }

  @Test func `a draining connection refuses new requests and lets calls in flight finish`() {
    let conversation = Conversation()
    #expect(conversation.received(request(1, "Hold")) == .call(stream: 1, "Hold"))
    conversation.drain()
    #expect(conversation.received(request(3, "Get")) == .refused(stream: 3, .draining))
    #expect(conversation.output() == failure(3, .unavailable, "the server is shutting down"))
    #expect(conversation.reply(1) == .ok)
    #expect(conversation.output() == reply(1, []))
  }

  @Test func `calls in flight have a bound`() {
    let conversation = Conversation()
    for stream in 0..<1_024 as Range<UInt32> {
      #expect(
        conversation.received(request(2 * stream + 1, "Hold"))
          == .call(stream: 2 * stream + 1, "Hold"))
    }
    #expect(conversation.received(request(2_049, "Get")) == .refused(stream: 2_049, .tooManyCalls))
    #expect(
      conversation.output()
        == failure(2_049, .resourceExhausted, "1024 calls are in flight already"))
    conversation.fail(1)
    #expect(conversation.received(request(2_051, "Get")) == .call(stream: 2_051, "Get"))
  }

  @Test func `above four megabytes of output new calls are refused until some is read`() {
    let conversation = Conversation()
    #expect(
      conversation.received(request(1, "Tail", flags: 1)) == .message(stream: 1, [], isLast: true))
    for _ in 0..<5 {
      #expect(conversation.send(1, Array(repeating: 0, count: 1 << 20)) == nil)
    }
    #expect(conversation.received(request(3, "Get")) == .refused(stream: 3, .outputBacklog))
    conversation.wrote(2 << 20)
    #expect(conversation.received(request(5, "Get")) == .call(stream: 5, "Get"))
  }
}
