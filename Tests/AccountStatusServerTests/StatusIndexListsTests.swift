import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import Testing

@Suite("Lists of the status index")
struct StatusIndexListsTests {
  private let index: StatusIndex
  private let start: Instant = "2026-01-01T00:00:00Z"
  private let flip: Instant = "2026-02-01T00:00:00Z"
  private let end: Instant = "2026-03-01T00:00:00Z"

  init() throws { index = try StatusIndex(edition: "2020-06", capacity: 4) }

  private func answer(_ state: AccountState, _ reasons: WordSet<ReasonCode> = []) -> BasicAnswer {
    BasicAnswer(
      state: state, reinstatementState: state == .suspended ? .notRequested : .none,
      reinstatementSince: state == .suspended ? flip : nil,
      isEligibleForReinstatement: state == .suspended && reasons.isEmpty,
      nextState: state == .active ? .suspended : nil,
      nextTransitionAt: state == .active ? flip : .distantFuture,
      since: state == .suspended ? flip : start, reasons: reasons, notices: [],
      capabilities: WordSet.all)
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

  private func listed(_ filter: StatusFilter = StatusFilter(), at now: Instant) -> [String] {
    index.list(filter, after: nil, limit: 1000, at: now).entries.map(\.accountID.text)
  }

  @Test func `lists know both halves, and go by the one that holds`() {
    publish(row("a"))
    let before = flip.adding(nanoseconds: -1)
    for filter in [StatusFilter(state: .active), StatusFilter(reinstatementState: Optional.none)] {
      #expect(listed(filter, at: before) == ["a"], "\(filter)")
    }
    #expect(listed(StatusFilter(state: .active), at: flip) == [])
    for filter in [
      StatusFilter(state: .suspended), StatusFilter(reason: .billingPastDue),
      StatusFilter(reinstatementState: .notRequested),
    ] {
      #expect(listed(filter, at: before) == [] && listed(filter, at: flip) == ["a"], "\(filter)")
    }
    #expect(listed(StatusFilter(state: .suspended, reason: .accountAbuse), at: flip) == [])
    #expect(listed(StatusFilter(isEligible: true), at: flip) == [])
  }

  @Test func `a suspension is before an instant or not, to the nanosecond`() {
    publish(row("a"))
    func suspends(before instant: Instant, at now: Instant) -> Bool {
      !listed(StatusFilter(suspendsBefore: instant), at: now).isEmpty
    }
    #expect(!suspends(before: flip, at: start))
    #expect(suspends(before: flip.adding(nanoseconds: 1), at: start))
    #expect(!suspends(before: end, at: flip), "it is suspended already")
  }

  @Test func `a state is older or not, to the nanosecond`() {
    publish(row("a"))
    let age = Duration.seconds(3600)
    let then = flip.adding(nanoseconds: 3600 * Instant.nanosecondsPerSecond)
    for filter in [
      StatusFilter(state: .suspended, olderThan: age),
      StatusFilter(reinstatementState: .notRequested, olderThan: age),
    ] {
      #expect(listed(filter, at: then) == [], "exactly as old is not older")
      #expect(listed(filter, at: then.adding(nanoseconds: 1)) == ["a"])
    }
    #expect(listed(StatusFilter(olderThan: .seconds(Int64.max)), at: then) == [])
  }

  @Test func `a row of other rules is stale, and may match anything`() {
    publish(row("a", isCurrent: false))
    #expect(index.read("a", at: start).0 == .STATUS_TABLE_STALE)
    let filters = [
      StatusFilter(state: .closed), StatusFilter(reason: .accountAbuse),
      StatusFilter(notice: .disputed), StatusFilter(isEligible: true),
      StatusFilter(suspendsBefore: start), StatusFilter(olderThan: .seconds(1 << 40)),
    ]
    for filter in filters { #expect(listed(filter, at: start) == ["a"], "\(filter)") }
    publish(row("a"))
    for filter in filters { #expect(listed(filter, at: start) == [], "\(filter)") }
  }

  @Test func `what has run out before the ledger caught up may match anything`() {
    publish(row("a"))
    for now in [end, start.adding(nanoseconds: -1)] {
      let page = index.list(StatusFilter(state: .closed), after: nil, limit: 9, at: now)
      #expect(page.entries.map(\.result) == [.STATUS_TABLE_STALE], "\(now)")
      #expect(listed(StatusFilter(reason: .accountAbuse), at: now) == ["a"])
    }
    for now in [start, flip, end.adding(nanoseconds: -1)] {
      #expect(listed(StatusFilter(state: .closed), at: now) == [], "it holds")
    }
  }

  @Test func `a new row takes the place of the old one in every list`() {
    publish(row("a"))
    var closed = row("a")
    (closed.flipAt, closed.validUntil) = (.distantFuture, .distantFuture)
    (closed.untilFlip, closed.fromFlip) = (answer(.closed), nil)
    publish(closed)
    #expect(index.count == 1)
    #expect(listed(StatusFilter(state: .closed), at: end) == ["a"])
    #expect(listed(StatusFilter(state: .active), at: start) == [])
    #expect(listed(StatusFilter(state: .suspended), at: end) == [])
    #expect(listed(StatusFilter(suspendsBefore: end), at: start) == [])
  }

  @Test func `an account that is not registered at an instant is in no list`() {
    var later = row("a")
    (later.untilFlip, later.fromFlip) = (nil, answer(.active))
    publish(later)
    #expect(index.read("a", at: start).0 == .STATUS_TABLE_NOT_FOUND)
    #expect(listed(at: start) == [] && listed(at: flip) == ["a"])
    let all = index.accounts(after: nil, limit: 10)
    #expect(all.ids == ["a"] && all.continuation == nil, "at other times it may have been")
  }

  @Test func `pages are by id, and together they are the whole list`() {
    let ids = (0..<57).map { "account-\($0)" }
    for id in ids.shuffled() { index.publish(row(AccountID(checked: id))) }
    index.takeInNewAccounts()
    for limit in [1, 10, 57, 58] {
      var found: [String] = []
      var everyone: [String] = []
      var after: AccountID?
      repeat {
        let page = index.list(StatusFilter(state: .active), after: after, limit: limit, at: start)
        #expect(page.entries.count <= limit)
        found += page.entries.map(\.accountID.text)
        everyone += index.accounts(after: after, limit: limit).ids.map(\.text)
        #expect(page.continuation == index.accounts(after: after, limit: limit).continuation)
        after = page.continuation
      } while after != nil
      #expect(found == ids.sorted() && everyone == found)
    }
  }

  @Test(arguments: [(7, 100), (100, 3)])
  func `a page costs a bounded effort, and the next goes on from there`(accounts: Int, reads: Int) {
    for number in 0..<50 { index.publish(row(AccountID(checked: "a-\(number)"))) }
    index.takeInNewAccounts()
    // Their traits cannot tell: the other half matches.
    var pages = 0
    var after: AccountID?
    repeat {
      let page = index.list(
        StatusFilter(state: .suspended), after: after, limit: 10, at: start,
        effort: .init(accounts: accounts, reads: reads))
      #expect(page.entries.isEmpty)
      pages += 1
      after = page.continuation
    } while after != nil
    #expect(pages == (50 + min(accounts, reads) - 1) / min(accounts, reads))
  }

  @Test func `any list at any instant is what the rows say`() {
    var random = RandomRows(seed: 11)
    var rows: [AccountID: StatusRow] = [:]
    for _ in 0..<40 {
      for _ in 0..<25 {
        let row = random.row(AccountID(checked: "a-\(random.number(0..<150))"))
        rows[row.accountID] = row
        index.publish(row)
      }
      index.takeInNewAccounts()
      for _ in 0..<25 {
        let (filter, now) = (random.filter(), random.instant())
        let expected = rows.values.filter { $0.isListed(filter, at: now) }
        let page = index.list(filter, after: nil, limit: 1000, at: now)
        #expect(
          page.entries.map(\.accountID) == expected.map(\.accountID).sorted(),
          "\(filter) at \(now)")
        for entry in page.entries where entry.result == .STATUS_TABLE_FOUND {
          #expect(entry.standing == rows[entry.accountID]?.answer(at: now)?.standing)
        }
      }
    }
  }
}

extension StatusRow {
  fileprivate func answer(at now: Instant) -> BasicAnswer? { now < flipAt ? untilFlip : fromFlip }

  /// Whether a list that is made of rows, one by one, has the row.
  fileprivate func isListed(_ filter: StatusFilter, at now: Instant) -> Bool {
    guard isCurrent, validFrom <= now, now < validUntil else { return true }
    guard let answer = answer(at: now) else { return false }
    return filter.matches(answer.standing, asOf: now)
  }
}

/// Random rows and questions within half a year, so close that boundaries meet.
private struct RandomRows {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func number(_ range: Range<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(state >> 33) % range.count
  }

  mutating func word<Value: CaseIterable>() -> Value where Value.AllCases == [Value] {
    Value.allCases[number(0..<Value.allCases.count)]
  }

  mutating func instant() -> Instant {
    let start: Instant = "2026-01-01T00:00:00Z"
    let day = start.adding(nanoseconds: Int64(number(0..<180)) * Instant.nanosecondsPerDay)
    return day.adding(nanoseconds: Int64(number(-1..<2)))
  }

  mutating func answer() -> BasicAnswer? {
    if number(0..<8) == 0 { return nil }
    let state: AccountState = word()
    let isSuspended = state == .suspended
    let next: AccountState? = number(0..<2) == 0 ? nil : word()
    let way: ReinstatementState = isSuspended ? word() : .none
    let since = instant()
    return BasicAnswer(
      state: state, reinstatementState: way,
      reinstatementSince: way == .none ? nil : number(0..<2) == 0 ? since : instant(),
      isEligibleForReinstatement: isSuspended && number(0..<2) == 0, nextState: next,
      nextTransitionAt: next == nil ? .distantFuture : instant(), since: since,
      reasons: WordSet(bits: UInt64(number(0..<16)) << 1),
      notices: WordSet(bits: UInt64(number(0..<4096)) << 1), capabilities: [])
  }

  mutating func row(_ id: AccountID) -> StatusRow {
    var times = [instant(), instant(), instant()].sorted()
    if number(0..<3) == 0 { times[2] = .distantFuture }
    return StatusRow(
      accountID: id, revision: UInt64(number(1..<9)), validFrom: times[0], flipAt: times[1],
      validUntil: times[2], untilFlip: answer(), fromFlip: answer(),
      isCurrent: number(0..<20) != 0)
  }

  mutating func filter() -> StatusFilter {
    var filter = StatusFilter()
    if number(0..<3) == 0 { filter.state = word() }
    if number(0..<4) == 0 { filter.reason = word() }
    if number(0..<4) == 0 { filter.notice = word() }
    filter.isEligible = number(0..<5) == 0
    if number(0..<4) == 0 { filter.reinstatementState = word() }
    if number(0..<3) == 0 {
      let days = Int64(number(0..<90))
      filter.olderThan = .nanoseconds(days * Instant.nanosecondsPerDay + Int64(number(0..<3)))
    }
    if number(0..<3) == 0 { filter.suspendsBefore = instant() }
    return filter
  }
}
