import TTRPC
import Testing

@Suite("The client: streams")
struct ClientStreamTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("s") }
  private let chat = Accounts.method("Chat", .bidirectional)
  private let tail = Accounts.method("Tail", .serverStreaming)

  @Test func `messages go both ways, then the end`() async throws {
    let server = try ThreadServer(path: path)
    let stream = try await RPCClient(path: path).stream(chat, [1])
    #expect(try await stream.receive() == [1])
    for message: [UInt8] in [[2], [], [3, 4]] {
      try await stream.send(message)
      #expect(try await stream.receive() == message)
    }
    stream.finishSending()
    #expect(try await stream.receive() == nil)
    #expect(try await stream.receive() == nil)
    withExtendedLifetime(server) {}
  }

  @Test func `a server-streaming call yields its messages, a client-streaming one its reply`()
    async throws
  {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let list = try await client.stream(Accounts.method("List", .serverStreaming), [5])
    #expect(try await list.receive() == [5])
    #expect(try await list.receive() == [5])
    #expect(try await list.receive() == nil)
    let sum = try await client.stream(Accounts.method("Sum", .clientStreaming))
    for _ in 0..<100 { try await sum.send([1]) }
    sum.finishSending()
    #expect(try await sum.receive() == Accounts.sum(100))
    #expect(try await sum.receive() == nil)
    withExtendedLifetime(server) {}
  }

  @Test func `an error ends the stream after its messages`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(Accounts.method("Break", .bidirectional), [1])
    #expect(try await stream.receive() == [1])
    await #expect(throws: ClientError.rpc(Accounts.enough)) { try await stream.receive() }
    withExtendedLifetime(server) {}
  }

  @Test func `leaving a stream closes its connection`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(tail)
    #expect(try await stream.receive() == [])
    #expect(await server.perform { server, _ in server.connectionCount } == 1)
    stream.cancel()
    await #expect(throws: ClientError.cancelled) { try await stream.receive() }
    while await server.perform({ server, _ in server.connectionCount }) > 0 { await Task.yield() }
  }

  @Test func `a stream that nobody holds is left`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    var stream: ClientStream? = try await client.stream(tail)
    #expect(try await stream?.receive() == [])
    stream = nil
    while await server.perform({ server, _ in server.connectionCount }) > 0 { await Task.yield() }
  }

  @Test func `a cancelled task leaves the stream it waits on`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(tail)
    #expect(try await stream.receive() == [])
    let task = Task { try await stream.receive() }
    task.cancel()
    await #expect(throws: ClientError.cancelled) { try await task.value }
    while await server.perform({ server, _ in server.connectionCount }) > 0 { await Task.yield() }
  }

  @Test func `a deadline ends the stream here, and there`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(
      Accounts.method("Deaf", .bidirectional), timeout: .milliseconds(20))
    await #expect {
      try await stream.receive()
    } throws: { ($0 as? ClientError)?.code == .deadlineExceeded }
    while await server.perform({ server, _ in server.callsInFlight }) > 0 { await Task.yield() }
  }

  @Test func `a message that is too large ends the stream`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(chat)
    let count = 4 << 20 + 1
    try await stream.send([UInt8](repeating: 0, count: count))
    await #expect(throws: ClientError.tooLarge(byteCount: count)) { try await stream.receive() }
    withExtendedLifetime(server) {}
  }

  @Test func `a stream to a server that goes is unavailable`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let stream = try await client.stream(tail)
    #expect(try await stream.receive() == [])
    server.stop()
    await #expect(
      throws: ClientError.unavailable(
        reason: "the server closed the connection", wasSent: true)
    ) { try await stream.receive() }
    await #expect(throws: ClientError.self) { try await client.stream(tail) }
  }
}
