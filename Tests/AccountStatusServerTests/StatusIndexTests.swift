import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import Testing

@Suite("The status index")
struct StatusIndexTests {
  private let index: StatusIndex
  private let start: Instant = "2026-01-01T00:00:00Z"
  private let flip: Instant = "2026-02-01T00:00:00Z"
  private let end: Instant = "2026-03-01T00:00:00Z"

  init() throws { index = try StatusIndex(edition: "2020-06", capacity: 4) }

  private func answer(_ state: AccountState, _ reasons: WordSet<ReasonCode> = []) -> BasicAnswer {
    BasicAnswer(
      state: state, reinstatementState: .none, isEligibleForReinstatement: state == .suspended,
      nextState: state == .active ? .suspended : nil,
      nextTransitionAt: state == .active ? flip : .distantFuture, since: start, reasons: reasons,
      notices: [], capabilities: WordSet.all)
  }

  /// Active, suspended from the flip on, and evaluated anew at the end.
  private func row(_ id: AccountID, isCurrent: Bool = true) -> StatusRow {
    StatusRow(
      accountID: id, revision: 4, validFrom: start, flipAt: flip, validUntil: end,
      untilFlip: answer(.active), fromFlip: answer(.suspended, [.billingPastDue]),
      isCurrent: isCurrent)
  }

  private func publish(_ rows: StatusRow...) {
    for row in rows { index.publish(row) }
    index.takeInNewAccounts()
  }

  @Test func `what is published is read, and flips at its instant`() {
    publish(row("a"))
    #expect(index.count == 1)
    #expect(index.read("b", at: start).0 == .STATUS_TABLE_NOT_FOUND)
    for (now, state, revision) in [
      (start, AccountState.active, UInt64(4)), (flip.adding(nanoseconds: -1), .active, 4),
      (flip, .suspended, 5), (end.adding(nanoseconds: -1), .suspended, 5),
    ] {
      let (result, status) = index.read("a", at: now)
      #expect(result == .STATUS_TABLE_FOUND)
      #expect(status.answer.state == state.rawValue && status.revision == revision)
    }
    #expect(index.read("a", at: start.adding(nanoseconds: -1)).0 == .STATUS_TABLE_STALE)
    #expect(index.read("a", at: end).0 == .STATUS_TABLE_STALE)
  }

  @Test func `room that was made is used, and not needed to go on`() {
    index.reserve(accounts: 100)
    for number in 0..<300 { publish(row(AccountID(checked: "a-\(number)"))) }
    index.reserve(accounts: 10)
    #expect(index.count == 300)
    for number in 0..<300 {
      #expect(index.read(AccountID(checked: "a-\(number)"), at: start).0 == .STATUS_TABLE_FOUND)
    }
  }

  @Test func `an answer survives the table as it was`() {
    publish(row("a"))
    #expect(index.read("a", at: start).1.standing == answer(.active).standing)
    #expect(
      index.read("a", at: flip).1.standing == answer(.suspended, [.billingPastDue]).standing)
  }

  @Test func `it is known whether the rules in force have decided every account`() {
    publish(row("a"), row("b"))
    #expect(index.isDecided(but: []))
    publish(row("a", isCurrent: false), row("b", isCurrent: false))
    #expect(!index.isDecided(but: []))
    #expect(!index.isDecided(but: ["a"]))
    #expect(index.isDecided(but: ["a", "b", "nobody"]))
    publish(row("b"))
    #expect(index.isDecided(but: ["a"]))
    publish(row("a"))
    #expect(index.isDecided(but: []))
  }

  @Test func `a token is shown once everything up to it is published`() {
    let store = StoreID.random()
    func token(_ position: UInt64, epoch: UInt32 = 1) -> [UInt8] {
      LedgerToken(storeID: store, epoch: epoch, position: position).encoded
    }
    func shows(_ token: [UInt8]) -> Bool {
      token.withUnsafeBytes { index.pointReads.state.pointee.shows($0) }
    }
    #expect(shows([]) && !shows(token(0)))
    index.advance(to: LedgerToken(storeID: store, epoch: 1, position: 10))
    #expect(index.encodedToken == token(10))
    #expect(shows(token(10)) && shows(token(9)) && !shows(token(11)))
    #expect(!shows(token(10, epoch: 2)) && !shows(Array(token(10).dropLast())))
    #expect(!shows(LedgerToken(storeID: .random(), epoch: 1, position: 1).encoded))
    #expect(!shows([UInt8](repeating: 0xff, count: 1000)))
  }

  @Test func `a manual clock stands still for readers`() {
    index.setManualClock(flip)
    #expect(index.pointReads.state.pointee.begin(1) == flip.nanoseconds)
    index.setManualClock(end)
    #expect(index.pointReads.state.pointee.begin(1) == end.nanoseconds)
  }

  @Test(.enabled(if: RecordWriter.isOptimised))
  func `publishing a change costs little more than writing its record`() throws {
    let accounts = (0..<5000).map { AccountID(checked: "partner-\(10_000 + $0)") }
    let rows = accounts.map { row($0) }
    let ratio = try RecordWriter(accounts).ratio {
      for row in rows { index.publish(row) }
      index.takeInNewAccounts()
    }
    #expect(ratio < 2)
  }
}
