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
