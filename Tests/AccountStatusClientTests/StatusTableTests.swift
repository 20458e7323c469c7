import AccountStatusClient
import AccountStatusModel
import CStatusTable
import Testing

@Suite(.timeLimit(.minutes(5))) struct StatusTableTests {
  /// Signs of life play no part, however slow the machine.
  private let patient = StatusTable.Options(maxStaleness: .seconds(3600))
  private let waiting = StatusTable.Options(
    maxStaleness: .seconds(3600), timeout: .seconds(30))

  private func table(_ server: TableServer) throws -> StatusTable {
    try StatusTable(socket: server.path, options: patient)
  }

  @Test func `a reading has every field of the record, at the table's instant`() throws {
    let server = try TableServer()
    var answer = status_table_answer.suspended
    answer.eligible = true
    answer.notices = UInt32(WordSet<Notice>([.disputed]).bits)
    answer.next_state = AccountState.active.rawValue
    answer.next_at = Instant("2026-12-01T00:00:00Z").nanoseconds
    server.table.put("contoso", 7, answer)
    let reading = try table(server).read("contoso", waiting)
    #expect(reading.result == .found)
    #expect(reading.state == .suspended)
    #expect(reading.since == "2026-10-30T00:00:00Z")
    #expect(reading.reasons == [.billingPastDue])
    #expect(reading.notices == [.disputed])
    #expect(reading.capabilities == [.viewBilling])
    #expect(reading.reinstatementState == .notRequested)
    #expect(reading.isEligibleForReinstatement)
    #expect(reading.nextTransition?.at == "2026-12-01T00:00:00Z")
    #expect(reading.nextTransition?.state == .active)
    #expect(reading.revision == 7)
    #expect(reading.asOf == TableServer.now)
    #expect(reading.generation == 1)
  }

  @Test func `an id is read as bytes, and as an account id of any length`() throws {
    let server = try TableServer()
    let long = AccountID(checked: String(repeating: "x", count: 64))
    server.table.put("a")
    server.table.put(long, 2)
    let table = try table(server)
    let key = Array("a".utf8)
    #expect(table.read(key.span, waiting).revision == 1)
    #expect(table.read(key.span).result == .found)
    #expect(table.read(long).revision == 2)
    #expect(table.read("b").result == .notFound)
  }

  @Test func `a table is got in the background, and no read waits for it`() async throws {
    let server = try TableServer()
    server.table.put("contoso")
    let table = try table(server)
    #expect(table.read("contoso").result == .unavailable)
    await eventually { table.read("contoso").result == .found }
    #expect(server.table.handOvers == 1)
  }

  @Test func `a table that grew is replaced by the new one`() async throws {
    let server = try TableServer()
    server.table.put("contoso")
    let table = try table(server)
    #expect(table.read("contoso", waiting).generation == 1)
    for number in 0..<100 { server.table.put(AccountID(checked: "a\(number)")) }
    #expect(table.read("contoso").result == .stale, "the old one is not the last word")
    await eventually { table.read("a99").result == .found }
    #expect(table.read("contoso").generation > 1)
  }

  @Test func `a server that stopped is answered for until its last sign of life is too old`()
    async throws
  {
    let server = try TableServer()
    server.table.put("contoso")
    let table = try table(server)
    #expect(table.read("contoso", waiting).result == .found)
    server.stop()
    server.table.freeze(since: .seconds(60))
    #expect(table.read("contoso", patient).result == .found)
    let strict = StatusTable.Options(maxStaleness: .seconds(59))
    await eventually { table.read("contoso", strict).result == .stale }
    let reading = table.read("contoso", strict)
    #expect(reading.state == .active, "the last that is known")
    // Ages go by the coarse clock, which lags behind by up to a tick.
    #expect(reading.age >= .seconds(60) - .milliseconds(20))
    #expect(!reading.allows(.sellNewLicenses))
    #expect(table.read("nobody", strict).result == .unavailable)
  }

  @Test func `no staleness at all is taken at its word`() async throws {
    let server = try TableServer()
    server.table.put("contoso")
    let table = try table(server)
    #expect(table.read("contoso", waiting).result == .found)
    server.table.freeze(since: .milliseconds(100))
    await eventually { table.read("contoso", .init(maxStaleness: .zero)).result == .stale }
  }

  @Test func `the next server's table is found where the last one died`() async throws {
    let first = try TableServer()
    first.table.put("contoso", 1)
    let table = try table(first)
    #expect(table.read("contoso", waiting).revision == 1)
    first.kill()
    let second = try TableServer(path: first.path)
    second.table.put("contoso", 2)
    // A reading of 250 ms without a sign of life asks for another table.
    await eventually { table.read("contoso").revision == 2 }
  }

  @Test func `a reader that may not have the table is told nothing`() async throws {
    let server = try TableServer()
    server.table.put("contoso")
    server.table.refuse(-13)
    let table = try table(server)
    await eventually {
      #expect(table.read("contoso").result == .unavailable)
      return server.table.handOvers > 1
    }
  }

  @Test func `any number of threads read one table while it grows`() async throws {
    let server = try TableServer()
    server.table.put("contoso", 3)
    let table = try table(server)
    #expect(table.read("contoso", waiting).result == .found)
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<20_000 {
            let reading = table.read("contoso")
            guard reading.result == .found || reading.result == .stale, reading.revision == 3
            else {
              Issue.record("read \(reading)")
              return
            }
          }
        }
      }
      for number in 0..<200 { server.table.put(AccountID(checked: "a\(number)")) }
    }
  }

  @Test func `a path that no socket can have is refused at once`() {
    #expect(throws: AccountStatusError.self) {
      try StatusTable(socket: "/" + String(repeating: "x", count: 200))
    }
  }
}
