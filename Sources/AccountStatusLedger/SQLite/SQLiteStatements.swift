/// Every statement of the store, compiled for one connection.
final class SQLiteStatements {
  let begin: SQLiteStatement
  let commit: SQLiteStatement
  let rollback: SQLiteStatement
  let savepoint: SQLiteStatement
  let release: SQLiteStatement
  let rollbackTo: SQLiteStatement

  let counters: SQLiteStatement
  let probe: SQLiteStatement

  let selectAccount: SQLiteStatement
  let selectAllAccounts: SQLiteStatement
  let selectFlipping: SQLiteStatement
  let selectBeginningAfter: SQLiteStatement
  let selectDecidedByOther: SQLiteStatement
  let selectChangedAfter: SQLiteStatement
  let firstFlip: SQLiteStatement
  let insertAccount: SQLiteStatement
  let insertStatus: SQLiteStatement
  let updateStatus: SQLiteStatement
  let updateStatusKeepingFlip: SQLiteStatement

  let selectFact: SQLiteStatement
  let selectFacts: SQLiteStatement
  let insertFacts: SQLiteInsertion
  let insertChanges: SQLiteInsertion
  let selectChanges: SQLiteStatement
  let deleteChanges: SQLiteStatement
  let compactedThrough: SQLiteStatement
  let setCompactedThrough: SQLiteStatement

  let selectRecorder: SQLiteStatement
  let insertRecorder: SQLiteStatement

  private static let accountColumns =
    "number, revision, rules, valid_from, flip_at, valid_until, answers"
  private static let joinedAccount = "status JOIN account ON number = status.account"

  init(_ connection: OpaquePointer) throws(LedgerError) {
    func compile(_ sql: String) throws(LedgerError) -> SQLiteStatement {
      try SQLiteStatement(sql, on: connection)
    }
    let columns = Self.accountColumns
    let joined = Self.joinedAccount

    begin = try compile("BEGIN IMMEDIATE")
    commit = try compile("COMMIT")
    rollback = try compile("ROLLBACK")
    savepoint = try compile("SAVEPOINT request")
    release = try compile("RELEASE request")
    rollbackTo = try compile("ROLLBACK TO request")

    counters = try compile(
      """
      SELECT
        max(
          ifnull((SELECT max(sequence) FROM fact), 0),
          ifnull((SELECT max(position) FROM change), 0),
          compacted_through),
        ifnull((SELECT recorded_at FROM fact ORDER BY sequence DESC LIMIT 1), 0),
        ifnull((SELECT max(number) FROM account), 0)
      FROM store
      """)
    probe = try compile("UPDATE store SET probe = probe + 1")

    selectAccount = try compile(
      """
      SELECT \(columns)
      FROM account JOIN status ON status.account = number WHERE account_id = ?
      """)
    selectAllAccounts = try compile(
      "SELECT \(columns), account_id FROM \(joined) ORDER BY status.account")
    selectFlipping = try compile(
      """
      SELECT \(columns), account_id FROM \(joined)
      WHERE flip_at <= ?1 ORDER BY flip_at LIMIT ?3
      """)
    selectBeginningAfter = try compile(
      """
      SELECT \(columns), account_id FROM \(joined)
      WHERE valid_from > ?1 AND status.account > ?2 ORDER BY status.account LIMIT ?3
      """)
    selectDecidedByOther = try compile(
      """
      SELECT \(columns), account_id FROM \(joined)
      WHERE rules <> ?1 AND status.account > ?2 ORDER BY status.account LIMIT ?3
      """)
    selectChangedAfter = try compile(
      """
      SELECT \(columns), account_id FROM \(joined)
      WHERE status.account IN (SELECT account FROM change WHERE position > ?1)
        AND status.account > ?2
      ORDER BY status.account LIMIT ?3
      """)
    firstFlip = try compile("SELECT min(flip_at) FROM status WHERE flip_at > ?")
    insertAccount = try compile("INSERT INTO account (number, account_id) VALUES (?, ?)")
    insertStatus = try compile(
      """
      INSERT INTO status (account, revision, rules, valid_from, flip_at, valid_until, answers)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    updateStatus = try compile(
      """
      UPDATE status SET revision = ?2, rules = ?3, valid_from = ?4, flip_at = ?5,
        valid_until = ?6, answers = ?7
      WHERE account = ?1
      """)
    // SQLite writes the index of flip_at anew wherever flip_at is set, changed or not.
    updateStatusKeepingFlip = try compile(
      """
      UPDATE status SET revision = ?2, rules = ?3, valid_from = ?4, valid_until = ?6, answers = ?7
      WHERE account = ?1
      """)

    selectFact = try compile(
      """
      SELECT sequence, account_id, effective_at, recorded_at, content
      FROM fact JOIN account ON number = account WHERE source = ? AND fact_id = ?
      """)
    selectFacts = try compile(
      """
      SELECT sequence, source, fact_id, effective_at, recorded_at, recorder, content
      FROM fact WHERE account = ? AND sequence > ? ORDER BY sequence
      """)
    insertFacts = try SQLiteInsertion(
      into: "fact",
      [
        "sequence", "account", "source", "fact_id", "effective_at", "recorded_at", "recorder",
        "content",
      ], on: connection)
    insertChanges = try SQLiteInsertion(
      into: "change",
      [
        "position", "account", "revision", "rules", "as_of", "answer", "previous", "past_changed",
      ], on: connection)
    selectChanges = try compile(
      """
      SELECT position, account_id, revision, rules, as_of, answer, previous, past_changed
      FROM change JOIN account ON number = account WHERE position > ? ORDER BY position LIMIT ?
      """)
    deleteChanges = try compile("DELETE FROM change WHERE position <= ?")
    compactedThrough = try compile("SELECT compacted_through FROM store")
    setCompactedThrough = try compile("UPDATE store SET compacted_through = ?")

    selectRecorder = try compile("SELECT content FROM recorder WHERE number = ?")
    insertRecorder = try compile(
      """
      INSERT INTO recorder (content) VALUES (?)
      ON CONFLICT (content) DO UPDATE SET number = number RETURNING number
      """)
  }
}
