import Glibc
import TTRPC
import Testing

@Suite("The server: dispatch and authorization")
struct RPCServerCallsTests {
  private let denied = RPCError(.permissionDenied, "not you")

  @Test func `a method that the peer may not call is refused, unary or stream`() throws {
    let local = try LocalServer(authorize: { peer, method in
      #expect(peer.uid == geteuid())
      return method.name == "Empty" ? nil : self.denied
    })
    let peer = try local.connect()
    #expect(peer.ask(request(1, "Get")) == failure(1, .permissionDenied, "not you"))
    #expect(peer.ask(request(3, "Chat", flags: 2)) == failure(3, .permissionDenied, "not you"))
    #expect(peer.ask(request(5, "Empty")) == reply(5, []))
    #expect(local.server.counters[.notAuthorized] == 2)
    #expect(local.server.callsInFlight == 0)
  }

  @Test func `the authorizer is asked once per connection and method, until the policy changes`()
    throws
  {
    var asked: [String] = []
    var verdict: RPCError?
    let local = try LocalServer(authorize: { _, method in
      asked.append(method.name)
      return verdict
    })
    let peer = try local.connect()
    peer.send(request(1, "Get") + request(3, "Get") + request(5, "Empty") + request(7, "Get"))
    #expect(asked == ["Get", "Empty"])
    verdict = denied
    local.server.policyChanged()
    _ = peer.receive()
    #expect(peer.ask(request(9, "Get")) == failure(9, .permissionDenied, "not you"))
    verdict = nil
    local.server.policyChanged()
    #expect(peer.ask(request(11, "Get")) == reply(11, getReply))
  }

  @Test func `when the policy changes, streams end that are no longer allowed, and only those`()
    throws
  {
    var isWithdrawn = false
    let local = try LocalServer(authorize: { _, method in
      isWithdrawn && method.name != "Chat" ? self.denied : nil
    })
    let peer = try local.connect()
    peer.send(
      request(1, "Deaf", flags: 2) + request(3, "Chat", flags: 2) + request(5, "Hold", [1]))
    local.server.policyChanged()
    #expect(peer.receive().isEmpty)
    isWithdrawn = true
    local.server.policyChanged()
    #expect(peer.receive() == failure(1, .permissionDenied, "not you"))
    #expect(peer.ask(data(3, [7])) == data(3, [7]))
    #expect(local.server.counters[.notAuthorized] == 1)
    // It was allowed when it came.
    local.server.reply(to: local.held[0], byteCount: 1) { $0[0] = 9 }
    #expect(peer.receive() == reply(5, [9]))
  }

