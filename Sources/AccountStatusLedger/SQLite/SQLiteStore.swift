import AccountStatusModel
import GRDBSQLite

/// The ledger's store in one SQLite file.
///
/// Every statement is compiled once. A row of `account` has exactly one of `status`.
final class SQLiteStore: LedgerStore {
  private let path: String
  private let settings: SQLiteConnection.Settings
  private let limits: LedgerLimits
  let identity: LedgerIdentity
  /// nil after a `reopen` that failed: the file is let go.
  private var open: Open?
  /// Numbers of the recorders seen so far, both ways. Bounded: dropped when full.
  private var recorders: [Int64: Recorder] = [:]
  private var recorderNumbers: [Recorder: Int64] = [:]
  private var lastRecorder = Recorder()
  /// Its number; 0: there is none.
  private var lastRecorderNumber: Int64 = 0
  private var writer = ByteWriter()

  private static let recordersKept = 4096

  /// A connection and the statements compiled for it; they go together.
  private struct Open {
    let connection: SQLiteConnection
    let sql: SQLiteStatements
  }

  /// Opens or makes the file.
  init(
    path: String, settings: SQLiteConnection.Settings, limits: LedgerLimits
  ) throws(LedgerError) {
    self.path = path
    self.settings = settings
    self.limits = limits
    let connection = try SQLiteConnection(path: path, settings: settings)
    let sql = try SQLiteStatements(connection.handle)
    let statement = try SQLiteStatement(
      "SELECT store_id, epoch FROM store", on: connection.handle)
    let identity = try statement.firstRow { () throws(LedgerError) in
      LedgerIdentity(
        storeID: try statement.decode(0) { bytes throws(CodecError) in
          guard bytes.count == 16 else { throw CodecError("a store id has sixteen bytes") }
          return StoreID(bytes: bytes)
        },
        epoch: UInt32(truncatingIfNeeded: statement.int64(1)),
        schemaVersion: SQLiteSchema.version)
    }
    guard let identity else {
      throw LedgerError(.corrupt, "the store has no identity; restore it from a backup").about(path)
    }
    self.identity = identity
    open = Open(connection: connection, sql: sql)
  }

  func sql() throws(LedgerError) -> SQLiteStatements {
    guard let open else {
      throw LedgerError(.inputOutput, "the database is closed after a failed write")
    }
    return open.sql
  }

  func counters() throws(LedgerError) -> StoreCounters {
    let counters = try sql().counters
    let found = try counters.firstRow { () throws(LedgerError) in
      StoreCounters(
        position: try counters.position(0), lastRecordedAt: counters.instant(1),
        lastAccount: counters.int64(2))
    }
    return found
      ?? StoreCounters(position: 0, lastRecordedAt: Instant.range.lowerBound, lastAccount: 0)
  }
}

// Transactions.
extension SQLiteStore {
  func begin() throws(LedgerError) { try sql().begin.run() }

  func commit() throws(LedgerError) { try sql().commit.run() }

  func rollback() {
    guard let open else { return }
    if sqlite3_get_autocommit(open.connection.handle) == 0 {
      // It cannot fail in a way that leaves the transaction open.
      try? open.sql.rollback.run()
    }
    // What the transaction put into the table of recorders is gone.
    forgetRecorders()
  }

  func setSavepoint() throws(LedgerError) { try sql().savepoint.run() }

  func releaseSavepoint() throws(LedgerError) { try sql().release.run() }

  func rollBackToSavepoint() throws(LedgerError) {
    try sql().rollbackTo.run()
    try sql().release.run()
    forgetRecorders()
  }
}

// Accounts and their rows.
extension SQLiteStore {
  func account(_ id: AccountID) throws(LedgerError) -> StoredAccount? {
    let select = try sql().selectAccount
    select.bind(1, id.text)
    return try select.firstRow { () throws(LedgerError) in
      try readAccount(select, id: id)
    }
  }

  func insertAccount(_ account: StoredAccount) throws(LedgerError) {
    let insert = try sql().insertAccount
    insert.bind(1, account.number)
    insert.bind(2, account.row.accountID.text)
    try insert.run()
    try writeStatus(account, with: sql().insertStatus)
  }

  func updateAccount(_ account: StoredAccount, keepsFlip: Bool) throws(LedgerError) {
    let sql = try sql()
    try writeStatus(account, with: keepsFlip ? sql.updateStatusKeepingFlip : sql.updateStatus)
  }

