import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct HistoryReaderTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  @Test func `a read sees every fact up to its token, whatever is written meanwhile`() async throws
  {
    let first = try OpenLedger(path, clock: clock)
    try await first.store(registration())
    try await first.report(
      (0..<300).map { invoice(Identifier(checked: "OLD-\($0)"), euros: 0) })
    first.stop()
    let open = try OpenLedger(path, clock: clock) {
      $0.limits.factsPerSlice = 7
      $0.limits.sliceNanoseconds = 0
      $0.limits.cachedFacts = 1
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in 0..<40 {
        group.addTask {
          try await open.store(invoice(Identifier(checked: "NEW-\(id)"), euros: 0))
          try await open.store(registration(AccountID(checked: "other-\(id)")))
        }
        group.addTask {
          let snapshot = try #require(try await open.facts(account))
          let sequences = snapshot.facts.stored.map(\.sequence)
          #expect(sequences == sequences.sorted())
          let page = try await open.page(account, limit: 10_000)
          let known = page.facts.map(\.sequence).filter { $0 <= snapshot.token.position }
          #expect(sequences == known)
        }
      }
      try await group.waitForAll()
    }
    #expect(open.seen.faults == [])
  }

  @Test func `an account longer than a slice is read whole`() async throws {
    let first = try OpenLedger(path, clock: clock)
    let facts =
      [registration()] + (0..<99).map { invoice(Identifier(checked: "I-\($0)"), euros: 0) }
    try await first.report(facts)
    first.stop()
    for size in [1, 9, 10, 11, 99, 100, 101] {
      let open = try OpenLedger(path, clock: clock) {
        $0.limits.factsPerSlice = size
        $0.limits.sliceNanoseconds = 0
      }
      let snapshot = try #require(try await open.facts(account))
      #expect(snapshot.facts.stored.map(\.fact) == facts)
      #expect(snapshot.row == open.row(account))
      // Now it is held in memory, and a new fact is added to what is held.
      try await open.store(invoice(Identifier(checked: "SLICE-\(size)"), euros: 0))
      #expect(
        try await open.facts(account)?.facts.stored.last?.fact.identity.factID.text
          == "issue-fabrikam-SLICE-\(size)")
      open.stop()
      try Database(path).execute("DELETE FROM fact WHERE fact_id LIKE '%SLICE%'")
    }
  }

  @Test func `pages end where the facts do`() async throws {
    let open = try OpenLedger(path, clock: clock)
    try await open.report([registration(), invoice(), payment("P", at: newYear)])
    for (limit, hasMore) in [(1, true), (2, true), (3, false), (4, false)] {
      let page = try await open.page(account, limit: limit)
      #expect(page.facts.count == min(limit, 3))
      #expect(page.hasMore == hasMore)
    }
    let last = try #require(try await open.page(account).facts.last)
    #expect(try await open.page(account, after: last.sequence).facts == [])
  }

  @Test func `changes come in slices, each as of its token`() async throws {
    let open = try OpenLedger(path, clock: clock) { $0.limits.changesPerSlice = 3 }
    for number in 0..<10 { try await open.store(registration(AccountID(checked: "a-\(number)"))) }
    let told = open.seen.groups.flatMap(\.changes)
    var read: [StatusChange] = []
    var after: UInt64 = 0
    var sizes: [Int] = []
    while true {
      let page = try await open.changes(after: after)
      sizes.append(page.changes.count)
      read += page.changes
      guard page.hasMore else {
        #expect(page.token.position == told.last?.position)
        break
      }
      after = try #require(page.changes.last).position
    }
    #expect(read == told)
    #expect(sizes == [3, 3, 3, 1])
    #expect(try await open.changes(after: 0, limit: 2).changes == Array(told[..<2]))
    let none = try await open.changes(after: after + 1000)
    #expect(none.changes == [] && !none.hasMore && !none.isCompacted)
    open.stop()
  }
}
