import AccountStatusModel
import GRDBSQLite

/// A compiled statement, bound and stepped by SQLite's own calls.
///
/// GRDB's statements box every value that goes in or out; a write has about 20 µs for everything,
/// so rows go past it. Belongs to the ledger's thread, as its connection does. Parameters are
/// numbered from 1, columns from 0.
final class SQLiteStatement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  /// Holds the texts and blobs bound for the next run, which SQLite reads in place. Left to copy
  /// them, it would allocate for each.
  private let values: UnsafeMutableRawBufferPointer
  private var valueBytes = 0

  /// Compiles SQL for a connection that outlives the statement, with so much room for values.
  init(
    _ sql: String, on connection: OpaquePointer, valueBytes: Int = 1024
  ) throws(LedgerError) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v3(
      connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle else { throw LedgerError(sqlite: connection, code) }
    self.handle = handle
    self.connection = connection
    values = .allocate(byteCount: valueBytes, alignment: 1)
  }

  deinit {
    sqlite3_finalize(handle)
    values.deallocate()
  }

  /// Runs a statement that returns no row.
  func run() throws(LedgerError) {
    defer { reset() }
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE || code == SQLITE_ROW else {
      throw LedgerError(sqlite: connection, code)
    }
  }

  /// Runs an insertion. False: a unique index holds such a row already.
  func runUnlessTaken() throws(LedgerError) -> Bool {
    defer { reset() }
    let code = sqlite3_step(handle)
    if code == SQLITE_DONE { return true }
    if sqlite3_extended_errcode(connection) == Self.uniqueViolation { return false }
    throw LedgerError(sqlite: connection, code)
  }

  /// SQLITE_CONSTRAINT_UNIQUE, a macro that Swift does not see.
  private static let uniqueViolation = SQLITE_CONSTRAINT | 8 << 8

  /// Calls `body` for every row until it returns false.
  func forEachRow(_ body: () throws(LedgerError) -> Bool) throws(LedgerError) {
    defer { reset() }
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw LedgerError(sqlite: connection, code) }
      guard try body() else { return }
    }
  }

  private func reset() {
    sqlite3_reset(handle)
    valueBytes = 0
  }

  /// What `body` makes of the first row; nil when there is none.
  func firstRow<Value>(_ body: () throws(LedgerError) -> Value) throws(LedgerError) -> Value? {
    var value: Value?
    try forEachRow { () throws(LedgerError) in
      value = try body()
      return false
    }
    return value
  }
}

/// Parameters. A value too long for SQLite (1 GB) cannot occur: facts are bounded.
extension SQLiteStatement {
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  func bind(_ index: Int32, _ value: Int64) {
    sqlite3_bind_int64(handle, index, value)
  }

  /// Positions stay below 2^63.
  func bind(_ index: Int32, _ value: UInt64) {
    sqlite3_bind_int64(handle, index, Int64(value))
  }

  func bind(_ index: Int32, _ value: Instant) {
    sqlite3_bind_int64(handle, index, value.nanoseconds)
  }

  /// Never, `distantFuture`, is NULL: the partial index leaves it out.
  func bind(_ index: Int32, orNever value: Instant) {
    if value == .distantFuture {
      sqlite3_bind_null(handle, index)
    } else {
      bind(index, value)
    }
  }

  func bindNull(_ index: Int32) {
    sqlite3_bind_null(handle, index)
  }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      let held = hold(UnsafeRawBufferPointer(bytes))
      sqlite3_bind_text(
        handle, index, held?.assumingMemoryBound(to: CChar.self) ?? bytes.pointer,
        Int32(bytes.count), held == nil ? Self.transient : nil)
    }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      let held = hold(bytes)
      sqlite3_bind_blob(
        handle, index, held ?? bytes.baseAddress, Int32(bytes.count),
        held == nil ? Self.transient : nil)
    }
  }

  /// Copies a value to where it stays until the run is over; nil when there is no room.
  private func hold(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard bytes.count <= values.count - valueBytes else { return nil }
    let place = UnsafeMutableRawBufferPointer(rebasing: values[valueBytes...])
    place.copyMemory(from: bytes)
    valueBytes += bytes.count
    return UnsafeRawPointer(place.baseAddress)
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate var pointer: UnsafePointer<CChar>? {
    UnsafeRawPointer(baseAddress)?.assumingMemoryBound(to: CChar.self)
  }
}

/// Columns of the current row.
extension SQLiteStatement {
  func int64(_ column: Int32) -> Int64 {
    sqlite3_column_int64(handle, column)
  }

  func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  func position(_ column: Int32) throws(LedgerError) -> UInt64 {
    guard let value = UInt64(exactly: int64(column)) else {
      throw LedgerError(.corrupt, "a position is negative")
    }
    return value
  }

  func instant(_ column: Int32) -> Instant {
    Instant(nanoseconds: int64(column))
  }

  func instantOrNever(_ column: Int32) -> Instant {
    isNull(column) ? .distantFuture : instant(column)
  }

  func text(_ column: Int32) throws(LedgerError) -> String {
    guard let start = sqlite3_column_text(handle, column) else {
      throw LedgerError(.corrupt, "a text is missing")
    }
    let bytes = UnsafeBufferPointer(
      start: start, count: Int(sqlite3_column_bytes(handle, column)))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LedgerError(.corrupt, "a text is not UTF-8")
    }
    return text
  }

  /// Decodes a blob in place. Bytes that do not decode are damage, or a newer program's.
  func decode<Value>(
    _ column: Int32, _ body: (UnsafeRawBufferPointer) throws(CodecError) -> Value
  ) throws(LedgerError) -> Value {
    let bytes = UnsafeRawBufferPointer(
      start: sqlite3_column_blob(handle, column),
      count: Int(sqlite3_column_bytes(handle, column)))
    do {
      return try body(bytes)
    } catch {
      throw LedgerError(.corrupt, "a stored value cannot be read: \(error)")
    }
  }
}
