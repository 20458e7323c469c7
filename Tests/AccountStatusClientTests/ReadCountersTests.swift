import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReadCountersTests {
  @Test func `every reading and every call is counted once, by what became of it`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let server = try ScriptedServer { method, _ in
      method == StatusService.getStatus
        ? .message(GetStatusResponse(status: suspendedStatus(), token: [])) : .disconnect
    }
    var configuration = AccountStatusClient.Configuration()
    configuration.tableSocket = table.path
    configuration.maxStaleness = .seconds(3600)
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    #expect(try await client.getStatus("contoso").source == .rpc)
    #expect(client.counters.tableUnavailable == 1)
    #expect(client.counters.calls == 1)

    let reader = try #require(client.table)
    await eventually { reader.read("contoso").result == .found }
    _ = try await client.getStatus("contoso")
    let before = client.counters
    _ = try await client.getStatus("contoso")
    _ = try? await client.getStatus("nobody")
    _ = try? await client.stats()
    let after = client.counters
    #expect(after.tableFound == before.tableFound + 1)
    #expect(after.tableNotFound == before.tableNotFound + 1)
    #expect(after.calls == before.calls + 1)
    #expect(after.failedCalls == before.failedCalls + 1)
    #expect(after.tablesMapped >= 1)
  }
}
