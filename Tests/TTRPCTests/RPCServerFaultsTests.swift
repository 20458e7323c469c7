import TTRPC
import Testing

@Suite("The server: faults on purpose")
struct RPCServerFaultsTests {
  private let broken = RPCError(.unavailable, "on purpose")

  private func inject(_ fault: CallFault, into local: LocalServer) {
    local.server.inject(fault, for: Set(local.server.offeredMethods))
  }

  @Test func `a delayed call is handled when its time has come, with all that it brought`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1)), into: local)
    #expect(peer.ask(request(1, "Meta", metadata: [("k", "v")])) == [])
    #expect(local.server.callsInFlight == 1)
    local.advance(.milliseconds(999))
    #expect(peer.receive() == [])
    local.advance(.milliseconds(1))
    #expect(peer.receive() == reply(1, Accounts.values(["v"])))
    #expect(local.server.callsInFlight == 0 && local.server.inputHeld == 0)
  }

  @Test func `a delayed call may be answered later still`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1)), into: local)
    #expect(peer.ask(request(1, "Hold")) == [] && local.held.isEmpty)
    local.advance(.seconds(1))
    #expect(local.held.count == 1)
    local.server.reply(to: local.held[0], [7])
    #expect(peer.receive() == reply(1, [7]))
  }

  @Test func `a delayed call does not hold up the others`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    local.server.inject(
      CallFault(delay: .seconds(1), ending: .failed(broken)), for: [Accounts.method("Empty")])
    #expect(peer.ask(request(1, "Empty") + request(3, "Get")) == reply(3, getReply))
    local.advance(.seconds(1))
    #expect(peer.receive() == failure(1, .unavailable, "on purpose"))
  }

  @Test func `a deadline that passes meanwhile is the call's end`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1), ending: .disconnected), into: local)
    #expect(peer.ask(request(1, "Get", timeout: 5_000_000)) == [])
    local.advance(.milliseconds(5))
    #expect(
      peer.receive() == failure(1, .deadlineExceeded, "the deadline passed before the answer"))
    local.advance(.seconds(1))
    #expect(!peer.isClosed())
  }

  @Test func `a client that goes away meanwhile is not waited for`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1)), into: local)
    peer.send(request(1, "Hold"))
    peer.close()
    #expect(local.server.connectionCount == 0)
    local.advance(.seconds(1))
    #expect(local.held.isEmpty)
  }

  @Test func `a dropped connection takes all of its calls with it, and no other's`() throws {
    let local = try LocalServer()
    let (peer, other) = (try local.connect(), try local.connect())
    peer.send(request(1, "Hold"))
    local.server.inject(CallFault(ending: .disconnected, count: 1), for: [Accounts.method("Empty")])
    #expect(peer.ask(request(3, "Get") + request(5, "Empty")) == reply(3, getReply))
    #expect(peer.isAtEnd)
    #expect(local.server.connectionCount == 1 && local.server.callsInFlight == 0)
    #expect(other.ask(request(1, "Empty")) == reply(1, []))
  }

  @Test func `a call that its peer may not make is refused, not struck`() throws {
    let local = try LocalServer(authorize: { _, _ in RPCError(.permissionDenied, "not you") })
    inject(CallFault(ending: .failed(broken)), into: local)
    let peer = try local.connect()
    #expect(peer.ask(request(1, "Get")) == failure(1, .permissionDenied, "not you"))
    #expect(peer.ask(request(3, "Chat", flags: 2)) == failure(3, .permissionDenied, "not you"))
    #expect(local.server.callsStruck == 0)
  }

  @Test func `a struck call is observed as it ended`() throws {
    var seen: [RPCCode] = []
    let local = try LocalServer(observe: { _, _, code, count in
      for _ in 0..<count { seen.append(code) }
    })
    let peer = try local.connect()
    inject(CallFault(ending: .failed(broken), count: 1), into: local)
    inject(CallFault(delay: .seconds(1), count: 1), into: local)
    #expect(peer.ask(request(1, "Get") + request(3, "Get")).isEmpty == false)
    local.advance(.seconds(1))
    #expect(peer.receive() == reply(3, getReply))
    #expect(seen == [.unavailable, .ok])
  }

  @Test func `a stream is delayed with its messages, in order`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1), count: 2), into: local)
    peer.send(request(1, "Chat", [1], flags: 2) + data(1, [2]) + halfClose(1))
    peer.send(request(3, "List", [9], flags: 1))
    #expect(peer.receive() == [])
    local.advance(.seconds(1))
    let all = peer.receive()
    let chat = data(1, [1]) + data(1, [2]) + halfClose(1)
    let list = data(3, [9]) + data(3, [9]) + halfClose(3)
    #expect(all == chat + list || all == list + chat)
    #expect(local.server.inputHeld == 0)
  }

  @Test func `a stream fails before it begins`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(ending: .failed(broken), count: 1), into: local)
    #expect(peer.ask(request(1, "Chat", flags: 2)) == failure(1, .unavailable, "on purpose"))
    #expect(peer.ask(request(3, "Chat", [1], flags: 2)) == data(3, [1]))
  }

  @Test func `a stream whose client stopped sending meanwhile is told so`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1)), into: local)
    peer.send(request(1, "Chat", flags: 2))
    peer.shutDownSending()
    local.advance(.seconds(1))
    #expect(
      peer.receive()
        == failure(1, .cancelled, "the client stopped sending before it closed the stream"))
    #expect(peer.isAtEnd)
  }

  @Test func `a server that drains waits for what is delayed, and its streams are told`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    inject(CallFault(delay: .seconds(1)), into: local)
    peer.send(request(1, "Get") + request(3, "Tail", flags: 1))
    var isDrained = false
    local.server.drain(deadline: local.time.now.advanced(by: .seconds(5))) { isDrained = true }
    #expect(peer.ask(request(5, "Get")) == failure(5, .unavailable, "the server is shutting down"))
    local.advance(.seconds(1))
    let all = peer.receive()
    #expect(all.contains(reply(1, getReply)))
    #expect(all.contains(failure(3, .unavailable, "the server is shutting down")))
    #expect(isDrained)
  }
}
