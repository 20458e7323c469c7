import Glibc
import TTRPC
import Testing

/// Of the two ways to read, a new connection tries each in turn.
@Suite("The server: reading")
struct RPCServerReadingTests {
  @Test func `calls one after the other are each answered once`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    for stream: UInt32 in stride(from: 1, to: 2_001, by: 2) {
      #expect(peer.ask(request(stream, "Get")) == reply(stream, getReply))
    }
  }

  @Test func `calls that come in pieces are each answered once`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    for stream: UInt32 in stride(from: 1, to: 41, by: 2) {
      let call = request(stream, "Get")
      for byte in call.dropLast() { #expect(peer.ask([byte]).isEmpty) }
      #expect(peer.ask(call.suffix(1)) == reply(stream, getReply))
    }
  }

  @Test func `a call that comes while one is answered is answered, too`() throws {
    var sendMore: () -> Void = {}
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Interrupted")) { _, _, reply in
        sendMore()
        reply.send([])
      }
    })
    let peer = try local.connect()
    for stream: UInt32 in stride(from: 1, to: 101, by: 4) {
      sendMore = { peer.sendWithoutTurn(request(stream + 2, "Get")) }
      peer.send(request(stream, "Interrupted"))
      #expect(peer.receive() == reply(stream, []) + reply(stream + 2, getReply))
    }
  }

  @Test(arguments: 0..<8)
  func `a violation ends the connection orderly`(_ calls: UInt32) throws {
    let local = try LocalServer()
    let peer = try local.connect()
    for number in 0..<calls { _ = peer.ask(request(2 * number + 1, "Get")) }
    peer.send(frame(101, type: 1, length: 1 << 30))
    local.turn()
    // Not ECONNRESET, which a close with bytes unread would be.
    var byte: UInt8 = 0
    #expect(recv(peer.socket?.descriptor ?? -1, &byte, 1, Int32(MSG_DONTWAIT)) == 0)
    #expect(local.server.counters[.protocolViolation] == 1)
    #expect(local.server.connectionCount == 0)
  }

  @Test func `what one read leaves is read in the turns after it`() throws {
    let size = request(1, "Get").count
    // The last read takes some of the buffer, all of it, and all of it but a byte.
    for length in [999, 10 * size, 10 * size + 1] {
      var limits = Limits()
      limits.readLength = length
      let local = try LocalServer(limits: limits)
      let peer = try local.connect()
      let count = 400
      peer.sendWithoutTurn((0..<count).flatMap { request(UInt32(2 * $0 + 1), "Get") })
      #expect(peer.receive() == (0..<count).flatMap { reply(UInt32(2 * $0 + 1), getReply) })
    }
  }

  @Test func `what was left to read keeps nobody waiting`() throws {
    var limits = Limits()
    limits.readLength = 1_000
    let local = try LocalServer(limits: limits)
    let (busy, other) = (try local.connect(), try local.connect())
    busy.sendWithoutTurn((0..<400).flatMap { request(UInt32(2 * $0 + 1), "Get") })
    local.turn(1)
    other.sendWithoutTurn(request(1, "Get"))
    local.turn(2)
    #expect(other.arrived == reply(1, getReply))
    #expect(busy.arrived.count < 400 * reply(1, getReply).count / 2)
  }

  @Test func `a connection is read on after its client was behind`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.shrinkBuffers()
    // More answers than the socket takes, and a request that comes while it is full.
    let count = 4_000
    peer.send((0..<count).flatMap { request(UInt32(2 * $0 + 1), "Get") })
    peer.send(request(UInt32(2 * count + 1), "Empty"))
    let all = peer.receive()
    #expect(all.count == count * reply(1, getReply).count + reply(1, []).count)
    #expect(all.suffix(12) == reply(UInt32(2 * count + 1), [])[...])
  }
}
