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

  private func listed(
    _ state: AccountState? = nil, _ reason: ReasonCode? = nil, at now: Instant
  ) -> [String] {
    index.list(state: state, reason: reason, after: nil, limit: 1000, at: now)
      .entries.map(\.accountID.text)
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

  @Test func `an answer survives the table as it was`() {
    publish(row("a"))
    #expect(index.read("a", at: start).1.standing == answer(.active).standing)
    #expect(
      index.read("a", at: flip).1.standing == answer(.suspended, [.billingPastDue]).standing)
  }

  @Test func `lists know both halves, and go by the one that holds`() {
    publish(row("a"))
    #expect(listed(.active, at: start) == ["a"] && listed(.suspended, at: start) == [])
    #expect(listed(.active, at: flip) == [] && listed(.suspended, at: flip) == ["a"])
    #expect(listed(nil, .billingPastDue, at: start) == [])
    #expect(listed(nil, .billingPastDue, at: flip) == ["a"])
    #expect(listed(.suspended, .accountAbuse, at: flip) == [])
  }

  @Test func `a row of other rules is stale, and may match anything`() {
    publish(row("a", isCurrent: false))
    #expect(index.read("a", at: start).0 == .STATUS_TABLE_STALE)
    for state in AccountState.allCases { #expect(listed(state, at: start) == ["a"]) }
    for reason in ReasonCode.allCases { #expect(listed(nil, reason, at: start) == ["a"]) }
    publish(row("a"))
    #expect(listed(.closed, at: start) == [])
  }

  @Test func `what has run out before the ledger caught up may match anything`() {
    publish(row("a"))
    index.nextTransitionAt = flip
    for now in [end, start.adding(nanoseconds: -1)] {
      let page = index.list(state: .closed, reason: nil, after: nil, limit: 9, at: now)
      #expect(page.entries.map(\.result) == [.STATUS_TABLE_STALE], "\(now)")
      #expect(listed(nil, .accountAbuse, at: now) == ["a"])
    }
    #expect(listed(.closed, at: flip) == [], "it holds: the second half decides")
  }

  @Test func `a new row takes the place of the old one in every list`() {
    publish(row("a"))
    var closed = row("a")
    (closed.flipAt, closed.validUntil) = (.distantFuture, .distantFuture)
    (closed.untilFlip, closed.fromFlip) = (answer(.closed), nil)
    publish(closed)
    #expect(index.count == 1)
    #expect(listed(.closed, at: end) == ["a"])
    #expect(listed(.active, at: start) == [] && listed(.suspended, at: end) == [])
  }

  @Test func `an account that is not registered at an instant is in no list`() {
    var later = row("a")
    (later.untilFlip, later.fromFlip) = (nil, answer(.active))
    publish(later)
    #expect(index.read("a", at: start).0 == .STATUS_TABLE_NOT_FOUND)
    #expect(listed(at: start) == [] && listed(at: flip) == ["a"])
  }

  @Test func `pages are by id, and together they are the whole list`() {
    let ids = (0..<57).map { "account-\($0)" }
    for id in ids.shuffled() { index.publish(row(AccountID(checked: id))) }
    index.takeInNewAccounts()
    var found: [String] = []
    var after: AccountID?
    repeat {
      let page = index.list(state: .active, reason: nil, after: after, limit: 10, at: start)
      #expect(page.entries.count <= 10)
      found += page.entries.map(\.accountID.text)
      after = page.continuation
    } while after != nil
    #expect(found == ids.sorted())
  }

  @Test func `a page looks at a bounded number of accounts, and the next goes on from there`() {
    for number in 0...StatusIndex.pageEffort {
      index.publish(row(AccountID(checked: "a-\(number)")))
    }
    index.takeInNewAccounts()
    let first = index.list(state: .closed, reason: nil, after: nil, limit: 10, at: start)
    #expect(first.entries.isEmpty && first.continuation != nil)
    let second = index.list(
      state: .closed, reason: nil, after: first.continuation, limit: 10, at: start)
    #expect(second.entries.isEmpty && second.continuation == nil)
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
    #expect(index.pointReads.state.pointee.now(for: 1) == flip.nanoseconds)
    index.setManualClock(end)
    #expect(index.pointReads.state.pointee.now(for: 1) == end.nanoseconds)
  }
}
