import AccountStatusLedger
import Testing

@Suite struct SQLiteSchemaTests {
  @Test func `released steps never change`() {
    // A new step adds a line; an edited one breaks files that are out there.
    #expect(SQLiteSchema.steps.map(fingerprint) == [0xe055_0a05_6fb8_8039])
    #expect(SQLiteSchema.version == Int32(SQLiteSchema.steps.count))
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
