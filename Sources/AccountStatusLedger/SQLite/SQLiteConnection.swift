import CSQLiteSettings
import GRDB
import GRDBSQLite
import Glibc

/// The one connection to a ledger's file, exclusive and durable, or an error that says why not.
///
/// GRDB opens, configures and closes it. One connection, because SQLite before 3.42 has a race in
/// its write-ahead log that needs two, and because an exclusive one needs no shared memory. GRDB's
/// own `journalMode = .wal` would set synchronous=NORMAL, so the settings are made here, and read
/// back: a setting that did not take stops the start.
final class SQLiteConnection {
  /// What may differ between a daemon and a test.
  struct Settings: Sendable {
    var durability = Durability.full
    var pageCacheKiB = LedgerLimits().pageCacheKiB
    /// Pages that the file may have; nil: as many as the disk takes.
    var maximumPages: Int64?
  }

  /// SQLite's handle. Valid until `close`.
  let handle: OpaquePointer
  private let queue: DatabaseQueue
  private let logPageCount: UnsafeMutablePointer<Int32>

  /// Opens or makes the file and brings its tables up to date.
  init(path: String, settings: Settings) throws(LedgerError) {
    sqlite_settings_count_no_memory()
    do {
      try Self.prepareFile(path)
      var configuration = Configuration()
      configuration.label = "accountstatus.ledger"
      configuration.foreignKeysEnabled = false
      configuration.prepareDatabase { try Self.configure($0, settings) }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let handle: OpaquePointer? = queue.inDatabase { $0.sqliteConnection }
      guard let handle else { throw LedgerError(.unexpected, "the connection has no handle") }
      try Self.checkSettings(handle, settings)
      self.queue = queue
      self.handle = handle
    } catch {
      throw LedgerError(error).about(path)
    }
    // GRDB follows transactions through its own calls only, and traps in these on any other commit.
    sqlite3_commit_hook(handle, nil, nil)
    sqlite3_rollback_hook(handle, nil, nil)
    logPageCount = .allocate(capacity: 1)
    logPageCount.initialize(to: 0)
    // Takes the place of SQLite's automatic checkpoint, which ignores a failed fsync of the
    // database and goes on to overwrite the log that still held the pages.
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        context?.assumingMemoryBound(to: Int32.self).pointee = pages
        return SQLITE_OK
      }, logPageCount)
  }

  deinit {
    logPageCount.deallocate()
  }

  /// Pages in the write-ahead log after the last commit.
  var logPages: Int32 { logPageCount.pointee }

  /// Runs statements that return nothing of interest.
  func execute(_ sql: String) throws(LedgerError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw LedgerError(sqlite: handle, code) }
  }

  /// Copies the write-ahead log into the database and syncs it; the log is then written anew.
  func checkpoint() throws(LedgerError) {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else { throw LedgerError(sqlite: handle, code) }
    logPageCount.pointee = 0
  }

  /// What a store must pass after a failed write before it is trusted again.
  func verify() throws(LedgerError) {
    let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    guard code == SQLITE_OK else { throw LedgerError(sqlite: handle, code) }
    logPageCount.pointee = 0
    let check = try SQLiteStatement("PRAGMA quick_check(1)", on: handle)
    let verdict = try check.firstRow { () throws(LedgerError) in try check.text(0) } ?? "no answer"
    guard verdict == "ok" else {
      throw LedgerError(.corrupt, "the database is damaged: \(verdict); restore it from a backup")
    }
  }

  /// Closes the file. Statements must be gone.
  func close() throws(LedgerError) {
    do {
      try queue.close()
    } catch {
      throw LedgerError(error).about(queue.path)
    }
  }
}

extension SQLiteConnection {
  /// Makes an empty file that only its owner can read, in a directory that lasts.
  private static func prepareFile(_ path: String) throws(LedgerError) {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    var status = stat()
    guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw LedgerError(
        .cannotOpen, "its directory \(directory) is missing; make it, or name another file")
    }
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw LedgerError(.cannotOpen, "is not a file; name another one")
      }
      guard access(path, R_OK | W_OK) == 0, access(directory, W_OK | X_OK) == 0 else {
        throw LedgerError(
          .cannotOpen,
          "\(errorText()); the file and its directory must be writable for uid "
            + "\(geteuid())")
      }
      return
    }
    let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw LedgerError(
        .cannotOpen,
        "cannot be made: \(errorText()); the directory must be writable for uid "
          + "\(geteuid())")
    }
    Glibc.close(file)
    let parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if parent >= 0 { Glibc.close(parent) } }
    guard parent >= 0, fsync(parent) == 0 else {
      throw LedgerError(.inputOutput, "its directory cannot be synced: \(errorText())")
    }
  }

  private static func errorText() -> String {
    String(cString: strerror(errno))
  }

  /// Refuses a file that is not ours before changing anything in it, then makes the settings.
  private static func configure(_ database: Database, _ settings: Settings) throws {
    try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
    let found = try schemaVersion(database)
    if let found, found > SQLiteSchema.version {
      throw LedgerError(
        .tooNew,
        "was written by a newer version of this program (schema \(found), this one "
          + "knows \(SQLiteSchema.version)); start that version")
    }
    _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
    let synchronous = settings.durability == .full ? "FULL" : "NORMAL"
    try database.execute(sql: "PRAGMA synchronous = \(synchronous)")
    // Savepoints keep what they may have to undo in memory, and not in a file of their own.
    try database.execute(sql: "PRAGMA temp_store = MEMORY")
    try database.execute(sql: "PRAGMA cache_size = -\(settings.pageCacheKiB)")
    if let maximum = settings.maximumPages {
      _ = try Int64.fetchOne(database, sql: "PRAGMA max_page_count = \(maximum)")
    }
    try migrate(database, from: found ?? 0)
  }

  /// The version of the tables; nil in an empty file.
  private static func schemaVersion(_ database: Database) throws -> Int32? {
    let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    if application == 0, version == 0, tables == 0 { return nil }
    guard application == SQLiteSchema.applicationID, version > 0 else {
      throw LedgerError(
        .notALedger,
        "is a database of another program (application_id \(application)); name "
          + "another file")
    }
    return version
  }

  private static func migrate(_ database: Database, from found: Int32) throws {
    guard found < SQLiteSchema.version else { return }
    try database.inTransaction(.immediate) {
      for step in SQLiteSchema.steps[Int(found)...] { try database.execute(sql: step) }
      if found == 0 {
        try database.execute(sql: "INSERT INTO store VALUES (1, x'\(StoreID.random())', 1, 0, 0)")
      }
      try database.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(SQLiteSchema.version)")
      return .commit
    }
  }

  private static func checkSettings(
    _ connection: OpaquePointer, _ settings: Settings
  ) throws(LedgerError) {
    let expected = [
      ("locking_mode", "exclusive"), ("journal_mode", "wal"),
      ("synchronous", settings.durability == .full ? "2" : "1"),
      ("application_id", "\(SQLiteSchema.applicationID)"),
      ("user_version", "\(SQLiteSchema.version)"),
    ]
    for (name, value) in expected {
      let pragma = try SQLiteStatement("PRAGMA \(name)", on: connection)
      let found = try pragma.firstRow { () throws(LedgerError) in try pragma.text(0) }
      guard found == value else {
        throw LedgerError(
          .notDurable,
          "\(name) is \(found ?? "unknown") and must be \(value): writes would not "
            + "be safe here; put the file on a local file system")
      }
    }
  }
}
