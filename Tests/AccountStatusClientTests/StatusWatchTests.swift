import AccountStatusClient
import AccountStatusModel
import Testing

@Suite struct StatusWatchTests {
  @Test func `a watch of a server that is not there says so, and goes on until it is cancelled`()
    async throws
  {
    let client = try AccountStatusClient(socket: "/nowhere/rpc.sock")
    let task = Task {
      var events = client.watch(["northwind"]).makeAsyncIterator()
      guard case .disconnected(let error)? = try await events.next() else { return false }
      #expect(error.kind == .unavailable)
      #expect(events.token == nil)
      // Nothing more is told of it.
      _ = try await events.next()
      return false
    }
    await Task.yield()
    task.cancel()
    await #expect(throws: AccountStatusError.self) { _ = try await task.value }
  }

  @Test func `a client that is closed ends its watches`() async throws {
    let client = try AccountStatusClient(socket: "/nowhere/rpc.sock")
    client.close()
    var events = client.watch().makeAsyncIterator()
    await #expect(throws: AccountStatusError.self) { _ = try await events.next() }
  }
}
