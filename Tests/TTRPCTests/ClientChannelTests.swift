import Glibc
import Synchronization
import TTRPC
import Testing

/// A number that threads share.
private final class Count: Sendable {
  private let count = Atomic(0)
  var value: Int { count.load(ordering: .acquiring) }
  func increment() { count.add(1, ordering: .acquiringAndReleasing) }
}

@Suite("The client: bounded both ways")
struct ClientChannelTests {
  private let directory = TemporaryDirectory()
  private let chat = Accounts.method("Chat", .bidirectional)

  /// A stream to a server that follows a script.
  private func stream(
    _ script: @escaping @Sendable (ScriptedServer.Connection) -> Void
  ) async throws -> (ScriptedServer, ClientStream) {
    let path = directory.file("s")
    let server = try ScriptedServer(path: path, [script])
    return (server, try await RPCClient(path: path).stream(chat))
  }

  /// Waits until a count stands still.
  private func settled(_ count: Count) async -> Int {
    var last = -1
    while last != count.value {
      last = count.value
      for _ in 0..<1_000 { await Task.yield() }
    }
    return last
  }

  @Test func `a slow reader slows its server, and loses nothing`() async throws {
    let written = Count()
    let total = 2_000
    let chunk = [UInt8](repeating: 1, count: 10_000)
    let (server, stream) = try await stream { connection in
      _ = connection.readRequests(1)
      for _ in 0..<total {
        connection.write(data(1, chunk))
        written.increment()
      }
      connection.write(halfClose(1))
      connection.waitForClose()
    }
    #expect(try await stream.receive() == chunk)
    // The pause takes effect within what the queue, one read and the sockets hold.
    #expect(await settled(written) < total / 2)
    var count = 1
    while let message = try await stream.receive() {
      count += 1
      #expect(message == chunk)
    }
    #expect(count == total)
    withExtendedLifetime(server) {}
  }

  @Test func `a sender waits for a server that does not read, and goes on when it does`()
    async throws
  {
    let mayRead = Count()
    let accepted = Count()
    let total = 400
    let chunk = [UInt8](repeating: 2, count: 20_000)
    let (server, stream) = try await stream { connection in
      while mayRead.value == 0 { sched_yield() }
      _ = connection.readRequests(1 + total)
      connection.write(data(1, [9]) + halfClose(1))
      connection.waitForClose()
    }
    let sender = Task {
      for _ in 0..<total {
        try await stream.send(chunk)
        accepted.increment()
      }
    }
    #expect(await settled(accepted) < total / 2)
    mayRead.increment()
    try await sender.value
    #expect(try await stream.receive() == [9])
    #expect(try await stream.receive() == nil)
    withExtendedLifetime(server) {}
  }

  @Test func `what was received before a hang-up is read after a pause`() async throws {
    let chunk = [UInt8](repeating: 3, count: 1_000)
    let (server, stream) = try await stream { connection in
      _ = connection.readRequests(1)
      for _ in 0..<150 { connection.write(data(1, chunk)) }
    }
    var count = 0
    do throws(ClientError) {
      while try await stream.receive() != nil {
        count += 1
        for _ in 0..<20 { await Task.yield() }
      }
      Issue.record("the stream ended as if it were whole")
    } catch {
      #expect(error.code == .unavailable)
    }
    #expect(count == 150)
    withExtendedLifetime(server) {}
  }
}
