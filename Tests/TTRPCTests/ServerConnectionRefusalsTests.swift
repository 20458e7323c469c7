import TTRPC
import Testing

@Suite("What a server's connection answers by itself")
struct ServerConnectionRefusalsTests {
  @Test func `each refusal names its reason`() {
    let conversation = Conversation()
    #expect(conversation.received(request(2, "Get")) == .refused(stream: 2, .evenStreamID))
    #expect(conversation.received(request(1, "Got")) == .refused(stream: 1, .unknownMethod))
    #expect(conversation.received(request(1, "Get")) == .refused(stream: 1, .reusedStreamID))
    #expect(conversation.received(data(9, [1])) == .refused(stream: 9, .inactiveStream))
    #expect(
      conversation.received(frame(3, type: 1, [0x0a])) == .refused(stream: 3, .malformedEnvelope))
    #expect(
      conversation.received(request(5, "Get", timeout: -1))
        == .refused(stream: 5, .deadlineExceeded))
    #expect(conversation.received(frame(7, type: 2)) == .refused(stream: 7, .ignoredFrame))
    #expect(conversation.received(frame(7, type: 77)) == .refused(stream: 7, .ignoredFrame))
  }

  @Test func `what is ignored is not answered`() {
    let conversation = Conversation()
    conversation.receive(frame(7, type: 2) + frame(9, type: 0) + frame(11, type: 200, [1, 2]))
    #expect(conversation.output() == [])
  }

  @Test func `data on a unary call in flight ends it`() {
    let conversation = Conversation()
    #expect(conversation.received(request(1, "Hold")) == .call(stream: 1, "Hold"))
    #expect(conversation.received(data(1)) == .broken(stream: 1, .dataOnUnaryCall))
    #expect(!conversation.isActive(1))
    #expect(conversation.reply(1) == nil)
  }

  @Test func `data after the half-close ends the stream`() {
    let conversation = Conversation()
    conversation.answers = false
    conversation.receive(request(1, "Chat", flags: 2) + halfClose(1))
    #expect(conversation.received(data(1)) == .broken(stream: 1, .dataAfterHalfClose))
  }

  @Test func `an id that is used again ends the call that has it`() {
    let conversation = Conversation()
    conversation.receive(request(1, "Hold"))
    #expect(conversation.received(request(1, "Get")) == .broken(stream: 1, .reusedStreamID))
    #expect(conversation.callsInFlight == 0)
  }

  @Test func `a frame over the limit on a stream in flight ends it`() {
    var limits = Limits()
    limits.frameLength = 100
    let conversation = Conversation(limits: limits)
    conversation.answers = false
    conversation.receive(request(1, "Chat", flags: 2))
    #expect(
      conversation.received(data(1, Array(repeating: 0, count: 101)))
        == .broken(stream: 1, .oversizedFrame))
  }

  @Test func `an unknown method whose name is not text is malformed`() {
    let conversation = Conversation()
    #expect(
      conversation.received(frame(1, type: 1, [0x12, 0x01, 0xff]))
        == .refused(stream: 1, .malformedEnvelope))
  }

  @Test func `every refusal is a reason of its own`() {
    var counters = RefusalCounters()
    for refusal in Refusal.allCases { counters.count(refusal) }
    #expect(Refusal.allCases.allSatisfy { counters[$0] == 1 })
    #expect(counters.total == UInt64(Refusal.allCases.count))
    #expect(Set(Refusal.allCases.map(\.name)).count == Refusal.allCases.count)
  }
}
