import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import RulesOracle

// What is compared with what, account by account.

extension Simulation {
  /// An account's row, its record at both sides of every boundary, and its full answer.
  mutating func compare(_ account: ExpectedAccount) throws {
    guard let row = server.rows[account.id] else {
      throw Difference(account: account.id, what: "the row", expected: "a row", found: "none")
    }
    try comparisons.equal(.row, row.isCurrent, account.isCurrent, of: account.id, "is current")
    try comparisons.equal(.row, row.revision, account.revision, of: account.id, "the revision")
    guard row.isCurrent else { return try compareOutdated(account) }
    try comparisons.equal(
      .row, [row.validFrom, row.flipAt, row.validUntil],
      [account.validFrom ?? .distantFuture, account.flipAt, account.validUntil], of: account.id,
      "its instants")
    census.note(row)

    var instants = [row.validFrom]
    if clock.now > row.validFrom { instants.append(clock.now) }
    for edge in [row.flipAt, row.validUntil] where edge != .distantFuture {
      instants += [edge.adding(nanoseconds: -1), edge]
    }
    for instant in instants { try compare(row, of: account, at: instant) }
    try compareRecord(of: account, at: row.validFrom.adding(nanoseconds: -1), isStale: true)
    try compareTightness(of: row, account)
    try compareFull(account)
  }

  /// A row that other rules decided answers nothing until it is decided anew.
  private mutating func compareOutdated(_ account: ExpectedAccount) throws {
    for instant in [clock.now, account.validFrom ?? clock.now] {
      try compareRecord(of: account, at: instant, isStale: true)
    }
  }

  private mutating func compare(
    _ row: StatusRow, of account: ExpectedAccount, at instant: Instant
  ) throws {
    let isStale = instant >= row.validUntil
    if !isStale {
      try comparisons.equal(
        .row, instant < row.flipAt ? row.untilFlip : row.fromFlip, account.answer(at: instant),
        of: account.id, "at \(instant)")
    }
    try compareRecord(of: account, at: instant, isStale: isStale)
  }

  private mutating func compareRecord(
    of account: ExpectedAccount, at instant: Instant, isStale: Bool
  ) throws {
    let (result, status) = server.index.read(account.id, at: instant)
    if isStale {
      return try comparisons.equal(
        .record, result, .STATUS_TABLE_STALE, of: account.id, "at \(instant)")
    }
    guard var expected = account.answer(at: instant) else {
      return try comparisons.equal(
        .record, result, .STATUS_TABLE_NOT_FOUND, of: account.id, "at \(instant)")
    }
    // The table has no room for it; lists, which need it, are compared by themselves.
    expected.reinstatementSince = nil
    let isFlipped = instant >= account.flipAt
    try comparisons.equal(
      .record,
      Record(
        result: result, revision: status.revision, until: status.until,
        answer: BasicAnswer(status.standing)),
      Record(
        result: .STATUS_TABLE_FOUND, revision: account.revision + (isFlipped ? 1 : 0),
        until: (isFlipped ? account.validUntil : account.flipAt).nanoseconds, answer: expected),
      of: account.id, "at \(instant)")
  }

  /// What a reader of the table gets.
  private struct Record: Equatable {
    var result: status_table_result
    var revision: UInt64
    var until: Int64
    var answer: BasicAnswer
  }

  /// Nothing that the revision counts changes before a boundary, and something does at it.
  private mutating func compareTightness(
    of row: StatusRow, _ account: ExpectedAccount
  ) throws {
    if random.chance(12) {
      var last = account.standing(at: row.validFrom)
      var changes: [Instant] = []
      for edge in account.edges(after: row.validFrom) where changes.count < 2 {
        let next = account.standing(at: edge)
        if next != last { changes.append(edge) }
        last = next
      }
      changes += [.distantFuture, .distantFuture]
      try comparisons.equal(
        .row, [row.flipAt, row.validUntil], Array(changes.prefix(2)), of: account.id,
        "its boundaries, sought at every instant that a fact names")
    }
    for edge in [row.flipAt, row.validUntil] where edge != .distantFuture {
      try comparisons.equal(
        .row,
        account.standing(at: edge.adding(nanoseconds: -1)) == account.standing(at: edge), false,
        of: account.id, "that nothing changes at \(edge)")
    }
  }

  /// The FULL answer, from the facts that the ledger keeps, and those facts themselves.
  private mutating func compareFull(_ account: ExpectedAccount) throws {
    guard let snapshot = try server.snapshot(of: account.id) else {
      throw Difference(account: account.id, what: "snapshot", expected: "facts", found: "none")
    }
    try comparisons.equal(
      .full, snapshot.facts.stored, account.stored, of: account.id, "the stored facts")
    let full = evaluation(of: snapshot, account.id, asOf: clock.now, knownAt: nil).status
    try comparisons.equal(
      .full, full?.standing, account.standing(at: clock.now), of: account.id, "at \(clock.now)")
    if let full {
      var later = account
      _ = later.validFrom.map { $0 <= clock.now } == true ? later.settle(at: clock.now) : []
      try comparisons.equal(
        .full, full.revision, later.revision, of: account.id,
        "the revision at \(clock.now), changes not committed yet included")
    }
    try comparePast(account, snapshot)
    try comparePasts(account, snapshot)
    remember(account)
  }

  /// A past answer as it was known at some time: from all facts, and from those stored by then.
  private mutating func comparePast(
    _ account: ExpectedAccount, _ snapshot: AccountSnapshot
  ) throws {
    guard let known = random.pickAny(account.stored)?.recordedAt else { return }
    let asOf =
      random.chance(50)
      ? random.pickAny(account.edges) ?? known
      : known.adding(nanoseconds: -random.number(0...200) * Instant.nanosecondsPerDay)
    let found = evaluation(of: snapshot, account.id, asOf: asOf, knownAt: known).status?.standing
    let then = AccountFacts(account.stored.filter { $0.recordedAt <= known })
    try comparisons.equal(
      .past, found, evaluate(then, edition: server.edition, asOf: asOf), of: account.id,
      "at \(asOf), known at \(known)")
  }

  func evaluation(
    of snapshot: AccountSnapshot, _ account: AccountID, asOf: Instant, knownAt: Instant?,
    edition: PolicyEdition? = nil
  ) -> Evaluation {
    Evaluation(
      EvaluationQuery(
        asOf: asOf, knownAt: knownAt, edition: edition ?? server.edition, now: clock.now,
        defaultEdition: server.edition),
      of: account, from: snapshot)
  }

  /// The whole life of an account, by a second reading of the rules that shares no code.
  mutating func compareWithOracle(_ account: ExpectedAccount) throws {
    let edition = server.edition
    guard let oracle = Oracle(account.stored, edition: edition, knownAt: nil) else {
      return try comparisons.equal(
        .oracle, account.facts.registeredAt(), nil, of: account.id, "not registered")
    }
    for (instant, expected) in oracle.standings(alsoAt: [clock.now]) {
      var found = account.standing(at: instant)
      for place in found?.reasons.indices ?? 0..<0 { found?.reasons[place].detail = "" }
      try comparisons.equal(.oracle, found, expected, of: account.id, "at \(instant)")
    }
  }
}
