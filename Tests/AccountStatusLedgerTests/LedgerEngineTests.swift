import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct LedgerEngineTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  private func report(
    _ facts: [Fact], mode: ReportMode = .allOrNothing
  ) -> (RequestID) -> LedgerRequest {
    { .report($0, facts: facts, mode: mode, recorder: Recorder()) }
  }

  @Test func `requests that arrive together share one commit`() async throws {
    let open = try OpenLedger(path, clock: clock)
    let answers = await open.askTogether(
      (0..<64).map { report([registration(AccountID(checked: "account-\($0)"))]) })
    let tokens = Set(answers.compactMap(\.token))
    #expect(answers.count == 64)
    #expect(tokens.count == 1)
    #expect(open.seen.groups.count == 1)
    #expect(open.seen.groups[0].rows.count == 64)
    #expect(tokens.first == open.seen.groups[0].token)
    #expect(open.seen.faults == [])
  }

  @Test func `a group takes no more facts than one commit may`() async throws {
    let open = try OpenLedger(path, clock: clock) { $0.limits.factsPerCommit = 10 }
    _ = await open.askTogether(
      (0..<35).map { report([registration(AccountID(checked: "account-\($0)"))]) })
    #expect(open.seen.groups.map(\.replies.count) == [10, 10, 10, 5])
  }

  @Test func `a full cache does not cut groups short`() async throws {
    let open = try OpenLedger(path, clock: clock) { $0.limits.cachedFacts = 1000 }
    for round in 0..<10 {
      let before = open.seen.groups.count
      _ = await open.askTogether(
        (0..<64).map { report([registration(AccountID(checked: "account-\(round)-\($0)"))]) })
      #expect(open.seen.groups.count == before + 1)
    }
  }

  @Test func `accounts that time alone changed do not cut groups short`() async throws {
    let accounts = (0..<60).map { AccountID(checked: "account-\($0)") }
    let first = try OpenLedger(path, clock: clock)
    for id in accounts { try await first.report([registration(id), invoice("INV-1", id)]) }
    first.stop()
    let open = try OpenLedger(path, clock: clock) { $0.limits.cachedFacts = 100 }
    try await open.catchUp(to: suspension)
    #expect(open.row(accounts[0])?.untilFlip?.state == .suspended)
    let before = open.seen.groups.count
    _ = await open.askTogether(
      accounts.prefix(10).map { report([invoice("INV-2", $0, euros: 0)]) })
    #expect(open.seen.groups.count == before + 1)
  }

  @Test func `requests that would hold too much in memory share no commit`() async throws {
    let first = try OpenLedger(path, clock: clock)
    for number in 0..<6 {
      let id = AccountID(checked: "account-\(number)")
      try await first.report(
        [registration(id)] + (0..<50).map { invoice(Identifier(checked: "I-\($0)"), id, euros: 0) })
    }
    first.stop()
    let open = try OpenLedger(path, clock: clock) { $0.limits.cachedFacts = 80 }
    _ = await open.askTogether(
      (0..<6).map { report([invoice("NEW", AccountID(checked: "account-\($0)"), euros: 0)]) })
    #expect(open.seen.groups.map(\.replies.count) == [2, 1, 1, 1, 1])
  }

  @Test func `a refused request takes no neighbour down`() async throws {
    let open = try OpenLedger(path, clock: clock)
    let bad = approval(at: "2026-01-02T00:00:00Z")
    let answers = await open.askTogether([
      report([registration()]),
      report([
        registration("contoso"), invoice("INV-1", "contoso", issued: "2025-01-01"),
        approval("DEC-1", "contoso", at: clock.now),
      ]),
      report([invoice()]), report([bad]),
    ])
    #expect(answers.map(\.isRefused) == [false, true, false, false])
    #expect(open.seen.groups.count == 1)
    #expect(open.row("contoso") == nil)
    #expect(try await open.page(account).facts.map(\.fact) == [registration(), invoice(), bad])
  }

  @Test func `a refusal on an account that the group wrote before leaves that row`() async throws {
    clock.set("2026-11-02T00:00:00Z")
    let open = try OpenLedger(path, clock: clock)
    let answers = await open.askTogether([
      report([registration(), invoice()]),
      report([invoice("INV-2"), approval(at: clock.now)]),
      report([invoice("INV-3")]),
    ])
    #expect(answers.map(\.isRefused) == [false, true, false])
    #expect(open.seen.groups.count == 1)
    #expect(open.seen.groups[0].rows.count == 1)
    let facts = try await open.page(account).facts
    #expect(facts.map(\.fact) == [registration(), invoice(), invoice("INV-3")])
    #expect(try await matchesEvaluation(open, account))
    #expect(open.seen.faults == [])
  }

  @Test func `an account that cannot be read fails alone`() async throws {
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), registration("contoso")])
    first.stop()
    try Database(path).execute(
      """
      UPDATE fact SET content = x'ff' WHERE account =
        (SELECT number FROM account WHERE account_id = 'contoso')
      """)
    let open = try OpenLedger(path, clock: clock)
    let answers = await open.askTogether([
      report([invoice()]), report([invoice("INV-1", "contoso"), invoice("INV-7")]),
      report([invoice("INV-2")]),
    ])
    #expect(answers.map(\.error?.code) == [nil, .corrupt, nil])
    #expect(
      try await open.page(account).facts.map(\.fact)
        == [registration(), invoice(), invoice("INV-2")])
    await #expect(throws: LedgerError.self) { try await open.facts("contoso") }
    #expect(open.seen.trouble == [])
  }

  @Test func `a request that cannot be written fails alone, and leaves nothing`() async throws {
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), registration("contoso")])
    first.stop()
    try Database(path).execute(
      """
      CREATE TRIGGER no BEFORE INSERT ON change
      WHEN NEW.account = (SELECT number FROM account WHERE account_id = 'contoso')
      BEGIN SELECT RAISE(ABORT, 'not this one'); END
      """)
    let open = try OpenLedger(path, clock: clock)
    let answers = await open.askTogether([
      report([invoice()]), report([invoice("INV-7"), invoice("INV-1", "contoso")]),
      report([invoice("INV-2")]),
    ])
    #expect(answers.map(\.error?.code) == [nil, .unexpected, nil])
    #expect(answers[1].error?.message.contains("not this one") == true)
    #expect(open.seen.groups.count == 1)
    let facts = try await open.page(account).facts
    #expect(facts.map(\.fact) == [registration(), invoice(), invoice("INV-2")])
    #expect(try await open.page("contoso").facts.count == 1)
    #expect(try await matchesEvaluation(open, account))
    #expect(open.seen.trouble == [])
    #expect(open.seen.faults == [])
  }

  @Test func `an account that cannot be written does not stop the others from changing`()
    async throws
  {
    clock.set("2026-10-29T00:00:00Z")
    let first = try OpenLedger(path, clock: clock)
    let accounts = (0..<30).map { AccountID(checked: "account-\($0)") }
    for account in accounts {
      try await first.report([registration(account), invoice("I", account)])
    }
    first.stop()
    try Database(path).execute(
      """
      CREATE TRIGGER no BEFORE INSERT ON change WHEN NEW.account IN (7, 20)
      BEGIN SELECT RAISE(ABORT, 'not this one'); END
      """)
    let open = try OpenLedger(path, clock: clock)
    try await open.catchUp(to: suspension)
    #expect(Set(open.seen.unreadable) == ["account-6", "account-19"])
    let suspended = open.seen.rows.values.filter { $0.untilFlip?.state == .suspended }
    #expect(suspended.count == 28)
    #expect(suspended.allSatisfy { $0.revision == 2 })
    #expect(open.seen.trouble == [])
    #expect(open.seen.faults == [])
  }

  @Test func `client writes go before transitions, which come in chunks and once`() async throws {
    clock.set("2026-10-29T00:00:00Z")
    let open = try OpenLedger(path, clock: clock) { $0.limits.accountsPerChunk = 100 }
    let accounts = (0..<1200).map { AccountID(checked: "account-\($0)") }
    for account in accounts {
      _ = try await open.report([registration(account), invoice("I", account)])
    }
    #expect(open.seen.groups.last?.nextTransitionAt == suspension)
    let before = open.seen.groups.count
    clock.set("2026-10-30T00:00:01Z")
    _ = await open.askTogether([{ .catchUp($0) }, report([registration("late")])])
    let groups = Array(open.seen.groups[before...])
    #expect(groups[0].replies.count == 1)
    #expect(groups[0].nextTransitionAt == suspension)
    #expect(groups[1...].allSatisfy { $0.rows.count <= 100 })
    #expect(groups[1...].reduce(0) { $0 + $1.rows.count } == 1200)
    #expect(groups.last?.nextTransitionAt == nil)
    for account in accounts {
      let row = try #require(open.row(account))
      #expect(row.revision == 2)
      #expect(row.untilFlip?.state == .suspended)
      #expect(row.flipAt == .distantFuture)
    }
    #expect(open.seen.faults == [])
  }

  @Test(arguments: [(pause: UInt64.max, isShort: true), (pause: 0, isShort: false)])
  func `while writes come, a chunk of transitions is short`(
    pause: UInt64, isShort: Bool
  ) async throws {
    clock.set("2026-10-29T00:00:00Z")
    let open = try OpenLedger(path, clock: clock) {
      $0.limits.sliceNanoseconds = .max / 2
      $0.limits.contendedSliceNanoseconds = 0
      $0.limits.writePauseNanoseconds = pause
    }
    for number in 0..<30 {
      let account = AccountID(checked: "account-\(number)")
      try await open.report([registration(account), invoice("I", account)])
    }
    let before = open.seen.groups.count
    try await open.catchUp(to: "2026-10-30T00:00:01Z")
    let chunks = open.seen.groups[before...].map(\.rows.count)
    #expect(chunks == (isShort ? Array(repeating: 1, count: 30) : [30]))
  }

  @Test func `transitions that were due while the ledger was down follow once asked`() async throws
  {
    clock.set("2026-07-02T00:00:00Z")
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), invoice()])
    first.stop()
    clock.set("2027-03-01T00:00:00Z")
    let open = try OpenLedger(path, clock: clock)
    #expect(open.ledger.firstTransitionAt == delinquent)
    #expect(open.seen.published.map(\.revision) == [1])
    try await open.catchUp(to: "2027-03-01T00:00:00Z")
    #expect(open.row(account)?.revision == 3)
    #expect(open.row(account)?.validFrom == suspension)
  }

  @Test func `after the clock was set back, the next transition is the first from there`()
    async throws
  {
    let open = try OpenLedger(path, clock: clock)
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: "2026-11-05T00:00:00Z")
    #expect(open.row(account)?.revision == 2)
    try await open.catchUp(to: "2026-10-20T00:00:00Z")
    #expect(open.row(account)?.revision == 3)
    #expect(open.seen.groups.last?.nextTransitionAt == suspension)
  }

  @Test func `another default edition decides every account anew, resumably and once`() async throws
  {
    clock.set("2026-10-29T12:00:00Z")
    let first = try OpenLedger(path, clock: clock)
    let accounts = (0..<50).map { AccountID(checked: "account-\($0)") }
    for account in accounts {
      try await first.report([registration(account), invoice("I", account)])
    }
    #expect(first.row("account-0")?.untilFlip?.state == .active)
    first.stop()

    let second = try OpenLedger(path, clock: clock, edition: "2016-11") {
      $0.limits.sliceNanoseconds = 0
    }
    #expect(second.seen.published.allSatisfy { !$0.isCurrent })
    await second.until { $0.groups.count >= 5 }
    second.stop()

    let third = try OpenLedger(path, clock: clock, edition: "2016-11")
    #expect(third.seen.published.filter(\.isCurrent).count >= 5)
    await third.until { seen in seen.rows.values.allSatisfy(\.isCurrent) }
    for account in accounts {
      #expect(third.row(account)?.untilFlip?.state == .suspended)
      #expect(third.row(account)?.revision == 2)
    }
    third.stop()

    let fourth = try OpenLedger(path, clock: clock, edition: "2016-11")
    #expect(fourth.seen.published.allSatisfy { $0.isCurrent })
  }

  @Test func `a write to an account of other rules decides it anew at once`() async throws {
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), invoice()])
    first.stop()
    let open = try OpenLedger(path, clock: clock, edition: "2017-01")
    try await open.store(fact("dispute", at: clock.now, .disputeOpened(invoiceID: "INV-1")))
    let row = try #require(open.row(account))
    #expect(row.isCurrent)
    #expect(row.untilFlip?.notices == [.paymentDelinquent, .disputed])
    #expect(row.revision == 3)
  }

  @Test func `an account that cannot be read does not stop the others from changing`() async throws
  {
    clock.set("2026-10-29T00:00:00Z")
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), invoice()])
    try await first.report([registration("contoso"), invoice("INV-1", "contoso")])
    first.stop()
    let database = try Database(path)
    try database.execute("UPDATE fact SET content = x'0963' WHERE account = 1")
    // Unless its facts are needed, an account changes by its row.
    try database.execute("UPDATE status SET valid_until = flip_at + 1 WHERE account = 1")
    _ = consume database
    let open = try OpenLedger(path, clock: clock)
    try await open.catchUp(to: suspension)
    #expect(open.seen.unreadable == [account])
    #expect(open.row("contoso")?.untilFlip?.state == .suspended)
    #expect(open.row(account)?.revision == 1)
    try await open.catchUp(to: "2026-10-31T00:00:00Z")
    #expect(open.seen.unreadable == [account])
  }
}

extension OpenLedger.Answer {
  var token: LedgerToken? {
    if case .reported(_, let token) = self { token } else { nil }
  }

  var isRefused: Bool {
    if case .reported(.refused, _) = self { true } else { false }
  }

  var error: LedgerError? {
    if case .failed(let error) = self { error } else { nil }
  }
}

/// Whether an account's row is what its facts say.
func matchesEvaluation(_ open: OpenLedger, _ id: AccountID) async throws -> Bool {
  guard let snapshot = try await open.facts(id), let row = open.row(id) else { return false }
  let edition = try EditionCatalogue().default
  func answer(_ instant: Instant) -> BasicAnswer? {
    evaluate(snapshot.facts, edition: edition, asOf: instant).map(BasicAnswer.init)
  }
  return answer(row.validFrom) == row.untilFlip
    && (row.flipAt == .distantFuture || answer(row.flipAt) == row.fromFlip)
}
