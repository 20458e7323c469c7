import AccountStatusClient
import AccountStatusModel
import Testing

@Suite(.timeLimit(.minutes(5))) struct TableRenewalTests {
  private let patient = StatusTable.Options(maxStaleness: .seconds(3600))

  @Test func `many reads without a table ask for one`() async throws {
    let server = try TableServer()
    server.table.put("contoso")
    let table = try StatusTable(socket: server.path, options: patient)
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask { await eventually { table.read("contoso").result == .found } }
      }
    }
    #expect(server.table.handOvers == 1)
  }

  @Test func `nobody is asked while nobody reads`() async throws {
    let server = try TableServer()
    server.table.refuse(-11)
    let table = try StatusTable(socket: server.path, options: patient)
    await eventually { table.read("contoso").result == .found || server.table.handOvers > 0 }
    // The one attempt that may still be under way, and no more of them than a bounded few.
    let before = server.table.handOvers
    for _ in 0..<50 { await Task.yield() }
    #expect(server.table.handOvers <= before + 1)
  }

  @Test func `a table that goes away does not wait for its thread`() async throws {
    let server = try TableServer()
    server.table.refuse(-11)
    do {
      let table = try StatusTable(socket: server.path, options: patient)
      await eventually { table.read("contoso").result == .found || server.table.handOvers > 0 }
    }
    server.stop()
  }
}
