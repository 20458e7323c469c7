import TTRPC
import Testing

@Suite("The one answer of a unary call")
struct ReplyTests {
  @Test func `a handler that gives no answer answers internal`() throws {
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Nothing")) { _, _, _ in }
    })
    let peer = try local.connect()
    #expect(
      peer.ask(request(1, "Nothing")) == failure(1, .internal, "the method gave no answer"))
  }

  @Test func `a promised answer can come at once, or much later`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    #expect(peer.ask(request(1, "Hold") + request(3, "Get")) == reply(3, getReply))
    #expect(local.server.callsInFlight == 1)
    #expect(local.server.isLive(local.held[0]))
    local.server.reply(to: local.held[0], [7])
    #expect(peer.receive() == reply(1, [7]))
    #expect(!local.server.isLive(local.held[0]))
  }

  @Test func `a reply that is too large is refused and counted`() throws {
    let local = try LocalServer()
    let peer = try local.connect()
    #expect(
      peer.ask(request(1, "Huge"))
        == failure(
          1, .resourceExhausted, "the reply of 4194304 bytes exceeds the maximum of 4194304"))
    #expect(local.server.counters[.replyTooLarge] == 1)
  }
}
