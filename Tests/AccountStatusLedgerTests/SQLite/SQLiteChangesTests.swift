import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct SQLiteChangesTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  /// An account's life: every kind of change there is.
  private func live(_ open: OpenLedger) async throws {
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: "2026-11-15T09:00:00Z")
    // Learned late: it changes the past as well.
    try await open.store(payment("P-1", at: "2026-09-01T00:00:00Z"))
    try await open.store(fact("close", at: newYear, .accountClosed))
    let undo = FactKind.factRetracted(
      FactIdentity(source: "erp", factID: "register-fabrikam"))
    try await open.store(fact("undo", at: "2026-11-15T09:00:00Z", undo))
  }

  @Test func `changes are read as they were delivered, before and after a restart`() async throws {
    let first = try OpenLedger(path, clock: .init(newYear))
    let start = first.ledger.openedAt.position
    try await live(first)
    let told = first.seen.groups.flatMap(\.changes)
    #expect(told.count >= 5)
    #expect(told.contains { $0.isPastChanged })
    #expect(told.first?.previous == nil)
    #expect(told.last?.answer == nil)
    #expect(told.last?.previous != nil)
    let page = try await first.changes(after: start)
    #expect(page.changes == told)
    #expect(!page.hasMore && !page.isCompacted)
    #expect(first.seen.faults == [])
    first.stop()

    let second = try OpenLedger(path, clock: .init("2026-11-15T09:00:00Z"))
    #expect(try await second.changes(after: start).changes == told)
    #expect(try await second.changes(after: told[1].position).changes == Array(told[2...]))
    second.stop()
  }

  @Test func `other rules are named with what they decided`() async throws {
    let first = try OpenLedger(path, clock: .init("2026-11-15T09:00:00Z"), edition: "2022-03")
    try await first.report([registration(), invoice()])
    let old = try #require(first.seen.groups.flatMap(\.changes).last)
    first.stop()
    let second = try OpenLedger(path, clock: .init("2026-11-15T09:00:00Z"))
    await second.until { !$0.groups.isEmpty }
    let new = try #require(second.seen.groups.flatMap(\.changes).first)
    #expect(new.follows(old))
    #expect(new.previous?.rules == old.rules)
    #expect(new.rules != old.rules)
    second.stop()
  }

  @Test func `what is deleted is gone for good, and the order goes on behind it`() async throws {
    let first = try OpenLedger(path, clock: .init(newYear)) {
      $0.limits.changesKept = 20
      $0.limits.positionsPerDeletion = 3
    }
    for number in 0..<40 { try await first.store(registration(AccountID(checked: "a-\(number)"))) }
    let end = try #require(first.seen.groups.last).token.position
    // Deleting goes on behind the writes, until a sixteenth more is kept at most.
    while try await !first.changes(after: end - 22).isCompacted {}
    let kept = try await first.changes(after: end - 20)
    #expect(!kept.isCompacted)
    #expect(kept.changes == first.seen.groups.flatMap(\.changes).filter { $0.position > end - 20 })
    first.stop()
    do {
      let database = try Database(path)
      let left = try database.rows("SELECT count(*) FROM change WHERE position <= \(end - 21)")
      #expect(left == [["0"]])
    }

    let second = try OpenLedger(path, clock: .init(newYear))
    #expect(second.ledger.openedAt.position == end)
    #expect(try await second.changes(after: end - 22).isCompacted)
    second.stop()
  }
}
