import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// What an engineer on call sees of a real daemon.
@Suite(.timeLimit(.minutes(3))) struct TopTests {
  private struct Reading: Decodable {
    struct Accounts: Decodable {
      var total: Int
      var active: Int
      var suspended: Int
      var closed: Int
      var notCovered: Int
    }
    struct Suspension: Decodable, Equatable {
      var accountId: String
      var at: String
    }
    var accounts: Accounts
    var callsPerSecond: Double
    var tableGeneration: Int
    var tableHandOvers: Int
    var residentBytes: Int
    var upcomingSuspensions: [Suspension]
  }

  @Test(arguments: ["off", "50us"])
  func `states, the table's readers and what comes next are shown`(spin: String) async throws {
    let served = try Served(arguments: ["--spin", spin])
    try await served.register("active")
    try await served.register("german", cloud: .germany)
    try await served.register("closed")
    try await served.report(.accountClosed, of: "closed", at: "2026-06-01T00:00:00Z")
    try await served.register("northwind")
    try await served.issueInvoice()
    let table = try #require(served.client.table)
    let waiting = StatusTable.Options(maxStaleness: .seconds(3600), timeout: .seconds(60))
    #expect(table.read("active", waiting).result == .found)

    let before = try reading(served)
    #expect(before.accounts.total == 4)
    #expect(before.accounts.active == 2)
    #expect(before.accounts.closed == 1)
    #expect(before.accounts.notCovered == 1)
    #expect(
      before.upcomingSuspensions == [
        Reading.Suspension(accountId: "northwind", at: "2026-10-30T00:00:00Z")
      ])
    #expect(before.tableGeneration == 1)
    #expect(before.tableHandOvers >= 1)
    #expect(before.callsPerSecond > 0)
    #expect(before.residentBytes > 1 << 20)

    try await served.client.setClock(to: "2026-10-30T00:00:00Z")
    let after = try reading(served)
    #expect(after.accounts.active == 1)
    #expect(after.accounts.suspended == 1)
  }

  private func reading(_ served: Served) throws -> Reading {
    let output = try run(
      "accountstatus",
      ["--socket", served.server.socket, "top", "--once", "--interval", "100ms", "-o", "json"])
    #expect(output.status == 0, "\(output.error)")
    return try JSONDecoder().decode(Reading.self, from: Data(output.out.utf8))
  }
}
