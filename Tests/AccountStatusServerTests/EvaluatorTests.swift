import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("The evaluator")
struct EvaluatorTests {
  private func query(_ server: LocalServer) -> EvaluationQuery {
    let now = server.clock.now
    return EvaluationQuery(
      asOf: now, knownAt: nil, edition: server.editions.default, now: now,
      defaultEdition: server.editions.default)
  }

  private func answer(
    _ server: LocalServer, _ query: EvaluationQuery, _ id: AccountID = account
  ) throws -> Result<AccountStatus, RPCError> {
    try server.answer("an answer comes") { server.evaluator.answer(query, about: id, $0) }
  }

  @Test func `an account that is not registered is not found`() throws {
    let server = try LocalServer()
    #expect(throws: RPCError.self) { try answer(server, query(server)).get() }
    try server.store([registration()])
    var early = query(server)
    early.asOf = "2025-01-01T00:00:00Z"
    guard case .failure(let error) = try answer(server, early) else {
      Issue.record("it was found before its registration")
      return
    }
    #expect(error.code == .notFound)
    #expect(error.errorInfo?.reason == "ACCOUNT_NOT_FOUND")
    #expect(try answer(server, query(server)).get().state == .active)
  }

  @Test func `the instant, the knowledge and the edition are those asked for`() throws {
    let server = try LocalServer(at: autumn)
    try server.store([registration()])
    server.setClock("2026-09-02T00:00:00Z")
    try server.store([invoice()])
    server.setClock("2026-11-01T00:00:00Z")
    var asked = query(server)
    #expect(try answer(server, asked).get().state == .suspended)
    asked.asOf = autumn
    #expect(try answer(server, asked).get().state == .active)
    asked.asOf = server.clock.now
    asked.knownAt = autumn
    let unaware = try answer(server, asked).get()
    #expect(unaware.state == .active && unaware.knownAt == autumn)
    let other = try #require(
      server.editions.names.first { $0 != server.editions.default.name })
    asked.knownAt = nil
    asked.edition = try server.editions[other]
    #expect(try answer(server, asked).get().policyEdition == other)
  }

  @Test func `a suspended provider is a notice, one hop away`() throws {
    let server = try LocalServer(at: suspension)
    try server.store([
      registration("shop", [.indirectReseller]), fact("l1", of: "shop", .providerLinked("middle")),
      registration("middle", [.indirectProvider, .indirectReseller]),
      fact("l2", of: "middle", .providerLinked("top")),
      registration("top", [.indirectProvider]), invoice("INV-1", "top"),
    ])
    let asked = query(server)
    #expect(try answer(server, asked, "top").get().state == .suspended)
    #expect(try answer(server, asked, "middle").get().notices.contains(.providerSuspended))
    #expect(try !answer(server, asked, "shop").get().notices.contains(.providerSuspended))
  }

  @Test func `a provider that nobody registered is no notice`() throws {
    let server = try LocalServer()
    try server.store([
      registration(account, [.indirectReseller]), fact("link", .providerLinked("nobody")),
    ])
    #expect(try !answer(server, query(server)).get().notices.contains(.providerSuspended))
  }

  @Test func `a burst is bounded, and whoever is refused knows when to come again`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    var answers: [Result<AccountStatus, RPCError>] = []
    let asked = Evaluator.maximumPending + 10
    for _ in 0..<asked {
      server.evaluator.answer(query(server), about: account) { answers.append($0) }
    }
    let refused = answers.compactMap { result -> RPCError? in
      if case .failure(let error) = result { error } else { nil }
    }
    #expect(refused.count == 10)
    #expect(refused.allSatisfy { $0.code == .resourceExhausted && $0.retryDelay != nil })
    try server.until("all are answered") { answers.count == asked }
    #expect(answers.count { (try? $0.get()) != nil } == Evaluator.maximumPending)
    #expect(try answer(server, query(server)).get().state == .active)
  }

  @Test func `any function of an account's facts is computed, for the loop`() throws {
    let server = try LocalServer()
    try server.store([registration(), invoice(), invoice("INV-2")])
    var answers: [Int?] = []
    for id in [account, "nobody", account] {
      server.evaluator.compute(
        about: id, { $0.facts.stored.count }, { answers.append((try? $0.get()) ?? nil) })
    }
    #expect(answers.isEmpty)
    try server.until("all are computed") { answers.count == 3 }
    #expect(answers.compactMap(\.self) == [3, 3])
  }

  @Test func `a ledger that stopped fails every question`() throws {
    let server = try LocalServer()
    server.ledger.stop()
    guard case .failure(let error) = try answer(server, query(server)) else {
      Issue.record("it answered")
      return
    }
    #expect(error.code == .unavailable)
    #expect(error.errorInfo?.reason == "SHUTTING_DOWN")
  }
}
