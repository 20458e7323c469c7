import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import Testing

@Suite("Evaluation of a snapshot")
struct EvaluationTests {
  private func snapshot(_ server: LocalServer, _ id: AccountID = account) throws -> AccountSnapshot
  {
    let result = try server.answer("a snapshot is taken") { server.link.snapshot(of: id, $0) }
    return try #require(try result.get())
  }

  private func query(_ server: LocalServer, asOf: Instant? = nil) -> EvaluationQuery {
    let now = server.clock.now
    return EvaluationQuery(
      asOf: asOf ?? now, knownAt: nil, edition: server.editions.default, now: now,
      defaultEdition: server.editions.default)
  }

  /// Whatever time has passed, evaluation counts the changes that the ledger commits afterwards.
  @Test(
    arguments: [
      "2026-09-01T00:00:00Z", "2026-09-15T00:00:00Z", "2026-10-29T23:59:59Z",
      "2026-10-30T00:00:00Z", "2026-12-01T00:00:00Z", "2027-06-01T00:00:00Z",
    ] as [Instant])
  func `a revision counts changes by time that are not committed yet`(_ now: Instant) throws {
    let server = try LocalServer(at: "2026-07-02T00:00:00Z")
    try server.store([
      registration(), invoice("INV-1"), invoice("INV-2", issued: "2026-06-15"),
      payment(of: "INV-2", at: "2026-10-01T00:00:00Z"),
    ])
    let before = server.index.read(account, at: server.clock.now).1.revision
    server.setClock(now)
    let early = Evaluation(query(server), of: account, from: try snapshot(server))
    try server.catchUp()
    let (result, committed) = server.index.read(account, at: now)
    #expect(result == .STATUS_TABLE_FOUND)
    #expect(early.status?.revision == committed.revision)
    #expect(early.status?.state.rawValue == committed.answer.state)
    #expect(committed.revision > before)
    let late = Evaluation(query(server), of: account, from: try snapshot(server))
    #expect(late.status == early.status)
  }

  @Test func `an answer of the past carries the present's revision`() throws {
    let server = try LocalServer(at: suspension)
    try server.store([registration(), invoice()])
    let facts = try snapshot(server)
    let past = Evaluation(query(server, asOf: autumn), of: account, from: facts).status
    let present = Evaluation(query(server), of: account, from: facts).status
    #expect(past?.state == .active && present?.state == .suspended)
    #expect(past?.revision == present?.revision)
    #expect(past?.isProjected == false)
  }

  @Test func `an answer of the future is projected`() throws {
    let server = try LocalServer(at: autumn)
    try server.store([registration(), invoice()])
    let facts = try snapshot(server)
    let future = Evaluation(query(server, asOf: suspension), of: account, from: facts).status
    #expect(future?.isProjected == true && future?.state == .suspended)
    #expect(future?.asOf == suspension)
  }

  @Test func `before its registration an account has no status and no providers`() throws {
    let server = try LocalServer()
    try server.store([
      registration(account, [.indirectReseller]), fact("link", .providerLinked("tailspin")),
    ])
    let facts = try snapshot(server)
    let before = Evaluation(
      query(server, asOf: "2025-12-31T00:00:00Z"), of: account, from: facts)
    #expect(before.status == nil && before.providers.isEmpty)
    #expect(Evaluation(query(server), of: account, from: facts).providers == ["tailspin"])
  }
}
