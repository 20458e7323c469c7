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

  @Test func `a client that does not read costs one attempt a turn`() throws {
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
