import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("Records as their last change left them")
struct StatusIndexSnapshotTests {
  private func read(
    _ server: LocalServer, _ account: AccountID, at now: Instant
  ) throws -> StatusIndex.CommittedRecord {
    let number = try #require(server.index.recordNumber(of: account))
    return server.index.committedRecord(number, edition: "E", at: now)
  }

  @Test func `a record says what it says, as of now`() throws {
    let server = try LocalServer()
    try server.store([registration(), invoice()])
    guard case .status(let status) = try read(server, account, at: autumn) else {
      throw TestFailure("there is no status")
    }
    #expect(status.accountID == account && status.policyEdition == "E" && status.asOf == autumn)
    #expect(status.state == .active && status.nextTransition?.at == suspension)
    #expect(server.index.recordCount == 1)
    #expect(server.index.recordNumber(of: "nobody") == nil)
  }

  @Test func `what is due does not count until it is committed`() throws {
    let server = try LocalServer()
    try server.store([registration(), invoice()])
    server.setClock("2026-11-15T00:00:00Z")
    guard case .status(let before) = try read(server, account, at: "2026-11-15T00:00:00Z") else {
      throw TestFailure("there is no status")
    }
    #expect(before.state == .active)
    #expect(before.asOf == Instant(nanoseconds: suspension.nanoseconds - 1))
    try server.catchUp()
    guard case .status(let after) = try read(server, account, at: "2026-11-15T00:00:00Z") else {
      throw TestFailure("there is no status")
    }
    #expect(after.state == .suspended && after.revision == before.revision + 1)
    #expect(after.asOf == "2026-11-15T00:00:00Z")
    #expect(after.reinstatementState != .none)
    #expect(after.reinstatementSince != nil)
  }

  @Test func `after the clock was set back a record is as of its begin`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    guard case .status(let status) = try read(server, account, at: newYear) else {
      throw TestFailure("there is no status")
    }
    #expect(status.asOf == autumn)
  }

  @Test func `who is not registered has none`() throws {
    let server = try LocalServer()
    try server.store([
      registration(),
      fact(
        "undo", at: autumn, .factRetracted(FactIdentity(source: "erp", factID: "register-fabrikam"))
      ),
    ])
    guard case .none = try read(server, account, at: autumn) else {
      throw TestFailure("there is a status")
    }
  }

  @Test func `what other rules decided is not told`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    var row = StatusRow(
      accountID: account, revision: 1, validFrom: newYear, flipAt: .distantFuture,
      validUntil: .distantFuture, untilFlip: nil, fromFlip: nil)
    row.isCurrent = false
    server.index.publish(row)
    guard case .undecided(account) = try read(server, account, at: autumn) else {
      throw TestFailure("it is told as if it were decided")
    }
  }
}
