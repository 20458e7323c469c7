import TTRPC
import Testing

@Suite("What the server keeps of a connection")
struct ServerLinkTests {
  @Test func `a call's name is different for every use of a slot`() throws {
    let local = try LocalServer()
    for _ in 0..<3 {
      let peer = try local.connect()
      peer.send(request(1, "Hold"))
      peer.close()
    }
    #expect(local.held.count == 3)
    #expect(Set(local.held).count == 3)
    #expect(Set(local.held.map(\.slot)).count == 1)
  }

  @Test func `a connection that goes takes its handlers and its bytes along`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    peer.send(request(1, "Hold", [1, 2, 3]) + request(3, "Deaf", flags: 2) + data(3, [4, 5]))
    #expect(local.server.callsInFlight == 2)
    #expect(local.server.inputHeld == 5)
    peer.close()
    #expect(local.server.callsInFlight == 0)
    #expect(local.server.inputHeld == 0)
  }

  @Test func `a server that goes closes its connections, whatever was going on`() throws {
    let peers = try peersOfAServerThatIsGone(4)
    #expect(peers.map { $0.isClosed() } == [true, true, true, true])
  }

  private func peersOfAServerThatIsGone(_ count: Int) throws -> [RawPeer] {
    let local = try LocalServer()
    var peers: [RawPeer] = []
    for _ in 0..<count {
      let (ours, theirs) = try UnixSocket.pair()
      try local.server.adopt(theirs)
      peers.append(RawPeer(ours))
    }
    for peer in peers { peer.send(request(1, "Hold") + [0, 0]) }
    local.turn()
    // Links that are dirty and links that are not.
    for id in local.held.prefix(count / 2) { local.server.reply(to: id, [1]) }
    #expect(local.server.connectionCount == count)
    return peers
  }
}
