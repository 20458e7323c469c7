import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Current answers out of a real daemon's memory.
@Suite(.timeLimit(.minutes(3))) struct TableReadTests {
  /// Waits until the client has the table with an account.
  private func untilMapped(_ client: AccountStatusClient, _ account: AccountID) async throws {
    let table = try #require(client.table)
    try await eventually { table.read(account).result == .found }
  }

  /// One account for each state.
  private func populate(_ served: Served) async throws {
    try await served.register("active")
    try await served.register("suspended")
    try await served.issueInvoice(of: "suspended")
    try await served.register("closed")
    try await served.report(.accountClosed, of: "closed", at: "2026-06-01T00:00:00Z")
    try await served.register("german", cloud: .germany)
    try await served.register("reviewed")
    try await served.report(
      .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed),
      of: "reviewed", at: "2026-06-01T00:00:00Z")
  }

  @Test func `both ways answer alike for every state`() async throws {
    let served = try Served()
    try await populate(served)
    try await served.client.setClock(to: "2026-10-30T00:00:00Z")
    try await untilMapped(served.client, "active")
    var states: Set<AccountState> = []
    for account: AccountID in ["active", "suspended", "closed", "german", "reviewed"] {
      let read = try await served.client.getStatus(account)
      let asked = try await served.asker.getStatus(account)
      #expect(read.source == .table)
      #expect(asked.source == .rpc)
      #expect(read.value == asked.value)
      states.insert(read.state)

      let checked = try await served.client.check(Capability.allCases, of: account)
      var askedCheck = try await served.asker.check(Capability.allCases, of: account).value
      #expect(checked.source == .table)
      for place in askedCheck.verdicts.indices { askedCheck.verdicts[place].basis = nil }
      #expect(checked.value == askedCheck)

      let decision = try await served.client.isActive(account, otherwise: true)
      let askedDecision = try await served.asker.isActive(account, otherwise: true)
      #expect(decision.holds == askedDecision.holds)
      #expect(decision.status == askedDecision.status)
    }
    #expect(states == Set(AccountState.allCases))
    let missing = await #expect(throws: AccountStatusError.self) {
      try await served.client.getStatus("nobody")
    }
    let askedMissing = await #expect(throws: AccountStatusError.self) {
      try await served.asker.getStatus("nobody")
    }
    #expect(missing == askedMissing)
  }

  /// Without optimisation the compiler itself puts values on the heap: nothing to count.
  #if DEBUG
    private static let isOptimised = false
  #else
    private static let isOptimised = true
  #endif

  @Test(.enabled(if: isOptimised))
  func `a read from Swift allocates nothing, of one account or of any`() async throws {
    let directory = try TemporaryDirectory()
    let library = try preload("Preload/count_allocations.c", in: directory)
    let counter = try directory.make("count", byteCount: 8)
    let served = try Served()
    let accounts = (0..<500).map { AccountID(checked: "account-\($0)") }
    _ = try await served.client.report(accounts.map(registration))
    let socket = try #require(served.client.table).socket
    let output = try run(
      "table-read-probe", ["count", socket] + accounts.map(\.text),
      environment: [
        "LD_PRELOAD": library, "COUNT_ALLOCATIONS": counter, "COUNT_THREAD": "reads",
      ])
    #expect(output.out == "reads 200002 found 200002 allocations 0 counting true\n", "\(output)")
  }

  @Test func `whoever has the reply to a write finds it, while the table grows`() async throws {
    let served = try Served()
    try await served.register("first")
    try await untilMapped(served.client, "first")
    let table = try #require(served.client.table)
    // More than the daemon makes room for at first.
    for part in 0..<4 {
      let ids = (0..<500).map { AccountID(checked: "a\(part * 500 + $0)") }
      _ = try await served.client.report(
        ids.map(registration))
      for id in ids {
        #expect(table.read(id).result != .notFound, "\(id) is missing")
        #expect(try await served.client.getStatus(id).state == .active)
      }
    }
    try await eventually { table.read("a1999").result == .found }
    #expect(table.read("first").generation > 1)
  }

  @Test func `a stopped daemon is read as long as the caller allows, and then the caller decides`()
    async throws
  {
    let served = try Served()
    try await served.register()
    try await untilMapped(served.client, "northwind")
    let table = try #require(served.client.table)
    served.server.signal(SIGSTOP)
    defer { served.server.signal(SIGCONT) }
    try await eventually { table.read("northwind").result == .stale }
    let patient = StatusTable.Options(maxStaleness: .seconds(3600))
    #expect(table.read("northwind", patient).result == .found)
    // On a busy machine it may beat once more after the signal, before it is stopped.
    try await eventually {
      let decision = try await served.client.isActive(
        "northwind", otherwise: false, timeout: .milliseconds(200))
      return !decision.holds && decision.source == .callersDefault
        && decision.status?.state == .active && decision.age > .seconds(2)
    }
  }

  @Test func `a daemon that was killed, and one that stopped, are followed by the next`()
    async throws
  {
    let directory = try TemporaryDirectory()
    var server = try durable(in: directory)
    let client = try AccountStatusClient(socket: server.socket)
    let table = try #require(client.table)
    for round in 1...3 {
      let account = AccountID(checked: "a\(round)")
      _ = try await client.report([registration(account)])
      // The first write to the next daemon: the last one's table may not be taken for its word.
      let reading = table.read(account)
      #expect(reading.result != .notFound, "the write of round \(round) is missing")
      #expect(try await client.getStatus(account).state == .active)
      try await untilMapped(client, account)
      #expect(try await client.getStatus("a1").source == .table)
      if round.isMultiple(of: 2) {
        #expect(server.stop() == 0)
      } else {
        server.kill()
      }
      let decision = try await client.isActive("a1", otherwise: false)
      #expect(decision.holds || decision.source == .callersDefault)
      #expect(decision.status?.state == .active)
      server = try durable(in: directory)
    }
  }

  private func durable(in directory: TemporaryDirectory) throws -> ServerProcess {
    try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"))
  }

  private func registration(_ account: AccountID) -> Fact {
    Fact(
      accountID: account, source: "test", factID: Identifier(checked: "r-\(account)"),
      effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }
}
