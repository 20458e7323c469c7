import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Glibc
import Testing

@Suite struct SQLiteStoreTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  private func openLedger() throws -> OpenLedger {
    try OpenLedger(path, clock: clock) {
      $0.limits.probeNanoseconds = 1_000_000
      $0.limits.longestProbeNanoseconds = 10_000_000
    }
  }

  // A failing disk.

  @Test(arguments: [(ENOSPC, LedgerError.Code.diskFull), (EIO, .inputOutput)])
  func `while writing fails the ledger is read-only, and it recovers`(
    code: Int32, expected: LedgerError.Code
  ) async throws {
    let open = try openLedger()
    try await open.report([registration(), invoice()])
    let rows = open.seen.rows
    let facts = try await open.page(account).facts

    FailingDisk.fail(directory, with: code)
    await #expect { try await open.report([payment("PAY-1", at: newYear)]) } throws: { error in
      (error as? LedgerError)?.code == expected
    }
    #expect(open.seen.trouble.first?.code == expected)
    await #expect(throws: LedgerError.self) { try await open.report([registration("contoso")]) }
    await #expect(throws: LedgerError.self) { try await open.catchUp(to: clock.now) }
    #expect(open.seen.rows == rows)
    if expected == .diskFull {
      #expect(try await open.page(account).facts == facts)
      #expect(try await open.facts(account)?.facts.stored.count == 2)
    }

    FailingDisk.mend(directory)
    await open.until { $0.recoveries == 1 }
    #expect(open.seen.rows == rows)
    #expect(try await open.page(account).facts == facts)
    try await open.store(payment("PAY-1", at: newYear))
    try await open.store(registration("contoso"))
    open.stop()

    let again = try openLedger()
    #expect(try await again.page(account).facts.count == 3)
    #expect(again.seen.rows == open.seen.rows)
    #expect(open.seen.faults == [])
  }

  @Test func `rows are the same after a restart, whether their flips changed or not`() async throws
  {
    let steps = [
      registration(), invoice(),
      fact(
        "suspect", at: newYear,
        .abuseFindingChanged(findingID: "AF-1", severity: .minor, state: .suspected)),
      payment("PAY-1", at: newYear),
    ]
    var flips: [Instant] = []
    for fact in steps {
      let open = try openLedger()
      try await open.report([fact])
      let row = try #require(open.row(account))
      flips.append(row.flipAt)
      open.stop()
      let again = try openLedger()
      #expect(again.row(account) == row)
      #expect(again.ledger.firstTransitionAt == (row.flipAt == .distantFuture ? nil : row.flipAt))
      again.stop()
    }
    #expect(flips[1] == flips[2] && flips[0] != flips[1] && flips[2] != flips[3])
  }

  @Test func `transitions that fell due while writing failed follow the recovery`() async throws {
    clock.set("2026-10-29T00:00:00Z")
    let open = try openLedger()
    try await open.report([registration(), invoice()])
    FailingDisk.fail(directory, with: ENOSPC)
    await #expect(throws: LedgerError.self) { try await open.catchUp(to: suspension) }
    FailingDisk.mend(directory)
    await open.until { $0.rows[account]?.revision == 2 }
    #expect(open.row(account)?.untilFlip?.state == .suspended)
  }

  @Test func `a file that may not grow is a full disk`() async throws {
    let open = try OpenLedger(path, clock: clock) { $0.maximumPages = 40 }
    var stored: [AccountID] = []
    var failure: LedgerError?
    while failure == nil, stored.count < 10_000 {
      let id = AccountID(checked: "account-\(stored.count)")
      do {
        try await open.store(registration(id))
        stored.append(id)
      } catch let error as LedgerError {
        failure = error
      }
    }
    #expect(failure?.code == .diskFull)
    #expect(stored.count > 10)
    open.stop()
    let again = try OpenLedger(path, clock: clock)
    #expect(again.seen.published.map(\.accountID) == stored)
    try await again.store(registration("one-more"))
  }

  // A torn log.

  @Test func `wherever the log is torn, requests are whole or absent`() async throws {
    let open = try openLedger()
    var positions: [UInt64] = [0]
    for number in 0..<40 {
      let id = AccountID(checked: "account-\(number)")
      _ = try await open.report([
        registration(id), invoice("I", id), payment("P", of: "I", id, at: "2026-09-01T00:00:00Z"),
      ])
      positions.append(try #require(open.seen.groups.last).token.position)
    }
    let database = try contents(of: path)
    let log = try contents(of: "\(path)-wal")
    open.stop()
    var random = SeededGenerator(seed: 7)
    var sizes: Set<Int> = []
    for round in 0..<60 {
      var torn = log
      let place = Int.random(in: 0..<log.count, using: &random)
      if round % 2 == 0 {
        torn.removeSubrange(place...)
      } else {
        torn[place] ^= 0x55
      }
      let aside = try TemporaryDirectory()
      try write(database, to: aside.file("ledger.sqlite"))
      try write(torn, to: aside.file("ledger.sqlite-wal"))
      let again = try OpenLedger(aside.file("ledger.sqlite"), clock: clock)
      let count = again.seen.published.count
      sizes.insert(count)
      #expect(again.ledger.openedAt.position == positions[count])
      for number in 0..<count {
        let id = AccountID(checked: "account-\(number)")
        #expect(try await again.page(id).facts.count == 3)
        #expect(try await matchesEvaluation(again, id))
      }
      try await again.store(registration("afterwards"))
      again.stop()
    }
    #expect(sizes.count > 5)
  }

  // What is in the file.

  @Test func `status and change rows are those of the facts' transaction`() async throws {
    clock.set("2026-07-02T00:00:00Z")
    let open = try openLedger()
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: delinquent)
    open.stop()
    let database = try Database(path)
    #expect(
      try database.rows("SELECT sequence, fact_id, recorder FROM fact")
        == [["1", "register-fabrikam", "1"], ["2", "issue-fabrikam-INV-1", "1"]])
    #expect(
      try database.rows("SELECT position, account, revision FROM change")
        == [["3", "1", "1"], ["4", "1", "2"]])
    #expect(
      try database.rows("SELECT revision, valid_from, flip_at, valid_until FROM status")
        == [["2", "\(delinquent.nanoseconds)", "\(suspension.nanoseconds)", "NULL"]])
  }

  @Test func `a recorder is stored once, and survives a refusal of its first request`() async throws
  {
    var recorder = Recorder()
    recorder.uid = 7
    let open = try openLedger()
    try await open.store(registration())
    var bad = registration()
    bad.effectiveAt = delinquent
    _ = try await open.report([invoice(), bad], recorder: recorder)
    for number in 0..<5 {
      _ = try await open.report(
        [invoice(Identifier(checked: "I-\(number)"))], recorder: recorder)
    }
    #expect(try await open.page(account).facts.dropFirst().allSatisfy { $0.recordedBy == recorder })
    open.stop()
    #expect(try Database(path).rows("SELECT count(*) FROM recorder") == [["2"]])
  }

  @Test func `the log is copied into the database when it has grown`() async throws {
    let open = try OpenLedger(path, clock: clock) { $0.limits.logPages = 20 }
    for number in 0..<100 { try await open.store(registration(AccountID(checked: "a-\(number)"))) }
    // Every commit takes at least three pages of 4 KiB: without copying these are over 1.2 MB.
    #expect(try contents(of: "\(path)-wal").count < 400_000)
    #expect(try contents(of: path).count > 20_000)
  }
}