  private func writeStatus(
    _ account: StoredAccount, with statement: SQLiteStatement
  ) throws(LedgerError) {
    let row = account.row
    writer.removeAll()
    RowCodec.encode(row.untilFlip, row.fromFlip, into: &writer)
    statement.bind(1, account.number)
    statement.bind(2, row.revision)
    statement.bind(3, account.rules)
    statement.bind(4, row.validFrom)
    statement.bind(5, orNever: row.flipAt)
    statement.bind(6, orNever: row.validUntil)
    statement.bind(7, writer.bytes)
    try statement.run()
  }

  /// Reads number, revision, rules, valid_from, flip_at, valid_until, answers, and, unless it is
  /// known, account_id.
  private func readAccount(
    _ statement: SQLiteStatement, id: AccountID? = nil
  ) throws(LedgerError) -> StoredAccount {
    let answers = try statement.decode(6) { bytes throws(CodecError) in
      try RowCodec.decodeAnswers(bytes)
    }
    let accountID: AccountID
    if let id { accountID = id } else { accountID = AccountID(checked: try statement.text(7)) }
    return StoredAccount(
      number: statement.int64(0), rules: statement.int64(2),
      row: StatusRow(
        accountID: accountID, revision: try statement.position(1),
        validFrom: statement.instant(3), flipAt: statement.instantOrNever(4),
        validUntil: statement.instantOrNever(5), untilFlip: answers.untilFlip,
        fromFlip: answers.fromFlip))
  }

  func forEachAccount(
    _ body: (StoredAccount) throws(LedgerError) -> Void
  ) throws(LedgerError) {
    let select = try sql().selectAllAccounts
    try select.forEachRow { () throws(LedgerError) in
      try body(readAccount(select))
      return true
    }
  }

  func accounts(
    _ condition: AccountCondition, limit: Int
  ) throws(LedgerError) -> [StoredAccount] {
    let sql = try sql()
    let select: SQLiteStatement
    switch condition {
    case .flipsBy(let instant):
      select = sql.selectFlipping
      select.bind(1, instant)
    case .beginsAfter(let instant, let number):
      select = sql.selectBeginningAfter
      select.bind(1, instant)
      select.bind(2, number)
    case .decidedByOther(let rules, let number):
      select = sql.selectDecidedByOther
      select.bind(1, rules)
      select.bind(2, number)
    case .changedAfter(let position, let number):
      select = sql.selectChangedAfter
      select.bind(1, position)
      select.bind(2, number)
    }
    select.bind(3, Int64(limit))
    var found: [StoredAccount] = []
    try select.forEachRow { () throws(LedgerError) in
      found.append(try readAccount(select))
      return true
    }
    return found
  }

  func firstFlip(after instant: Instant) throws(LedgerError) -> Instant? {
    let select = try sql().firstFlip
    select.bind(1, instant)
    let flip = try select.firstRow { () throws(LedgerError) in select.instantOrNever(0) }
    return flip == .distantFuture ? nil : flip
  }
}

// Facts and changes.
extension SQLiteStore {
  func fact(_ identity: FactIdentity) throws(LedgerError) -> StoredFact? {
    let select = try sql().selectFact
    select.bind(1, identity.source.text)
    select.bind(2, identity.factID.text)
    return try select.firstRow { () throws(LedgerError) in
      let fact = Fact(
        accountID: AccountID(checked: try select.text(1)), source: identity.source,
        factID: identity.factID, effectiveAt: select.instant(2),
        kind: try select.decode(4) { bytes throws(CodecError) in try FactCodec.decode(bytes) })
      return StoredFact(fact, sequence: try select.position(0), recordedAt: select.instant(3))
    }
  }

  func forEachFact(
    of accountID: AccountID, number: Int64, after sequence: UInt64,
    _ body: (StoredFact) throws(LedgerError) -> Bool
  ) throws(LedgerError) {
    let select = try sql().selectFacts
    select.bind(1, number)
    select.bind(2, sequence)
    try select.forEachRow { () throws(LedgerError) in
      let fact = Fact(
        accountID: accountID, source: Identifier(checked: try select.text(1)),
        factID: Identifier(checked: try select.text(2)), effectiveAt: select.instant(3),
        kind: try select.decode(6) { bytes throws(CodecError) in try FactCodec.decode(bytes) })
      return try body(
        StoredFact(
          fact, sequence: try select.position(0), recordedAt: select.instant(4),
          recordedBy: try recorder(select.int64(5))))
    }
  }

