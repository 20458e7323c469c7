/// Inserts rows into a table, several in a run: sixteen in one take a fifth less than in sixteen.
///
/// A row that is refused leaves those before it inserted (OR FAIL): undoing them is left to the
/// transaction, because a statement that can be undone by itself keeps a copy of what it changes.
/// Belongs to the ledger's thread.
final class SQLiteInsertion {
  /// Rows of a run, the most first.
  private static let widths = [16, 4, 1]
  /// Room for the texts and blobs of a row, in bytes.
  private static let bytesOfRow = 512

  private let columns: Int
  private let statements: [(width: Int, statement: SQLiteStatement)]

  /// Compiles insertions into a table, on a connection that outlives them.
  init(into table: String, _ columns: [String], on connection: OpaquePointer) throws(LedgerError) {
    self.columns = columns.count
    let row = "(" + columns.map { _ in "?" }.joined(separator: ", ") + ")"
    var statements: [(width: Int, statement: SQLiteStatement)] = []
    for width in Self.widths {
      let rows = Array(repeating: row, count: width).joined(separator: ", ")
      let statement = try SQLiteStatement(
        "INSERT OR FAIL INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(rows)",
        on: connection, valueBytes: max(1024, width * Self.bytesOfRow))
      statements.append((width, statement))
    }
    self.statements = statements
  }

  /// Inserts `count` rows. `bind` binds the values of one to the parameters from `first` on. False:
  /// a unique index holds one already, and some of the rows before it may be inserted.
  @inline(__always)
  func insert(
    _ count: Int,
    _ bind: (_ row: Int, _ statement: SQLiteStatement, _ first: Int32) throws(LedgerError) -> Void
  ) throws(LedgerError) -> Bool {
    var row = 0
    for (width, statement) in statements {
      while count - row >= width {
        for place in 0..<width { try bind(row + place, statement, Int32(place * columns + 1)) }
        guard try statement.runUnlessTaken() else { return false }
        row += width
      }
    }
    return true
  }
}
