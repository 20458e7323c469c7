import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct RuleChangeTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private var path: String { directory.file("ledger.sqlite") }

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func facts(_ list: [Fact]) -> AccountFacts {
    AccountFacts(
      list.enumerated().map { index, fact in
        StoredFact(
          fact, sequence: UInt64(index + 1), recordedAt: newYear, recordedBy: recorder)
      })
  }

  private let recorder = Recorder()

  /// The row of facts at an instant, as an edition decides it, seen by others.
  private func row(
    _ facts: AccountFacts, _ edition: PolicyEdition, at instant: Instant, otherEdition: Bool
  ) -> StatusRow {
    let outlook = Outlook(of: facts, edition: edition, from: instant)
    var row = StatusRow(
      accountID: account, revision: 7, validFrom: instant, flipAt: outlook.flipAt,
      validUntil: outlook.validUntil, untilFlip: outlook.standing.map(BasicAnswer.init),
      fromFlip: outlook.fromFlip.map(BasicAnswer.init), isCurrent: false)
    row.isOfOtherEdition = otherEdition
    return row
  }

  private func edition(_ name: String, days: Int32? = nil) throws -> PolicyEdition {
    var edition = try EditionCatalogue()[name]
    if let days { edition.csp.billing?.pastDue.days = days }
    return edition
  }

  @Test func `another edition changes every answer that there is`() throws {
    let old = try edition("2020-06")
    let new = try edition("2017-01")
    for list in [[registration()], [registration(), invoice()]] {
      let facts = facts(list)
      let row = row(facts, old, at: newYear, otherEdition: true)
      #expect(row.revision(decidedAnewFrom: facts, edition: new, at: newYear) == 8)
    }
    let unregistered = facts([invoice()])
    let row = row(unregistered, old, at: newYear, otherEdition: true)
    #expect(row.revision(decidedAnewFrom: unregistered, edition: new, at: suspension) == 7)
  }

  @Test func `the same edition changes only the answers that differ`() throws {
    let old = try edition("2020-06")
    let list = facts([registration(), invoice()])
    let noon: Instant = "2026-08-31T12:00:00Z"
    let row = row(list, old, at: noon, otherEdition: false)
    #expect(row.revision(decidedAnewFrom: list, edition: old, at: noon) == 7)
    // It suspends earlier: the transition that is announced differs.
    let new = try edition("2020-06", days: 30)
    #expect(row.revision(decidedAnewFrom: list, edition: new, at: noon) == 8)
    // And then it does.
    #expect(row.revision(decidedAnewFrom: list, edition: new, at: "2026-10-01T00:00:00Z") == 9)
  }

  @Test func `an account registered later changes when it is registered`() throws {
    let list = facts([registration(at: delinquent)])
    let row = row(list, try edition("2020-06"), at: newYear, otherEdition: true)
    let new = try edition("2016-11")
    #expect(row.revision(decidedAnewFrom: list, edition: new, at: "2026-08-30T23:59:59Z") == 7)
    #expect(row.revision(decidedAnewFrom: list, edition: new, at: delinquent) == 8)
  }

  @Test func `it never decreases, and never undercuts what the other rules have shown`() throws {
    let list = facts([registration(), invoice(), invoice("INV-2", issued: "2026-05-01")])
    for (days, otherEdition) in [(60, false), (30, false), (90, true), (0, true)] as [(Int32, Bool)]
    {
      let row = row(
        list, try edition("2020-06"), at: "2026-06-01T00:00:00Z", otherEdition: otherEdition)
      let new = try edition("2020-06", days: days)
      var last: UInt64 = 0
      for day in 0..<300 {
        let now = Instant(nanoseconds: row.validFrom.nanoseconds + Int64(day) * 86_400_000_000_000)
        let revision = row.revision(decidedAnewFrom: list, edition: new, at: now)
        #expect(revision >= max(last, row.revision(at: now)))
        last = revision
      }
      let before = Instant(nanoseconds: row.validFrom.nanoseconds - 1)
      #expect(row.revision(decidedAnewFrom: list, edition: new, at: before) == 8)
    }
  }

  @Test func `a file that changed in place bumps only what it changes`() async throws {
    clock.set("2026-10-15T00:00:00Z")
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), invoice()])
    try await first.report([
      registration("abused"),
      fact(
        "finding", "abused",
        .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed)),
    ])
    try await first.report([registration("clean")])
    let before = first.seen.rows
    first.stop()

    let changed = try EditionCatalogue([try edition("2020-06", days: 30)])
    let second = try OpenLedger(path, clock: clock) { $0.editions = changed }
    #expect(second.seen.published.allSatisfy { !$0.isCurrent && !$0.isOfOtherEdition })
    await second.until { seen in seen.rows.values.allSatisfy(\.isCurrent) }
    #expect(second.row(account)?.untilFlip?.state == .suspended)
    #expect(second.row(account)?.untilFlip?.since == "2026-09-30T00:00:00Z")
    #expect(second.row(account)?.revision == (before[account]?.revision ?? 0) + 1)
    for unchanged: AccountID in ["abused", "clean"] {
      #expect(second.row(unchanged)?.revision == before[unchanged]?.revision)
      #expect(second.row(unchanged)?.untilFlip == before[unchanged]?.untilFlip)
    }
    #expect(second.seen.groups.flatMap(\.changes).map(\.accountID) == [account])
  }
}
