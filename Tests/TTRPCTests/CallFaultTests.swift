import TTRPC
import Testing

@Suite("Faults on purpose: which call they strike")
struct CallFaultTests {
  private let broken = RPCError(.unavailable, "on purpose")

  @Test func `faults strike in the order in which they were injected`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    let get: Set = [Accounts.method("Get", isIdempotent: true)]
    local.server.inject(CallFault(ending: .failed(broken), count: 2), for: get)
    local.server.inject(CallFault(ending: .disconnected, count: 1), for: get)
    #expect(local.server.faultCount == 2 && local.server.callsStruck == 0)
    #expect(peer.ask(request(1, "Get")) == failure(1, .unavailable, "on purpose"))
    #expect(peer.ask(request(3, "Empty")) == reply(3, []))
    #expect(peer.ask(request(5, "Get")) == failure(5, .unavailable, "on purpose"))
    #expect(local.server.faultCount == 1)
    #expect(peer.ask(request(7, "Get")) == [] && peer.isAtEnd)
    #expect(local.server.faultCount == 0 && local.server.callsStruck == 3)
    #expect(try local.connect().ask(request(1, "Get")) == reply(1, getReply))
    #expect(local.server.clearFaults() == 3 && local.server.callsStruck == 0)
  }

  @Test func `a fault for no call is none`() throws {
    let local = try LocalServer()
    local.server.inject(
      CallFault(ending: .failed(broken), count: 0), for: Set(local.server.offeredMethods))
    #expect(local.server.faultCount == 0)
    #expect(try local.connect().ask(request(1, "Get")) == reply(1, getReply))
  }

  @Test func `what is cleared strikes no more`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    local.server.inject(CallFault(ending: .failed(broken)), for: Set(local.server.offeredMethods))
    #expect(peer.ask(request(1, "Empty")) == failure(1, .unavailable, "on purpose"))
    #expect(local.server.clearFaults() == 1)
    #expect(peer.ask(request(3, "Empty")) == reply(3, []))
  }
}
