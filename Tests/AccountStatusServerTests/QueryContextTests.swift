import AccountStatusAPI
import AccountStatusLedger
import AccountStatusServer
import TTRPC
import Testing

@Suite("How queries begin")
struct QueryContextTests {
  private static let method = MethodDescriptor(service: "test.Queries", name: "Ask", kind: .unary)

  private final class Kept {
    var queries: QueryContext?
    var atLeast: [UInt8] = []
    var responder: Responder?
    var token: [UInt8]?
  }

  /// A server whose one method begins, and leaves the answer to the test.
  private func server(_ kept: Kept) throws -> LocalServer {
    let local = try LocalServer { router, server in
      router.unary(Self.method) { context, _, reply in
        Responder.run(context, &reply, server) { responder in
          kept.queries?.begin(atLeast: kept.atLeast, context, responder) { token in
            kept.token = token
            kept.responder = responder
          }
        }
      }
    }
    kept.queries = local.queries
    return local
  }

  @Test func `the token is that of the beginning, whatever is written before the answer`() throws {
    let kept = Kept()
    let server = try server(kept)
    let before = try server.store([registration()])
    let peer = try server.connect()
    let id = try peer.open(Self.method, payload: [])
    try server.until("the query begins") { kept.responder != nil }
    #expect(try server.store([invoice()]) != before)
    #expect(kept.token == before.encoded)
    kept.responder?.send(HealthCheckResponse(status: .serving))
    _ = try peer.end(of: id).get()
  }

  @Test func `a query that cannot begin is failed`() throws {
    let kept = Kept()
    kept.atLeast = [1, 2, 3]
    let server = try server(kept)
    let peer = try server.connect()
    let id = try peer.open(Self.method, payload: [])
    guard case .failure(.rpc(let error)) = try peer.end(of: id) else {
      Issue.record("it did not fail")
      return
    }
    #expect(error.code == .invalidArgument)
    #expect(kept.responder == nil)
  }
}
