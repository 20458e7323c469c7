import TTRPC
import Testing

@Suite("The server's connection: answers, deadlines, bytes held")
struct ServerConnectionCallsTests {
  // MARK: Answers

  @Test func `an answer goes out once`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Hold"))
    #expect(conversation.reply(1, [9]) == .ok)
    #expect(conversation.reply(1, [9]) == nil)
    #expect(conversation.fail(1) == nil)
    #expect(conversation.finish(1) == nil)
    #expect(conversation.output() == reply(1, [9]))
  }

  @Test func `a reply over the limit fails its call only`() {
    var limits = Limits()
    limits.frameLength = 64
    let conversation = Conversation(limits: limits)
    conversation.receive(request(1, "Hold"))
    #expect(conversation.reply(1, Array(repeating: 0, count: 63)) == .resourceExhausted)
    #expect(
      conversation.output()
        == failure(1, .resourceExhausted, "the reply of 63 bytes exceeds the maximum of 64"))
    #expect(conversation.received(request(3, "Get")) == .call(stream: 3, "Get"))
  }

  @Test func `a message over the limit ends its stream`() {
    var limits = Limits()
    limits.frameLength = 64
    let conversation = Conversation(limits: limits)
    conversation.receive(request(1, "Tail", flags: 1))
    _ = conversation.output()
    #expect(conversation.send(1, Array(repeating: 0, count: 65)) == .resourceExhausted)
    #expect(!conversation.isActive(1))
    #expect(conversation.send(1, [1]) == nil)
  }

  @Test func `a stream that ends well ends with no message`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Tail", flags: 1))
    _ = conversation.output()
    #expect(conversation.finish(1) == .ok)
    #expect(conversation.output() == hex("00 00 00 00 00 00 00 01 03 05"))
  }

  // MARK: Deadlines

  @Test func `a deadline is enforced without waiting for the handler`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Hold", timeout: 1_000_000))
    #expect(conversation.nextTimeout == conversation.now.advanced(byNanoseconds: 1_000_000))
    #expect(conversation.expire(after: 999_999) == nil)
    #expect(conversation.expire(after: 1_000_000) == 1)
    #expect(
      conversation.output()
        == failure(1, .deadlineExceeded, "the deadline passed before the answer"))
    #expect(conversation.reply(1) == nil)
  }

  @Test func `deadlines of streams are enforced in their order`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Tail", timeout: 300, flags: 1))
    conversation.receive(request(3, "Hold", timeout: 100))
    conversation.receive(request(5, "Deaf", timeout: 200, flags: 2))
    #expect(conversation.expire(after: 250) == 3)
    #expect(conversation.expire(after: 250) == 5)
    #expect(conversation.expire(after: 250) == nil)
    #expect(conversation.isActive(1))
  }

  @Test func `a call that is answered leaves no deadline`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Get", timeout: 100) + request(3, "Hold", timeout: 100))
    #expect(conversation.nextTimeout != .distantFuture)
    conversation.fail(3)
    #expect(conversation.nextTimeout == .distantFuture)
  }

  // MARK: Queues

  @Test func `what comes while a handler is busy is kept in order`() {
    let conversation = Conversation()
    conversation.answers = false
    conversation.receive(request(1, "Chat", flags: 2))
    conversation.setReceiving(1, false)
    #expect(conversation.receive(data(1, [1]) + data(1, [2], flags: 1)) == [.none, .none])
    #expect(conversation.dequeue(1) == nil)
    conversation.setReceiving(1, true)
    #expect(conversation.dequeue(1) == .message([1]))
    #expect(conversation.dequeue(1) == .message([2]))
    #expect(conversation.dequeue(1) == .halfClosed)
    #expect(conversation.dequeue(1) == nil)
  }

  @Test func `a message does not overtake those that wait`() {
    let conversation = Conversation()
    conversation.answers = false
    conversation.receive(request(1, "Chat", flags: 2))
    conversation.setReceiving(1, false)
    conversation.receive(data(1, [1]))
    conversation.setReceiving(1, true)
    #expect(conversation.received(data(1, [2])) == Event.none)
    #expect(conversation.received(halfClose(1)) == Event.none)
    #expect(conversation.dequeue(1) == .message([1]))
    #expect(conversation.dequeue(1) == .message([2]))
    #expect(conversation.dequeue(1) == .halfClosed)
  }

  // MARK: Bytes held

  @Test func `input is counted while it is held and not after`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Hold", Array(repeating: 0, count: 1_000)))
    #expect(conversation.budget.heldCount == 1_000)
    let torn = request(3, "Get", Array(repeating: 0, count: 500))
    conversation.receive(Array(torn[..<200]))
    #expect(conversation.budget.heldCount == 1_200)
    conversation.receive(Array(torn[200...]))
    #expect(conversation.budget.heldCount == 1_000)
    conversation.receive(request(5, "Deaf", flags: 2) + data(5, [1, 2, 3]))
    #expect(conversation.budget.heldCount == 1_003)
    conversation.fail(5)
    conversation.fail(1)
    #expect(conversation.budget.heldCount == 0)
  }

  @Test func `a connection that goes gives back what it held`() {
    let budget = InputBudget(limit: 1_000)
    do {
      let conversation = Conversation(budget: budget)
      conversation.receive(request(1, "Hold", Array(repeating: 0, count: 100)))
      #expect(budget.heldCount == 100)
    }
    #expect(budget.heldCount == 0)
  }

  @Test func `a torn frame that finds no room is thrown away and answered`() {
    var limits = Limits()
    limits.inputPerConnection = 1_000
    let conversation = Conversation(limits: limits)
    conversation.receive(request(1, "Hold", Array(repeating: 0, count: 800)))
    let torn = request(3, "Get", Array(repeating: 0, count: 600))
    conversation.receive(Array(torn[..<100]))
    #expect(conversation.budget.heldCount == 900)
    conversation.receive(Array(torn[100..<400]))
    #expect(conversation.budget.heldCount == 800)
    #expect(
      conversation.received(Array(torn[400...])) == .refused(stream: 3, .inputPerConnection))
    #expect(conversation.received(request(5, "Get")) == .call(stream: 5, "Get"))
  }

  @Test func `a call that finds no room in the process is refused`() {
    let budget = InputBudget(limit: 1_000)
    let other = budget.share()
    other.add(900)
    let conversation = Conversation(budget: budget)
    #expect(
      conversation.received(request(1, "Hold", Array(repeating: 0, count: 60)))
        == .refused(stream: 1, .inputPerProcess))
    other.release(900)
    #expect(
      conversation.received(request(3, "Hold", Array(repeating: 0, count: 60)))
        == .call(stream: 3, "Hold"))
  }

  @Test func `a frame that announces much holds only what came`() {
    let conversation = Conversation()
    conversation.receive(frame(1, type: 1, [0x1a], length: 4 << 20))
    #expect(conversation.budget.heldCount == 11)
  }

  @Test func `a frame over the limit holds nothing while it streams in`() {
    let conversation = Conversation()
    conversation.receive(frame(1, type: 1, [1, 2, 3], length: 4 << 20 + 1))
    conversation.receive(Array(repeating: 0, count: 1 << 20))
    #expect(conversation.budget.heldCount == 0)
  }

  // MARK: Time

  @Test func `a torn frame must be whole in time`() {
    let conversation = Conversation()
    #expect(conversation.nextTimeout == .distantFuture)
    conversation.receive(Array(request(1, "Get")[..<5]))
    #expect(conversation.nextTimeout == conversation.now.advanced(by: .seconds(10)))
    conversation.now = conversation.now.advanced(by: .seconds(9))
    // Bytes that trickle in do not put it off.
    conversation.receive(Array(request(1, "Get")[5..<7]))
    #expect(conversation.disconnection(after: .milliseconds(999)) == nil)
    #expect(conversation.disconnection(after: .seconds(1)) == .partialFrameTimeout)
    conversation.receive(Array(request(1, "Get")[7...]))
    #expect(conversation.disconnection(after: .seconds(1)) == nil)
  }

  @Test func `the time of a torn frame starts anew with the next one`() {
    let conversation = Conversation()
    let bytes = request(1, "Hold") + request(3, "Hold")
    conversation.receive(Array(bytes[..<5]))
    conversation.now = conversation.now.advanced(by: .seconds(9))
    conversation.receive(Array(bytes[5..<(bytes.count - 1)]))
    #expect(conversation.disconnection(after: .seconds(9)) == nil)
    #expect(conversation.disconnection(after: .seconds(10)) == .partialFrameTimeout)
  }

  @Test func `a frame that is thrown away must end in time as well`() {
    let conversation = Conversation()
    conversation.receive(frame(1, type: 1, length: 5 << 20))
    #expect(conversation.disconnection(after: .seconds(10)) == .partialFrameTimeout)
  }

  @Test func `output must make progress`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Get") + request(3, "Get"))
    conversation.wrote(0)
    #expect(conversation.disconnection(after: .seconds(5)) == .writeStall)
    conversation.now = conversation.now.advanced(by: .seconds(4))
    conversation.wrote(1)
    #expect(conversation.disconnection(after: .seconds(4)) == nil)
    #expect(conversation.disconnection(after: .seconds(5)) == .writeStall)
    _ = conversation.output()
    #expect(conversation.nextTimeout == .distantFuture)
  }

  @Test func `sixteen megabytes of output are too many`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Tail", flags: 1))
    for _ in 0..<16 {
      #expect(conversation.disconnection() == nil)
      #expect(conversation.send(1, Array(repeating: 0, count: 1 << 20)) == nil)
    }
    #expect(conversation.disconnection() == .outputOverflow)
  }
}
