import AccountStatusModel
import GRDBSQLite

/// A change row as it lies in the ledger's file.
struct StoredChange: Equatable {
  var position: UInt64
  var account: AccountID
  var revision: UInt64
  var asOf: Instant
  var isPastChanged: Bool

  /// Reads all change rows of a file that no ledger has open, in the order of their positions.
  static func all(in path: String) throws -> [StoredChange] {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    let query = """
      SELECT position, account_id, revision, as_of, past_changed
      FROM change JOIN account ON number = account ORDER BY position
      """
    guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
      sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK
    else {
      throw SimulationError("cannot read the changes: \(String(cString: sqlite3_errmsg(database)))")
    }
    var changes: [StoredChange] = []
    while sqlite3_step(statement) == SQLITE_ROW {
      changes.append(
        StoredChange(
          position: UInt64(bitPattern: sqlite3_column_int64(statement, 0)),
          account: AccountID(checked: String(cString: sqlite3_column_text(statement, 1))),
          revision: UInt64(bitPattern: sqlite3_column_int64(statement, 2)),
          asOf: Instant(nanoseconds: sqlite3_column_int64(statement, 3)),
          isPastChanged: sqlite3_column_int64(statement, 4) != 0))
    }
    return changes
  }
}

extension Simulation {
  /// The change rows on the disk: those delivered, each account's revisions in their order.
  mutating func compareStoredChanges() throws {
    let stored = try StoredChange.all(in: server.path)
    try comparisons.equal(.change, stored.count, server.log.count, "how many are stored")
    var revisions: [AccountID: UInt64] = [:]
    for (found, delivered) in zip(stored, server.log) {
      try comparisons.equal(.change, found, delivered, of: found.account, "as stored")
      let last = revisions.updateValue(found.revision, forKey: found.account) ?? 0
      // A change of rules counts for several and is told once; one of the past alone for none.
      let isNext = found.revision > last || found.isPastChanged && found.revision == last
      try comparisons.equal(
        .change, isNext, true, of: found.account, "revision \(found.revision) stored")
    }
    for account in expected.accounts {
      try comparisons.equal(
        .change, revisions[account.id] ?? 0, account.revision, of: account.id,
        "the last revision stored")
    }
  }
}
