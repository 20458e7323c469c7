import Synchronization
import TTRPC
import Testing

@Suite("The client: connecting, breaking, trying again")
struct ClientLoopTests {
  private let directory = TemporaryDirectory()
  private var path: String { directory.file("s") }
  private let get = Accounts.method("Get", isIdempotent: true)
  private let once = Accounts.method("Get")

  private func isUnavailable(_ error: any Error, wasSent: Bool) -> Bool {
    guard case .unavailable(_, let sent)? = error as? ClientError else { return false }
    return sent == wasSent
  }

  @Test func `without a server a call fails at once and says why`() async throws {
    let client = try RPCClient(path: path)
    await #expect(
      throws: ClientError.unavailable(
        reason: "cannot connect to \(path): No such file or directory", wasSent: false)
    ) {
      try await client.call(get, [])
    }
    client.close()
  }

  @Test func `a patient call waits for a server that comes`() async throws {
    var options = RPCClient.Options()
    options.connectPatience = .seconds(30)
    let client = try RPCClient(path: path, options: options)
    let task = Task { try await client.call(get, []) }
    let impatient = try RPCClient(path: path)
    await #expect(throws: ClientError.self) { try await impatient.call(get, []) }
    let server = try ThreadServer(path: path)
    #expect(try await task.value == getReply)
    withExtendedLifetime(server) {}
  }

  @Test func `patience ends`() async throws {
    var options = RPCClient.Options()
    options.connectPatience = .milliseconds(30)
    let client = try RPCClient(path: path, options: options)
    await #expect {
      try await client.call(get, [])
    } throws: { isUnavailable($0, wasSent: false) }
    await #expect(throws: ClientError.deadlineExceeded) {
      try await client.call(get, [], timeout: .milliseconds(5))
    }
  }

  @Test func `a client finds a server that was started again`() async throws {
    let client = try RPCClient(path: path)
    for _ in 0..<3 {
      let server = try ThreadServer(path: path)
      // The first call after a restart may still be in the shortest pause between attempts.
      while (try? await client.call(get, [])) == nil { await Task.yield() }
      server.stop()
    }
  }

  @Test func `an idempotent call whose connection broke is made once more`() async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in _ = connection.readRequests(1) },
        { connection in
          let streams = connection.readRequests(1)
          connection.write(reply(streams.first ?? 0, [7]))
          connection.waitForClose()
        },
      ])
    let client = try RPCClient(path: path)
    #expect(try await client.call(get, []) == [7])
    client.close()
    withExtendedLifetime(server) {}
  }

  @Test func `a call that a server refuses because it goes away is made once more, elsewhere`()
    async throws
  {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in
          let streams = connection.readRequests(2)
          connection.write(
            failure(streams[1], .unavailable, "going") + reply(streams[0], [1]))
          connection.waitForClose()
        },
        { connection in
          let streams = connection.readRequests(1)
          connection.write(reply(streams.first ?? 0, [2]))
          connection.waitForClose()
        },
      ])
    let client = try RPCClient(path: path)
    async let first = client.call(get, [])
    async let second = client.call(get, [])
    // Which of them was refused is not said; the other is still answered where it was asked.
    #expect(try await Set([first, second]) == [[1], [2]])
    client.close()
    withExtendedLifetime(server) {}
  }

  @Test(arguments: [true, false])
  func `a refusal with a reason, or of what counts twice, is the answer`(
    hasReason: Bool
  ) async throws {
    let details =
      hasReason ? [ErrorDetail.errorInfo(reason: "READ_ONLY", domain: "acct.v1")] : []
    let error = RPCError(.unavailable, "no", details: details)
    let server = try ScriptedServer(
      path: path,
      [
        { connection in
          let streams = connection.readRequests(1)
          connection.write(
            frame(streams.first ?? 0, type: 2, ResponseEnvelope.encode(error)))
          connection.waitForClose()
        }
      ])
    let client = try RPCClient(path: path)
    await #expect(throws: ClientError.rpc(error)) {
      try await client.call(hasReason ? get : once, [])
    }
    client.close()
    withExtendedLifetime(server) {}
  }

  @Test func `it is made once more only once`() async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in _ = connection.readRequests(1) },
        { connection in _ = connection.readRequests(1) },
        { connection in
          let streams = connection.readRequests(1)
          connection.write(reply(streams.first ?? 0, [7]))
        },
      ])
    let client = try RPCClient(path: path)
    await #expect {
      try await client.call(get, [])
    } throws: { isUnavailable($0, wasSent: true) }
    #expect(try await client.call(get, []) == [7])
    withExtendedLifetime(server) {}
  }

  @Test func `a call that is not idempotent is never made twice`() async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in _ = connection.readRequests(1) },
        { connection in
          let streams = connection.readRequests(1)
          connection.write(reply(streams.first ?? 0, [7]))
        },
      ])
    let client = try RPCClient(path: path)
    await #expect {
      try await client.call(once, [])
    } throws: { isUnavailable($0, wasSent: true) }
    #expect(try await client.call(once, []) == [7])
    withExtendedLifetime(server) {}
  }

  @Test func `an answer before the break counts`() async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in
          let streams = connection.readRequests(2)
          connection.write(reply(streams[0], [1]) + reply(streams[1], [2])[..<5])
        }
      ])
    let client = try RPCClient(path: path)
    async let first = client.call(once, [])
    async let second = client.call(once, [])
    let results = await [try? first, try? second]
    #expect(results.contains([1]))
    #expect(results.contains(nil))
    withExtendedLifetime(server) {}
  }

  @Test func `a server that breaks the protocol is not asked again`() async throws {
    let server = try ScriptedServer(
      path: path,
      [
        { connection in
          _ = connection.readRequests(1)
          connection.write([UInt8](repeating: 0xff, count: 10))
          connection.waitForClose()
        }
      ])
    let client = try RPCClient(path: path)
    await #expect(
      throws: ClientError.protocolViolation("a frame announces 4294967295 bytes")
    ) {
      try await client.call(get, [])
    }
    client.close()
    withExtendedLifetime(server) {}
  }

  @Test func `another connection is made before the ids are used up`() async throws {
    let server = try ThreadServer(path: path)
    var options = RPCClient.Options()
    options.lastStreamID = 5
    let client = try RPCClient(path: path, options: options)
    let held = Task { try await client.call(Accounts.method("Hold"), []) }
    await server.waitForHeld(1)
    for _ in 0..<10 { #expect(try await client.call(get, []) == getReply) }
    // The first connection lives for the call that it still owes an answer.
    await server.perform { server, held in server.reply(to: held[0], [9]) }
    #expect(try await held.value == [9])
    #expect(try await client.call(get, []) == getReply)
  }
}
