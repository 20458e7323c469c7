import Glibc
import TTRPC
import Testing

@Suite("The server: answers and refusals over a socket")
struct RPCServerTests {
  @Test(arguments: Vector.server)
  func `a conversation over a socket goes as its vector says`(_ vector: Vector) throws {
    let local = try LocalServer()
    let peer = try local.connect()
    var answers: [UInt8] = []
    for case .client(let bytes) in vector.lines { answers += peer.ask(bytes) }
    #expect(answers == vector.output)
    #expect(peer.isAtEnd == vector.isClosed)
  }

  @Test func `answers of one turn leave together`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    local.turn()
    peer.send(request(1, "Hold") + request(3, "Hold") + request(5, "Get"))
    for id in local.held { local.server.reply(to: id, []) }
    #expect(peer.receive() == reply(5, getReply) + reply(1, []) + reply(3, []))
  }

  @Test func `an answer to a call that is over, or whose connection is gone, is ignored`() throws {
    let local = try LocalServer()
    let first = try local.connect()
    first.send(request(1, "Hold"))
    let stale = local.held[0]
    local.server.fail(stale, Accounts.enough)
    local.server.reply(to: stale, [1])
    #expect(first.receive() == failure(1, .aborted, "enough"))
    first.send(request(3, "Hold"))
    first.close()
    let second = try local.connect()
    second.send(request(3, "Hold"))
    // The same slot and the same stream, another connection.
    local.server.reply(to: local.held[1], [9])
    #expect(second.receive() == [])
    #expect(!local.server.isLive(local.held[1]))
    #expect(local.server.peer(of: local.held[1]) == nil)
    #expect(local.server.peer(of: local.held[2])?.uid == geteuid())
  }

  @Test func `refusals are counted`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.send(request(2, "Get") + request(1, "Got") + data(9) + frame(1, type: 9))
    #expect(local.server.counters[.evenStreamID] == 1)
    #expect(local.server.counters[.unknownMethod] == 1)
    #expect(local.server.counters[.inactiveStream] == 1)
    #expect(local.server.counters[.ignoredFrame] == 1)
    #expect(local.server.counters.total == 4)
  }

  @Test func `every answered call is observed, refused ones are not`() throws {
    var seen: [(method: Int, nanoseconds: Int64, code: RPCCode)] = []
    let local = try LocalServer(observe: { method, nanoseconds, code, count in
      for _ in 0..<count { seen.append((method, nanoseconds, code)) }
    })
    let peer = try local.connect()
    peer.send(
      request(1, "Get") + request(3, "Fail") + request(5, "Got") + request(7, "List", flags: 1))
    peer.send(request(9, "Hold"))
    local.server.reply(to: local.held[0], [])
    let names = seen.map { Accounts.router().methods[$0.method].name }
    #expect(names == ["Get", "Fail", "List", "Hold"])
    #expect(seen.map(\.code) == [.ok, .notFound, .ok, .ok])
    #expect(seen.allSatisfy { $0.nanoseconds >= 0 && $0.nanoseconds < 60_000_000_000 })
  }

  @Test func `a broken length closes its connection only`() throws {
    let local = try LocalServer()
    let (bad, good) = (try local.connect(), try local.connect())
    #expect(bad.ask(Array(repeating: 0xff, count: 10)) == [])
    #expect(bad.isClosed())
    #expect(good.ask(request(1, "Get")) == reply(1, getReply))
    #expect(local.server.counters[.protocolViolation] == 1)
    #expect(local.server.connectionCount == 1)
  }

  @Test func `the deadline of a call is answered when it passes, whatever its handler does`() throws
  {
    let local = try LocalServer()
    let peer = try local.connect()
    #expect(peer.ask(request(1, "Hold", timeout: 5_000_000)) == [])
    local.advance(.milliseconds(4))
    #expect(peer.receive() == [])
    local.advance(.milliseconds(1))
    #expect(
      peer.receive() == failure(1, .deadlineExceeded, "the deadline passed before the answer"))
    local.server.reply(to: local.held[0], [1])
    #expect(peer.receive() == [])
    #expect(local.server.counters[.deadlineExceeded] == 1)
  }

  @Test func `deadlines need no order and no timer each`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    for stream: UInt32 in [1, 3, 5, 7] {
      peer.send(request(stream, "Hold", timeout: Int64(10 - stream) * 1_000_000))
    }
    for stream: UInt32 in [7, 5, 3, 1] {
      local.advance(.milliseconds(stream == 7 ? 3 : 2))
      #expect(
        peer.receive()
          == failure(stream, .deadlineExceeded, "the deadline passed before the answer"))
    }
  }
}
