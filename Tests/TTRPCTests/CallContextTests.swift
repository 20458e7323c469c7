import Glibc
import TTRPC
import Testing

@Suite("What a handler may know of its call")
struct CallContextTests {
  @Test func `a handler sees its method, its peer, its deadline and its metadata`() throws {
    var seen: [String] = []
    var deadline: MonotonicInstant?
    var receivedAt: MonotonicInstant?
    let local = try LocalServer(routes: { router in
      router.unary(Accounts.method("Look")) { context, payload, reply in
        seen = [
          context.method.name, "\(context.peer.uid)", "\(context.peer.pid)", "\(payload.count)",
          context.metadata["KEY"] ?? "none", context.metadata["other"] ?? "none",
          "\(context.metadata.values(for: "key"))",
        ]
        deadline = context.deadline
        receivedAt = context.receivedAt
        reply.send([])
      }
    })
    let peer = try local.connect()
    peer.send(
      request(
        1, "Look", [1, 2, 3], timeout: 5_000_000_000, metadata: [("Key", "a"), ("kEY", "b")]))
    #expect(seen == ["Look", "\(geteuid())", "\(getpid())", "3", "a", "none", #"["a", "b"]"#])
    #expect(receivedAt == local.time.now)
    #expect(deadline == local.time.now.advanced(by: .seconds(5)))
    peer.send(request(3, "Look"))
    #expect(deadline == nil)
    #expect(seen[4] == "none")
  }
}
