import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct SQLiteSchemaTests {
  @Test func `released steps never change`() {
    // A new step adds a line; an edited one breaks files that are out there.
    #expect(
      SQLiteSchema.steps.map(fingerprint) == [
        0xe055_0a05_6fb8_8039, 0x1042_4d8f_ab20_3d91, 0xa17b_9d1e_b2df_0a7e,
      ])
    #expect(SQLiteSchema.version == Int32(SQLiteSchema.steps.count))
  }

  @Test func `a file of the first version is brought up to date, its facts and rows kept`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let path = directory.file("ledger.sqlite")
    let open = try OpenLedger(path, clock: .init(newYear))
    try await open.report([registration(), invoice()])
    let row = try #require(open.row(account))
    open.stop()
    do {
      let database = try Database(path)
      try database.execute("DROP TABLE change; PRAGMA user_version = 1")
      let statements = SQLiteSchema.steps[0].split(separator: ";")
      let table = try #require(statements.first { $0.contains("CREATE TABLE change") })
      try database.execute(String(table))
      try database.execute("INSERT INTO change VALUES (3, 1, 1, 0, x'0200')")
    }

    let migrated = try OpenLedger(path, clock: .init(newYear))
    #expect(migrated.row(account) == row)
    // What was changed before cannot be told, and nobody takes that for nothing.
    #expect(try await migrated.changes(after: 2).isCompacted)
    #expect(try await !migrated.changes(after: 3).isCompacted)
    try await migrated.store(fact("close", at: newYear, .accountClosed))
    migrated.stop()

    let database = try Database(path)
    #expect(try database.rows("PRAGMA user_version") == [["3"]])
    #expect(
      try database.rows("SELECT revision, past_changed FROM change ORDER BY position")
        == [["2", "0"]])
  }

  @Test func `lookups and what is due are found by an index`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("ledger.sqlite")
    try OpenLedger(path, clock: .init(newYear)).stop()
    let database = try Database(path)
    let plans = [
      "SELECT 1 FROM fact WHERE source = 'a' AND fact_id = 'b'": "fact_identity",
      "SELECT 1 FROM fact WHERE account = 1 AND sequence > 2 ORDER BY sequence": "fact_account",
      "SELECT min(flip_at) FROM status WHERE flip_at > 5": "status_flip",
      "SELECT account FROM status WHERE flip_at <= 5 ORDER BY flip_at LIMIT 9": "status_flip",
    ]
    for (query, index) in plans {
      let plan = try database.rows("EXPLAIN QUERY PLAN \(query)").map { $0[3] }.joined(
        separator: " ")
      #expect(plan.contains(index), "\(query): \(plan)")
      #expect(!plan.contains("TEMP B-TREE"), "\(query): \(plan)")
    }
  }

  private func fingerprint(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
