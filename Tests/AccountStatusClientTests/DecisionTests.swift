import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct DecisionTests {
  private func client(
    _ table: TableServer?, _ socket: String = "/nowhere/rpc.sock",
    maxStaleness: Duration = .seconds(3600)
  ) throws -> AccountStatusClient {
    var configuration = AccountStatusClient.Configuration()
    configuration.tableSocket = table?.path
    configuration.maxStaleness = maxStaleness
    return try AccountStatusClient(socket: socket, configuration: configuration)
  }

  @Test func `the table decides while there is one, even without a server`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    table.table.put("northwind", 1, .active)
    let client = try client(table)
    try await eventually { try #require(client.table).read("contoso").result == .found }
    let contoso = try await client.isActive("contoso", otherwise: true)
    #expect(!contoso.holds)
    #expect(contoso.source == .table)
    #expect(contoso.status?.state == .suspended)
    #expect(try await client.isActive("northwind", otherwise: false).holds)
    #expect(try await client.allows(.viewBilling, of: "contoso", otherwise: false).holds)
    #expect(try await !client.allows(.addAddon, of: "contoso", otherwise: true).holds)
    let nobody = try await client.isActive("nobody", otherwise: true)
    #expect(!nobody.holds)
    #expect(nobody.source == .table)
    #expect(nobody.status == nil)
    #expect(client.counters.calls == 0)
  }

  @Test func `then the server`() async throws {
    let server = try ScriptedServer { _, payload in
      let account = (try? GetStatusRequest.decode(payload))?.accountID
      return account == "contoso"
        ? .message(GetStatusResponse(status: suspendedStatus(), token: []))
        : .fail(RPCError(.accountNotFound, "no such account"))
    }
    let client = try client(nil, server.path)
    let contoso = try await client.isActive("contoso", otherwise: true)
    #expect(!contoso.holds)
    #expect(contoso.source == .rpc)
    #expect(contoso.status == suspendedStatus())
    let nobody = try await client.isActive("nobody", otherwise: true)
    #expect(!nobody.holds)
    #expect(nobody.source == .rpc)
    #expect(client.counters.allowedByDefault == 0)
  }

  @Test(arguments: [true, false])
  func `then the caller, who is counted`(otherwise: Bool) async throws {
    let client = try client(nil)
    let decision = try await client.isActive("contoso", otherwise: otherwise)
    #expect(decision.holds == otherwise)
    #expect(decision.source == .callersDefault)
    #expect(decision.status == nil)
    #expect(decision.error?.kind == .unavailable)
    _ = try await client.allows(.addAddon, of: "contoso", otherwise: otherwise)
    let counters = client.counters
    #expect(counters.allowedByDefault == (otherwise ? 2 : 0))
    #expect(counters.deniedByDefault == (otherwise ? 0 : 2))
    #expect(counters.failedCalls == 2)
  }

  @Test func `a stale status is shown, and does not decide`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .active)
    let client = try client(table, maxStaleness: .seconds(30))
    table.table.freeze(since: .seconds(31))
    try await eventually { try #require(client.table).read("contoso").result == .stale }
    let decision = try await client.isActive("contoso", otherwise: false)
    #expect(!decision.holds)
    #expect(decision.source == .callersDefault)
    #expect(decision.status?.state == .active)
    #expect(decision.status?.policyEdition == "2020-06")
    #expect(decision.age >= .seconds(30))
  }

  @Test func `what the caller has to mend is no decision`() async throws {
    let server = try ScriptedServer { _, _ in .fail(RPCError(.notPermitted, "not you")) }
    let client = try client(nil, server.path)
    let error = await #expect(throws: AccountStatusError.self) {
      try await client.isActive("contoso", otherwise: true)
    }
    #expect(error?.kind == .permissionDenied)
    #expect(client.counters.allowedByDefault == 0)
  }

  @Test func `a server that fails or talks nonsense leaves it to the caller`() async throws {
    let failing = try ScriptedServer { _, _ in .fail(RPCError(.serverFault, "a bug")) }
    #expect(try await client(nil, failing.path).isActive("contoso", otherwise: true).holds)
    let strange = try ScriptedServer { _, _ in .reply([0xff]) }
    let decision = try await client(nil, strange.path).isActive("contoso", otherwise: true)
    #expect(decision.holds)
    #expect(decision.error?.kind == .unreadableReply)
  }
}
