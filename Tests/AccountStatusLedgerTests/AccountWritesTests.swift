import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

/// Requests of one group are worked out first and written together.
@Suite struct AccountWritesTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  private func report(_ facts: Fact...) -> (RequestID) -> LedgerRequest {
    { .report($0, facts: facts, mode: .allOrNothing, recorder: Recorder()) }
  }

  /// Every remainder of the sixteen, four and one rows that go together.
  @Test(arguments: [1, 3, 4, 5, 15, 16, 17, 23, 64])
  func `whatever a group's size, every row is written, in its order`(count: Int) async throws {
    let open = try OpenLedger(path, clock: clock)
    let accounts = (0..<count).map { AccountID(checked: "account-\($0)") }
    let answers = await open.askTogether(accounts.map { report(registration($0)) })
    #expect(open.seen.groups.count == 1)
    #expect(answers.allSatisfy { $0.error == nil && !$0.isRefused })
    let told = open.seen.groups[0].changes
    open.stop()

    let again = try OpenLedger(path, clock: clock)
    for id in accounts {
      #expect(try await again.page(id).facts.map(\.fact) == [registration(id)])
      #expect(try await matchesEvaluation(again, id))
    }
    let kept = try await again.changes(after: 0).changes
    #expect(kept == told)
    #expect(kept.map(\.accountID) == accounts)
  }

  @Test func `facts too long for the room of their rows are written whole`() async throws {
    let open = try OpenLedger(path, clock: clock)
    try await open.report([registration()])
    let note = String(repeating: "a long story, ", count: 140)
    let facts = (0..<40).map { number in
      fact(
        Identifier(checked: "note-\(number)"), account, at: newYear,
        .externalStatusObserved(state: .active, note: note + "\(number)"))
    }
    let answers = await open.askTogether(facts.map { report($0) })
    #expect(answers.allSatisfy { $0.error == nil && !$0.isRefused })
    #expect(open.seen.groups.count == 2)
    open.stop()
    let again = try OpenLedger(path, clock: clock)
    let stored = try #require(try await again.facts(account)).facts.stored.dropFirst().map(\.fact)
    #expect(stored == facts)
  }

  @Test func `an account that a group changes several times has one row and every change`()
    async throws
  {
    clock.set("2026-11-02T00:00:00Z")
    let open = try OpenLedger(path, clock: clock)
    _ = await open.askTogether([
      report(registration()), report(invoice()), report(payment("PAY-1", at: clock.now)),
      report(invoice("INV-2")),
    ])
    #expect(open.seen.groups.map(\.rows.count) == [1])
    let told = open.seen.groups[0].changes
    #expect(told.map(\.revision) == [1, 2, 3, 4])
    #expect(try await open.changes(after: 0).changes == told)
    #expect(try await matchesEvaluation(open, account))
    open.stop()
    #expect(try Database(path).rows("SELECT revision FROM status") == [["4"]])
  }

  @Test func `a repeat within a group counts once`() async throws {
    let open = try OpenLedger(path, clock: clock)
    let answers = await open.askTogether([
      report(registration()), report(invoice()), report(invoice()),
      report(registration("contoso"), invoice("INV-1", "contoso")), report(invoice()),
    ])
    #expect(answers.allSatisfy { $0.error == nil && !$0.isRefused })
    #expect(try await open.page(account).facts.map(\.fact) == [registration(), invoice()])
    #expect(open.seen.groups.count == 1)
  }

  @Test func `a name that a group gives two accounts is the first one's`() async throws {
    let open = try OpenLedger(path, clock: clock)
    try await open.report([registration(), registration("contoso"), registration("tailspin")])
    let mine = invoice("INV-1")
    var theirs = invoice("INV-1", "contoso")
    theirs.identity = mine.identity
    let before = open.seen.groups.count
    let answers = await open.askTogether([
      report(invoice("INV-8", "tailspin")), report(mine), report(theirs), report(invoice("INV-9")),
    ])
    #expect(answers.map(\.isRefused) == [false, false, true, false])
    #expect(open.seen.groups.count == before + 1)
    #expect(try await open.page("contoso").facts.map(\.fact) == [registration("contoso")])
    #expect(
      try await open.page(account).facts.map(\.fact) == [registration(), mine, invoice("INV-9")])
    #expect(
      try await open.page("tailspin").facts.map(\.fact)
        == [registration("tailspin"), invoice("INV-8", "tailspin")])
    for id: AccountID in [account, "contoso", "tailspin"] {
      #expect(try await matchesEvaluation(open, id))
    }
    #expect(open.seen.faults == [])
  }

  @Test func `a refusal sees what its group has not written yet`() async throws {
    let open = try OpenLedger(path, clock: clock)
    try await open.report([registration(), registration("contoso")])
    let mine = invoice("INV-1")
    // Would be refused for its meaning as well: the account is not suspended.
    var theirs = approval("DEC-1", "contoso", at: clock.now)
    theirs.identity = mine.identity
    let answers = await open.askTogether([report(mine), report(theirs)])
    #expect(answers.map(\.isRefused) == [false, true])
    #expect(open.seen.faults == [])
    #expect(try await matchesEvaluation(open, account))
  }
}