  @Test func `a client has the first of many answers while the others are made`() throws {
    var arrived: [Int32] = []
    var descriptor: Int32 = -1
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Count", .unary)) { _, _, reply in
        var count: Int32 = 0
        _ = ioctl(descriptor, UInt(FIONREAD), &count)
        arrived.append(count)
        reply.send(Array(repeating: 7, count: 100))
      }
    })
    let (ours, theirs) = try UnixSocket.pair()
    try local.server.adopt(theirs)
    descriptor = ours.descriptor
    let peer = RawPeer(ours, local)
    let count = 400
    peer.sendWithoutTurn((0..<count).flatMap { request(UInt32(2 * $0 + 1), "Count") })
    local.turn(1)
    #expect(arrived.count == count)
    let frame = reply(1, Array(repeating: 7, count: 100)).count
    // Never more than some 4 KiB behind.
    for (place, bytes) in arrived.enumerated() {
      #expect(place * frame - Int(bytes) <= 4096 + frame)
    }
    let all = (0..<count).flatMap { reply(UInt32(2 * $0 + 1), Array(repeating: 7, count: 100)) }
    #expect(peer.receive() == all)
  }

  /// A method that is prepared; both are logged with what they were given.
  private func preparing(
    _ log: @escaping (String) -> Void, limits: Limits = Limits()
  ) throws -> LocalServer {
    try LocalServer(
      limits: limits,
      routes: { router in
        let prepare: UnaryPreparation = { log("prepare \(Array($0)) \($1)") }
        router.unary(Accounts.method("Ahead"), prepare: prepare) { context, payload, reply in
          log("answer \(Array(payload)) \(context.read)")
          if payload.first == 0xff { reply.later() } else { reply.send(Array(payload)) }
        }
      })
  }

  @Test func `each of many calls is prepared before the one before it is answered`() throws {
    var log: [String] = []
    let local = try preparing { log.append($0) }
    let peer = try local.connect()
    _ = peer.ask(request(1, "Ahead", [1]))
    #expect(log == ["answer [1] 1"])
    log = []
    let numbers: [UInt8] = [2, 3, 4, 5]
    peer.sendWithoutTurn(numbers.flatMap { request(2 * UInt32($0) - 1, "Ahead", [$0]) })
    let answers = numbers.flatMap { reply(2 * UInt32($0) - 1, [$0]) }
    #expect(peer.receive() == answers)
    #expect(
      log == [
        "prepare [2] 2", "prepare [3] 2", "answer [2] 2", "prepare [4] 2", "answer [3] 2",
        "prepare [5] 2", "answer [4] 2", "answer [5] 2",
      ])
  }

  @Test func `what is prepared and what is not are answered alike, however the bytes come`() throws
  {
    let calls: [[UInt8]] = [
      request(1, "Ahead", [1]), request(3, "Ahead", [2], timeout: 5_000_000_000),
      request(5, "Get"), request(7, "Ahead", [3]), request(9, "Ahead", [4]),
      request(9, "Ahead", [5]), request(10, "Ahead", [5]), request(11, "Ahead", [6]),
      request(13, "Ahead", [7], metadata: [("k", "v")]), request(15, "Ahead", [8], timeout: -1),
      request(17, "Ahead", [9]), request(19, "Missing"), request(21, "Ahead", [10]),
      request(23, "Chat", flags: 2), data(23, [11]), request(25, "Ahead", [12]),
      request(27, "Ahead", []), request(29, "Ahead", [13]), request(31, "Ahead", [14]),
    ]
    // One by one: nothing is behind any of them.
    let local = try preparing { _ in }
    let peer = try local.connect()
    let answers = calls.flatMap { peer.ask($0) }
    let bytes = calls.flatMap { $0 }
    for cut in stride(from: 0, through: bytes.count, by: 7) {
      let local = try preparing { _ in }
      let peer = try local.connect()
      peer.sendWithoutTurn(Array(bytes[..<cut]))
      local.turn(1)
      peer.sendWithoutTurn(Array(bytes[cut...]))
      #expect(peer.receive() == answers, "cut at \(cut)")
      #expect(local.server.counters.total == 4)
    }
  }

  @Test func `no more calls are let in for being prepared`() throws {
    var limits = Limits()
    limits.callsInFlight = 5
    let local = try preparing({ _ in }, limits: limits)
    let peer = try local.connect()
    peer.sendWithoutTurn((0..<12).flatMap { request(UInt32(2 * $0 + 1), "Ahead", [0xff]) })
    local.turn()
    #expect(local.server.callsInFlight == 5)
    #expect(local.server.counters[.tooManyCalls] == 7)
  }

  @Test func `the calls before what is no frame are answered`() throws {
    let local = try preparing { _ in }
    let peer = try local.connect()
    let numbers: [UInt8] = [0, 1, 2, 3]
    let requests = numbers.flatMap { request(2 * UInt32($0) + 1, "Ahead", [$0]) }
    peer.sendWithoutTurn(requests + Array(repeating: 0xff, count: 20))
    let answers = numbers.flatMap { reply(2 * UInt32($0) + 1, [$0]) }
    #expect(peer.receive() == answers)
    #expect(local.server.connectionCount == 0)
  }

  @Test func `a client that goes while it is answered is not answered further`() throws {
    var answered = 0
    let (ours, theirs) = try UnixSocket.pair()
    let descriptor = ours.descriptor
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Leave", .unary)) { _, _, reply in
        answered += 1
        if answered == 10 { shutdown(descriptor, Int32(SHUT_RDWR)) }
        reply.send(Array(repeating: 7, count: 1000))
      }
    })
    try local.server.adopt(theirs)
    let peer = RawPeer(ours, local)
    peer.sendWithoutTurn((0..<100).flatMap { request(UInt32(2 * $0 + 1), "Leave") })
    local.turn()
    #expect(answered < 20)
    #expect(local.server.connectionCount == 0)
  }

  @Test func `answers that a client does not take at once are kept, in order`() throws {
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Much", .unary)) { _, _, reply in
        reply.send(Array(repeating: 7, count: 10_000))
      }
    })
    let peer = try local.connect()
    let count = 200
    peer.sendWithoutTurn((0..<count).flatMap { request(UInt32(2 * $0 + 1), "Much") })
    local.turn()
    let answer = Array(repeating: 7 as UInt8, count: 10_000)
    #expect(peer.receive() == (0..<count).flatMap { reply(UInt32(2 * $0 + 1), answer) })
  }

  @Test func `a stream's maker may refuse the stream`() throws {
    let local = try LocalServer(routes: { router in
      router.stream(Accounts.method("Never", .bidirectional)) { _, _ throws(RPCError) in
        throw RPCError(.failedPrecondition, "never")
      }
    })
    let peer = try local.connect()
    #expect(
      peer.ask(request(1, "Never", [1], flags: 2)) == failure(1, .failedPrecondition, "never"))
    #expect(local.server.callsInFlight == 0)
  }

  @Test func `a stream's maker may answer and end at once`() throws {
    let local = try LocalServer(routes: { router in
      router.stream(Accounts.method("Hello", .serverStreaming)) { _, stream in
        stream.send([1])
        stream.finish()
        return Deaf()
      }
    })
    let peer = try local.connect()
    #expect(peer.ask(request(1, "Hello", flags: 1)) == data(1, [1]) + halfClose(1))
  }
}