  func insert(_ facts: [NewFact]) throws(LedgerError) -> Bool {
    try sql().insertFacts.insert(facts.count) { row, insert, first throws(LedgerError) in
      let new = facts[row]
      let recorder = try number(of: new.report.recorder)
      // Of the fact as a whole a copy would be made.
      let (reported, place) = (new.report.facts, new.index)
      writer.removeAll()
      FactCodec.encode(reported[place].kind, into: &writer)
      insert.bind(first, new.sequence)
      insert.bind(first + 1, new.account)
      insert.bind(first + 2, reported[place].identity.source.text)
      insert.bind(first + 3, reported[place].identity.factID.text)
      insert.bind(first + 4, reported[place].effectiveAt)
      insert.bind(first + 5, new.recordedAt)
      insert.bind(first + 6, recorder)
      insert.bind(first + 7, writer.bytes)
    }
  }

  func insert(
    _ changes: ArraySlice<StatusChange>, of accounts: ArraySlice<Int64>
  ) throws(LedgerError) {
    let isStored = try sql().insertChanges.insert(changes.count) { row, insert, first in
      let change = changes[changes.startIndex + row]
      insert.bind(first, change.position)
      insert.bind(first + 1, accounts[accounts.startIndex + row])
      insert.bind(first + 2, change.revision)
      insert.bind(first + 3, change.rules)
      insert.bind(first + 4, change.asOf)
      writer.removeAll()
      RowCodec.encode(change.answer, into: &writer)
      insert.bind(first + 5, writer.bytes)
      if let previous = change.previous {
        writer.removeAll()
        RowCodec.encode(previous, into: &writer)
        insert.bind(first + 6, writer.bytes)
      } else {
        insert.bindNull(first + 6)
      }
      insert.bind(first + 7, change.isPastChanged ? 1 : 0 as Int64)
    }
    guard isStored else {
      throw LedgerError(
        .corrupt, "the position of a change is taken; restore the database from a backup")
    }
  }

  private func recorder(_ number: Int64) throws(LedgerError) -> Recorder {
    if let known = recorders[number] { return known }
    let select = try sql().selectRecorder
    select.bind(1, number)
    let found = try select.firstRow { () throws(LedgerError) in
      try select.decode(0) { bytes throws(CodecError) in try RowCodec.decodeRecorder(bytes) }
    }
    guard let found else {
      throw LedgerError(.corrupt, "a fact names recorder \(number), which is missing")
    }
    remember(found, number)
    return found
  }

  private func number(of recorder: Recorder) throws(LedgerError) -> Int64 {
    if lastRecorderNumber > 0, lastRecorder == recorder { return lastRecorderNumber }
    let number: Int64
    if let known = recorderNumbers[recorder] {
      number = known
    } else {
      number = try insert(recorder)
    }
    (lastRecorder, lastRecorderNumber) = (recorder, number)
    return number
  }

  private func insert(_ recorder: Recorder) throws(LedgerError) -> Int64 {
    writer.removeAll()
    RowCodec.encode(recorder, into: &writer)
    let insert = try sql().insertRecorder
    insert.bind(1, writer.bytes)
    let number = try insert.firstRow { () throws(LedgerError) in insert.int64(0) }
    guard let number else {
      throw LedgerError(.unexpected, "a recorder got no number")
    }
    remember(recorder, number)
    return number
  }

  private func forgetRecorders() {
    recorders.removeAll()
    recorderNumbers.removeAll()
    lastRecorderNumber = 0
  }

  private func remember(_ recorder: Recorder, _ number: Int64) {
    if recorders.count >= Self.recordersKept {
      forgetRecorders()
    }
    recorders[number] = recorder
    recorderNumbers[recorder] = number
  }
}

// The file.
extension SQLiteStore {
  func probe() throws(LedgerError) { try sql().probe.run() }

  var needsUpkeep: Bool { (open?.connection.logPages ?? 0) >= limits.logPages }

  func upkeep() throws(LedgerError) { try open?.connection.checkpoint() }

  func reopen() throws(LedgerError) {
    try close()
    let connection = try SQLiteConnection(path: path, settings: settings)
    do {
      try connection.verify()
      open = Open(connection: connection, sql: try SQLiteStatements(connection.handle))
    } catch {
      try connection.close()
      throw error.about(path)
    }
  }

  func close() throws(LedgerError) {
    rollback()
    guard let connection = open?.connection else { return }
    open = nil
    try connection.close()
  }
}
