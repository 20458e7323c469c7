import AccountStatusLedger
import AccountStatusModel
import Glibc
import Testing

@Suite struct SQLiteConnectionTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  @discardableResult
  private func open(_ path: String? = nil) throws -> OpenLedger {
    try OpenLedger(path ?? self.path, clock: ManualClock(newYear))
  }

  private func openingError(_ path: String? = nil) throws -> LedgerError {
    try #require(throws: LedgerError.self) { try open(path) }
  }

  @Test func `the file is the owner's alone, has a log and no shared memory`() async throws {
    let ledger = try open()
    try await ledger.store(registration())
    #expect(directory.names == ["ledger.sqlite", "ledger.sqlite-wal"])
    for name in directory.names {
      var status = stat()
      #expect(stat(directory.file(name), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
    ledger.stop()
    #expect(directory.names == ["ledger.sqlite"])
  }

  @Test func `the file says whose it is`() throws {
    try open().stop()
    let database = try Database(path)
    #expect(try database.rows("PRAGMA application_id") == [["1094931276"]])
    #expect(try database.rows("PRAGMA user_version") == [["\(SQLiteSchema.version)"]])
    #expect(try database.rows("PRAGMA journal_mode") == [["wal"]])
  }

  @Test func `a second ledger on the file is refused`() throws {
    let first = try open()
    let error = try openingError()
    #expect(error.code == .inUse)
    #expect(error.message.contains(path))
    first.stop()
    try open().stop()
  }

  @Test func `a missing directory is named`() throws {
    let error = try openingError("\(directory.path)/none/ledger.sqlite")
    #expect(error.code == .cannotOpen)
    #expect(error.message.contains("its directory \(directory.path)/none is missing"))
  }

  @Test func `a directory in the file's place is refused`() throws {
    #expect(try openingError(directory.path).code == .cannotOpen)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func `a directory that may not be written is named`() throws {
    chmod(directory.path, 0o500)
    defer { chmod(directory.path, 0o700) }
    let error = try openingError()
    #expect(error.code == .cannotOpen)
    #expect(error.message.contains("must be writable"))
  }

  @Test func `a file that is no database is refused and left as it is`() throws {
    let bytes = Array("This is no database. ".utf8) + [UInt8](repeating: 0x20, count: 5000)
    try write(bytes, to: path)
    #expect(try openingError().code == .notALedger)
    #expect(try contents(of: path) == bytes)
  }

  @Test func `another program's database is refused and left as it is`() throws {
    try Database(path).execute("PRAGMA application_id = 42; CREATE TABLE theirs (a)")
    let bytes = try contents(of: path)
    let error = try openingError()
    #expect(error.code == .notALedger)
    #expect(error.message.contains("application_id 42"))
    #expect(try contents(of: path) == bytes)
  }

  @Test func `a database without a name of its own is refused as well`() throws {
    try Database(path).execute("CREATE TABLE theirs (a)")
    #expect(try openingError().code == .notALedger)
  }

  @Test func `a newer program's ledger is refused and left as it is`() throws {
    try open().stop()
    let newer = SQLiteSchema.version + 1
    try Database(path).execute("PRAGMA journal_mode = DELETE; PRAGMA user_version = \(newer)")
    let bytes = try contents(of: path)
    let error = try openingError()
    #expect(error.code == .tooNew)
    #expect(error.message.contains("schema \(newer)"))
    #expect(try contents(of: path) == bytes)
  }

  @Test func `a damaged page is met with an error that says so`() async throws {
    let ledger = try open()
    for number in 0..<300 {
      try await ledger.store(registration(AccountID(checked: "account-\(number)")))
    }
    ledger.stop()
    var bytes = try contents(of: path)
    for place in 4096..<bytes.count { bytes[place] = 0xa5 }
    try write(bytes, to: path)
    let error = try openingError()
    #expect(error.code == .corrupt)
    #expect(error.message.contains(path))
    #expect(error.message.contains("backup"))
  }

  @Test func `an empty file becomes a ledger`() async throws {
    try write([], to: path)
    try await open().store(registration())
  }

  @Test func `synchronous is FULL unless a test says otherwise`() throws {
    let configuration = Ledger.Configuration(
      databasePath: path, editions: try builtInEditions(), clock: ManualClock(newYear))
    #expect(configuration.durability == .full)
  }
}
