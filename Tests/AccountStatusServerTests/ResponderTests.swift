import AccountStatusAPI
import AccountStatusServer
import TTRPC
import Testing

@Suite("Answers now and later")
struct ResponderTests {
  private static let method = MethodDescriptor(service: "test.Answers", name: "Ask", kind: .unary)
  private let answer = HealthCheckResponse(status: .serving)

  private final class Kept { var responder: Responder? }

  /// A server with one method that does this.
  private func server(
    _ handler: @escaping (Responder) throws(RPCError) -> Void
  ) throws -> LocalServer {
    try LocalServer { router, server in
      router.unary(Self.method) { context, _, reply in
        Responder.run(context, &reply, server, handler)
      }
    }
  }

  private func ask(_ server: LocalServer) throws -> Result<Bool, ClientError> {
    let peer = try server.connect()
    return try peer.end(of: peer.open(Self.method, payload: []))
  }

  private var refusal: RPCError { RPCError(.aborted, "no") }

  @Test func `an answer inside the handler is on the spot`() throws {
    let server = try server { $0.send(HealthCheckResponse(status: .serving)) }
    #expect(
      try server.connect().call(Self.method, HealthCheckRequest(), HealthCheckResponse.self)
        == answer)
    #expect(server.rpc.callsInFlight == 0)
  }

  @Test func `an answer after the handler counts as in flight until then`() throws {
    let kept = Kept()
    let server = try server { kept.responder = $0 }
    let peer = try server.connect()
    let id = try peer.open(Self.method, payload: [])
    try server.until("the call is there") { kept.responder != nil }
    #expect(server.rpc.callsInFlight == 1)
    kept.responder?.complete(with: Result<HealthCheckResponse, RPCError>.success(answer))
    _ = try peer.end(of: id).get()
    #expect(try peer.messages(of: id, HealthCheckResponse.self) == [answer])
    #expect(server.rpc.callsInFlight == 0)
  }

  @Test func `an encoded answer goes the same two ways`() throws {
    let bytes = answer.encoded()
    let prompt = try server { $0.send(encoded: bytes) }
    #expect(
      try prompt.connect().call(Self.method, HealthCheckRequest(), HealthCheckResponse.self)
        == answer)
    let kept = Kept()
    let patient = try server { kept.responder = $0 }
    let peer = try patient.connect()
    let id = try peer.open(Self.method, payload: [])
    try patient.until("the call is there") { kept.responder != nil }
    kept.responder?.send(encoded: bytes)
    _ = try peer.end(of: id).get()
    #expect(try peer.messages(of: id, HealthCheckResponse.self) == [answer])
  }

  @Test func `errors go the same two ways, and so does what is thrown`() throws {
    let refusal = refusal
    let expected = Result<Bool, ClientError>.failure(.rpc(refusal))
    #expect(try ask(server { $0.fail(refusal) }) == expected)
    #expect(try ask(server { _ throws(RPCError) in throw refusal }) == expected)
    let kept = Kept()
    let server = try server { kept.responder = $0 }
    let peer = try server.connect()
    let id = try peer.open(Self.method, payload: [])
    try server.until("the call is there") { kept.responder != nil }
    kept.responder?.complete(with: Result<HealthCheckResponse, RPCError>.failure(refusal))
    #expect(try peer.end(of: id) == expected)
  }

  @Test func `an answer to a client that is gone is dropped`() throws {
    let kept = Kept()
    let server = try server { kept.responder = $0 }
    let peer = try server.connect()
    _ = try peer.open(Self.method, payload: [])
    try server.until("the call is there") { kept.responder != nil }
    try peer.close()
    try server.until("the connection is gone") { server.rpc.connectionCount == 0 }
    kept.responder?.send(answer)
    kept.responder?.fail(refusal)
    let other = try server.connect()
    _ = try other.call(HealthService.check, HealthCheckRequest(), HealthCheckResponse.self)
  }

  @Test func `a second answer to a call changes nothing`() throws {
    let kept = Kept()
    let server = try server { kept.responder = $0 }
    let peer = try server.connect()
    let id = try peer.open(Self.method, payload: [])
    try server.until("the call is there") { kept.responder != nil }
    kept.responder?.send(answer)
    kept.responder?.fail(refusal)
    #expect(try peer.end(of: id) == .success(true))
    try peer.pump()
    #expect(peer.streams[id]?.messages.count == 1)
  }
}
