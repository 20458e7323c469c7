import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import CStatusTable
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct TableAnswersTests {
  private struct Served {
    let server: ScriptedServer
    let client: AccountStatusClient
  }

  /// A server that answers calls beside a table.
  private func served(
    _ table: TableServer, maxStaleness: Duration = .seconds(3600),
    _ script: @escaping ScriptedServer.Script = { _, _ in
      .message(GetStatusResponse(status: suspendedStatus(), token: [3]))
    }
  ) throws -> Served {
    let server = try ScriptedServer(script)
    var configuration = AccountStatusClient.Configuration()
    configuration.tableSocket = table.path
    configuration.maxStaleness = maxStaleness
    return Served(
      server: server,
      client: try AccountStatusClient(socket: server.path, configuration: configuration))
  }

  private func untilMapped(_ client: AccountStatusClient) async throws {
    try await eventually { try #require(client.table).read("contoso").result == .found }
  }

  @Test func `the table answers what the server would, and the server is not asked`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    try await untilMapped(served.client)
    let answer = try await served.client.getStatus("contoso")
    #expect(answer.value == suspendedStatus())
    #expect(answer.source == .table)
    #expect(answer.token == Token(bytes: []))
    #expect(served.server.called.isEmpty)
  }

  @Test func `before there is a table the server answers`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    let answer = try await served.client.getStatus("contoso")
    #expect(answer.value == suspendedStatus())
    #expect(answer.source == .rpc)
    #expect(answer.age == .zero)
  }

  @Test func `an account that is not registered fails as the server has it`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    try await untilMapped(served.client)
    let error = await #expect(throws: AccountStatusError.self) {
      try await served.client.getStatus("nobody")
    }
    #expect(error?.kind == .notFound)
    #expect(error?.reason == "ACCOUNT_NOT_FOUND")
    #expect(error?.metadata == ["account_id": "nobody"])
    #expect(served.server.called.isEmpty)
  }

  @Test func `what the table does not hold is asked of the server`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    try await untilMapped(served.client)
    #expect(try await served.client.getStatus("contoso", view: .full).source == .rpc)
    #expect(
      try await served.client.getStatus("contoso", asOf: "2026-01-01T00:00:00Z").source == .rpc)
    #expect(
      try await served.client.getStatus("contoso", knownAt: "2026-01-01T00:00:00Z").source == .rpc)
    #expect(try await served.client.getStatus("contoso", policyEdition: "2016-11").source == .rpc)
    #expect(try await served.client.getStatus("contoso", atLeast: Token(bytes: [1])).source == .rpc)
    #expect(served.server.called.count == 5)
  }

  @Test func `a stale table is not answered from`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .active)
    let served = try served(table, maxStaleness: .seconds(30))
    table.table.freeze(since: .seconds(31))
    try await eventually { try #require(served.client.table).read("contoso").result == .stale }
    let answer = try await served.client.getStatus("contoso")
    #expect(answer.source == .rpc)
    #expect(answer.state == .suspended)
  }

  @Test func `a state without a name here is the server's to tell`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    try await untilMapped(served.client)
    var strange = status_table_answer.active
    strange.state = 9
    table.table.put("contoso", 8, strange)
    #expect(try await served.client.getStatus("contoso").source == .rpc)
  }

  @Test func `a check is made of the same answer, without its basis`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table)
    try await untilMapped(served.client)
    let check = try await served.client.check([.viewBilling, .sellNewLicenses], of: "contoso")
    #expect(check.source == .table)
    #expect(!check.isAllowed)
    #expect(check.verdicts.map(\.isAllowed) == [true, false])
    #expect(check.verdicts.map(\.basis) == [nil, nil])
    #expect(check.reasons == [Reason(code: .billingPastDue)])
    #expect(try await served.client.check([.viewBilling], of: "contoso").reasons == [])
    #expect(check.state == .suspended)
    #expect(check.revision == 7)
    #expect(check.asOf == TableServer.now)
    #expect(served.server.called.isEmpty)
  }

  @Test func `a malformed check is the server's to refuse`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let served = try served(table) { _, _ in
      .fail(RPCError(.malformedField, "has 0 entries"))
    }
    try await untilMapped(served.client)
    await #expect(throws: AccountStatusError.self) {
      try await served.client.check([], of: "contoso")
    }
    #expect(served.server.called == [StatusService.checkCapability])
  }

  @Test func `an answer under another edition comes with a new table, and says so`() async throws {
    let first = try TableServer()
    first.table.put("contoso", 7, .suspended)
    let served = try served(first)
    try await untilMapped(served.client)
    #expect(try await served.client.getStatus("contoso").policyEdition == "2020-06")
    first.kill()
    let second = try TableServer(path: first.path, edition: "2024-01")
    second.table.put("contoso", 8, .suspended)
    try await eventually { try #require(served.client.table).read("contoso").revision == 8 }
    let answer = try await served.client.getStatus("contoso")
    #expect(answer.source == .table)
    #expect(answer.policyEdition == "2024-01")
  }

  @Test func `a new connection to the server puts the old table in doubt`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .active)
    let served = try served(table)
    try await untilMapped(served.client)
    let before = table.table.handOvers
    // The first call connects: whoever answers may be another server than the table's.
    _ = try await served.client.getStatus("contoso", view: .full)
    await eventually { table.table.handOvers > before }
    try await untilMapped(served.client)
    #expect(try await served.client.getStatus("contoso").source == .table)
  }

  @Test func `a client can do without the table`() async throws {
    let table = try TableServer()
    table.table.put("contoso", 7, .suspended)
    let server = try ScriptedServer { _, _ in
      .message(GetStatusResponse(status: suspendedStatus(), token: [3]))
    }
    var configuration = AccountStatusClient.Configuration()
    configuration.tableSocket = table.path
    configuration.readsTable = false
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    #expect(client.table == nil)
    #expect(try await client.getStatus("contoso").source == .rpc)
    #expect(table.table.handOvers == 0)
  }
}
