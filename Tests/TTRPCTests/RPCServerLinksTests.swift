import Glibc
import TTRPC
import Testing

@Suite("The server: connections from accept to close")
struct RPCServerLinksTests {
  // MARK: The end of a connection

  @Test func `a client that stops sending gets every answer, then the end`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.send(request(1, "Hold") + request(3, "Get"))
    peer.shutDownSending()
    #expect(peer.receive() == reply(3, getReply))
    #expect(!peer.isAtEnd)
    local.server.reply(to: local.held[0], [8])
    #expect(peer.receive() == reply(1, [8]))
    #expect(peer.isClosed())
    #expect(local.server.connectionCount == 0)
  }

  @Test func `a client that stops sending ends its watches and its half-open streams`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    _ = peer.ask(request(1, "Tail", flags: 1) + request(3, "Sum", flags: 2))
    peer.shutDownSending()
    let answers = peer.receive()
    let expected = [
      failure(1, .cancelled, "the client stopped sending"),
      failure(3, .cancelled, "the client stopped sending before it closed the stream"),
    ]
    #expect(answers == expected[0] + expected[1] || answers == expected[1] + expected[0])
    #expect(peer.isClosed())
  }

  @Test func `a client that hangs up has its calls cancelled, after what it sent was handled`()
    throws
  {
    var payloads: [Int] = []
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Note")) { _, payload, reply in
        payloads.append(payload.count)
        reply.send([])
      }
    })
    let peer = try local.connect()
    peer.send(request(1, "Hold"))
    peer.sendWithoutTurn(request(3, "Note", [1]) + request(5, "Note", [1, 2]) + [0, 0])
    peer.close()
    #expect(local.server.connectionCount == 0)
    #expect(payloads == [1, 2])
  }

  // MARK: Slow readers

  @Test func `a reader that takes nothing for five seconds is disconnected`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    let other = try local.connect()
    flood(peer, megabytes: 2)
    local.advance(.milliseconds(4_999))
    #expect(local.server.connectionCount == 2)
    local.advance(.milliseconds(1))
    #expect(local.server.connectionCount == 1)
    #expect(local.server.counters[.writeStall] == 1)
    #expect(other.ask(request(1, "Get")) == reply(1, getReply))
  }

  @Test func `a reader that takes a little is given more time`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    flood(peer, megabytes: 2)
    for _ in 0..<4 {
      local.advance(.seconds(4))
      var piece = [UInt8](repeating: 0, count: 128 << 10)
      #expect(recv(peer.socket?.descriptor ?? -1, &piece, piece.count, Int32(MSG_DONTWAIT)) > 0)
      local.turn()
    }
    #expect(local.server.connectionCount == 1)
  }

  @Test func `the server goes on reading while its writes are blocked`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    flood(peer, megabytes: 2)
    for stream: UInt32 in stride(from: 1_001, to: 2_001, by: 2) {
      peer.send(request(stream, "Hold"))
    }
    #expect(local.held.count == 500)
  }

  @Test func `above the backlog new calls are refused until some is read`() throws {
    var limits = Limits()
    limits.outputBacklog = 1 << 20
    let local = try LocalServer(limits: limits)
    let peer = try local.connect()
    flood(peer, megabytes: 2)
    #expect(local.server.counters[.outputBacklog] > 0)
    #expect(local.server.connectionCount == 1)
    _ = peer.receive()
    #expect(peer.ask(request(1_001, "Get")) == reply(1_001, getReply))
  }

  @Test func `a connection whose output reaches its bound is closed`() throws {
    var limits = Limits()
    limits.outputPerConnection = 1 << 20
    let local = try LocalServer(limits: limits)
    let peer = try local.connect()
    flood(peer, megabytes: 2)
    #expect(local.server.counters[.outputOverflow] == 1)
    #expect(local.server.connectionCount == 0)
  }

  /// Asks for replies and reads none.
  private func flood(_ peer: RawPeer, megabytes: Int, from stream: UInt32 = 1) {
    let payload = [UInt8](repeating: 0, count: 250_000)
    for number in 0..<UInt32(megabytes * 2) {
      peer.send(request(stream + 2 * number, "List", payload, flags: 1))
    }
  }

  // MARK: Slow writers

  @Test func `half a frame and then nothing is disconnected after ten seconds`() throws {
    let local = try LocalServer()
    let (peer, idle) = (try local.connect(), try local.connect())
    peer.send(Array(request(1, "Get")[..<7]))
    local.advance(.milliseconds(9_999))
    #expect(!peer.isClosed())
    local.advance(.milliseconds(1))
    #expect(peer.isClosed())
    #expect(local.server.counters[.partialFrameTimeout] == 1)
    local.advance(.seconds(1_000))
    #expect(!idle.isClosed())
  }

  @Test func `a frame over the limit is thrown away without being held`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.send(frame(1, type: 1, length: 4 << 20 + 1))
    for _ in 0..<4 {
      peer.send(Array(repeating: 1, count: 1 << 20))
      #expect(local.server.inputHeld == 0)
    }
    #expect(
      peer.ask([1])
        == failure(1, .resourceExhausted, "message length 4194305 exceeds the maximum of 4194304"))
    #expect(peer.ask(request(3, "Get")) == reply(3, getReply))
  }

  // MARK: Bounds on connections

  @Test func `connections have a bound in all, and one per uid`() throws {
    var limits = Limits()
    limits.connections = 3
    let local = try LocalServer(limits: limits)
    let peers = try (0..<4).map { _ in try local.connect() }
    #expect(peers.map { $0.isClosed() } == [false, false, false, true])
    #expect(local.server.counters[.tooManyConnections] == 1)
    peers[0].close()
    #expect(try local.connect().isClosed() == false)

    limits.connections = 10
    limits.connectionsPerUser = 2
    let other = try LocalServer(limits: limits)
    let more = try (0..<3).map { _ in try other.connect() }
    #expect(more.map { $0.isClosed() } == [false, false, true])
    #expect(other.server.counters[.tooManyConnectionsOfUser] == 1)
  }

  @Test func `the input of one uid is bounded over all of its connections`() throws {
    var limits = Limits()
    limits.inputPerProcess = 100_000
    let local = try LocalServer(limits: limits)
    let payload = [UInt8](repeating: 0, count: 20_000)
    let peers = try (0..<3).map { _ in try local.connect() }
    for peer in peers { peer.send(request(1, "Hold", payload)) }
    #expect(local.held.count == 2)
    #expect(
      peers[2].receive()
        == failure(
          1, .resourceExhausted, "the server holds as many bytes of this user's messages as it may")
    )
    #expect(local.server.counters[.inputPerProcess] == 1)
    peers[0].close()
    #expect(local.server.inputHeld == 20_000)
    #expect(peers[2].ask(request(3, "Get")) == reply(3, getReply))
  }

  @Test func `out of descriptors the server rests and accepts later`() async {
    // In a process of its own: the others need their descriptors.
    await #expect(processExitsWith: .success) {
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      let directory = TemporaryDirectory()
      let path = directory.file("s")
      let local = try LocalServer(listeners: [UnixSocket.listen(path: path, mode: 0o600)])
      let client = try UnixSocket.connect(path: path)
      var limit = rlimit()
      getrlimit(resource, &limit)
      var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
      setrlimit(resource, &none)
      local.turn(100)
      setrlimit(resource, &limit)
      #expect(local.server.counters[.acceptExhausted] == 1)
      #expect(local.server.connectionCount == 0)
      local.advance(.milliseconds(100))
      #expect(local.server.connectionCount == 1)
      #expect(RawPeer(client, local).ask(request(1, "Get")) == reply(1, getReply))
    }
  }

  // MARK: Draining

  @Test func `draining answers new calls, waits for those in flight, and removes the socket`()
    throws
  {
    let directory = TemporaryDirectory()
    let path = directory.file("s")
    let local = try LocalServer(listeners: [UnixSocket.listen(path: path, mode: 0o600)])
    let peer = RawPeer(try UnixSocket.connect(path: path), local)
    let idle = RawPeer(try UnixSocket.connect(path: path), local)
    peer.send(request(1, "Hold"))
    var isDrained = false
    local.server.drain(deadline: local.time.now.advanced(by: .seconds(5))) { isDrained = true }
    #expect(throws: RuntimeError.self) { try UnixSocket.connect(path: path) }
    #expect(try FileNames.of(directory.path) == [])
    #expect(idle.isClosed())
    #expect(peer.ask(request(3, "Get")) == failure(3, .unavailable, "the server is shutting down"))
    #expect(!isDrained)
    local.server.reply(to: local.held[0], [4])
    #expect(peer.receive() == reply(1, [4]))
    #expect(peer.isClosed())
    #expect(isDrained)
  }

  @Test func `what has arrived when draining begins still gets its answer`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.sendWithoutTurn(request(1, "Get"))
    local.server.drain(deadline: local.time.now.advanced(by: .seconds(5))) {}
    #expect(peer.receive() == failure(1, .unavailable, "the server is shutting down"))
    #expect(peer.isClosed())
  }

  @Test func `calls that do not finish in time are ended`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.send(request(1, "Hold") + request(3, "Deaf", flags: 2))
    var isDrained = false
    local.server.drain(deadline: local.time.now.advanced(by: .seconds(5))) { isDrained = true }
    local.advance(.milliseconds(4_999))
    #expect(!isDrained)
    local.advance(.milliseconds(1))
    let answers = [1, 3].map { failure($0, .unavailable, "the server is shutting down") }
    let received = peer.receive()
    #expect(received == answers[0] + answers[1] || received == answers[1] + answers[0])
    #expect(peer.isClosed())
    #expect(isDrained)
  }

  @Test func `a server without connections has drained at once, and its inherited socket stays`()
    throws
  {
    let directory = TemporaryDirectory()
    let path = directory.file("s")
    let parent = try UnixSocket.listen(path: path, mode: 0o600)
    let local = try LocalServer(
      listeners: [UnixSocket.adopt(listener: dup(parent.descriptor))])
    var isDrained = false
    local.server.drain(deadline: local.time.now.advanced(by: .seconds(5))) { isDrained = true }
    local.turn()
    #expect(isDrained)
    _ = try UnixSocket.connect(path: path)
  }
}
