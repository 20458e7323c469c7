import TTRPC
import Testing

@Suite("The client: calls")
struct RPCClientTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("s") }
  private let get = Accounts.method("Get", isIdempotent: true)
  private let hold = Accounts.method("Hold")

  @Test func `a call is answered, and fails as the server says`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    #expect(try await client.call(get, [1, 2]) == getReply)
    #expect(try await client.call(Accounts.method("Empty"), []) == [])
    #expect(
      try await client.call(Accounts.method("Meta"), [], metadata: [("K", "v")])
        == Accounts.values(["v"]))
    await #expect(throws: ClientError.rpc(Accounts.noSuchAccount)) {
      try await client.call(Accounts.method("Fail"), [])
    }
    await #expect(throws: ClientError.self) {
      try await client.call(Accounts.method("Nothing"), [])
    }
    client.close()
    server.stop()
  }

  @Test func `many calls are in flight on one connection`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<500 { group.addTask { try await client.call(hold, []) } }
      await server.waitForHeld(500)
      let connections = await server.perform { server, held in
        for (number, id) in held.enumerated() { server.reply(to: id, Accounts.sum(number + 1)) }
        return server.connectionCount
      }
      #expect(connections == 1)
      var replies: Set<[UInt8]> = []
      for try await reply in group { replies.insert(reply) }
      #expect(replies == Set((1...500).map { Accounts.sum($0) }))
    }
  }

  @Test func `a deadline is enforced by the client too`() async throws {
    let server = try ScriptedServer(path: path, [{ $0.waitForClose() }])
    let client = try RPCClient(path: path)
    await #expect(throws: ClientError.deadlineExceeded) {
      try await client.call(get, [], timeout: .milliseconds(20))
    }
    await #expect(throws: ClientError.deadlineExceeded) {
      try await client.call(get, [], timeout: .zero)
    }
    client.close()
    withExtendedLifetime(server) {}
  }

  @Test func `a cancelled task forgets its call, and the connection goes on`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let task = Task { try await client.call(hold, []) }
    await server.waitForHeld(1)
    task.cancel()
    await #expect(throws: ClientError.cancelled) { try await task.value }
    await server.perform { server, held in server.reply(to: held[0], [1]) }
    #expect(try await client.call(get, []) == getReply)
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await client.call(hold, [])
    }
    await #expect(throws: ClientError.cancelled) { try await early.value }
  }

  @Test func `a request that is too large is refused here, an answer there`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let large = [UInt8](repeating: 0, count: 4 << 20)
    await #expect(throws: ClientError.tooLarge(byteCount: large.count)) {
      try await client.call(get, large)
    }
    await #expect {
      try await client.call(Accounts.method("Huge"), [])
    } throws: { error in
      (error as? ClientError)?.code == .resourceExhausted
    }
    #expect(try await client.call(get, []) == getReply)
    withExtendedLifetime(server) {}
  }

  @Test func `a closed client ends its calls and takes no more`() async throws {
    let server = try ThreadServer(path: path)
    let client = try RPCClient(path: path)
    let task = Task { try await client.call(hold, []) }
    await server.waitForHeld(1)
    client.close()
    await #expect(throws: ClientError.closed) { try await task.value }
    await #expect(throws: ClientError.closed) { try await client.call(get, []) }
    await #expect(throws: ClientError.closed) {
      try await client.stream(Accounts.method("Chat", .bidirectional))
    }
    client.close()
  }

  @Test(arguments: Vector.client.filter { !$0.isClosed && $0.outcome?.hasPrefix("reply") == true })
  func `a client over a socket takes the answer of a vector`(_ vector: Vector) async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in
          _ = connection.readRequests(1)
          connection.write(vector.output)
          connection.waitForClose()
        }
      ])
    let client = try RPCClient(path: path)
    let reply = try await client.call(get, [])
    #expect(reply == Vector.bytes(vector.outcome?.dropFirst(6) ?? ""))
    client.close()
    withExtendedLifetime(server) {}
  }
}
