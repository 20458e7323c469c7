import GRDB
import GRDBSQLite

extension LedgerError {
  /// What SQLite reported last on a connection.
  init(sqlite connection: OpaquePointer, _ code: Int32) {
    let extended = sqlite3_extended_errcode(connection)
    // The connection's own code is the more exact one, unless it is about another call.
    let exact = extended & 0xff == code & 0xff ? extended : code
    self.init(sqliteCode: exact, String(cString: sqlite3_errmsg(connection)))
  }

  /// What GRDB reported.
  init(_ error: any Error) {
    switch error {
    case let error as LedgerError: self = error
    case let error as DatabaseError:
      self.init(
        sqliteCode: error.extendedResultCode.rawValue, error.message ?? "no further message")
    default: self.init(.unexpected, "\(error)")
    }
  }

  private init(sqliteCode code: Int32, _ text: String) {
    let detail = "\(text) (SQLite \(code))"
    switch code & 0xff {
    case SQLITE_FULL:
      self.init(.diskFull, "the disk is full: \(detail); free some space")
    case SQLITE_IOERR:
      self.init(.inputOutput, "reading or writing the database failed: \(detail); check the disk")
    case SQLITE_READONLY, SQLITE_PERM:
      self.init(
        .cannotOpen,
        "the database cannot be written: \(detail); check owner and mode of the file "
          + "and its directory")
    case SQLITE_CANTOPEN:
      self.init(
        .cannotOpen, "the database cannot be opened: \(detail); check its path and permissions")
    case SQLITE_BUSY, SQLITE_LOCKED:
      self.init(
        .inUse,
        "another process holds the database: \(detail); stop it, one process at a time "
          + "can own a ledger")
    case SQLITE_NOTADB:
      self.init(
        .notALedger,
        "the file is not an SQLite database: \(detail); name another file, or move "
          + "it away to start an empty ledger")
    case SQLITE_CORRUPT:
      self.init(
        .corrupt, "the database is damaged: \(detail); restore it from a backup")
    default:
      self.init(.unexpected, "SQLite failed: \(detail)")
    }
  }

  /// The same trouble, with the file it is about, named once.
  func about(_ path: String) -> LedgerError {
    message.hasPrefix("\(path): ") ? self : LedgerError(code, "\(path): \(message)")
  }
}
