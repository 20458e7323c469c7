import AccountStatusModel
import CStatusTable

/// The table's writer alone: the least that publishing can cost.
///
/// `accountstatus-bench table` says what it takes for 100 000 changes a second, and counts it twice:
/// as much as the loop may take.
final class RecordWriter {
  /// Without optimisation most of the time is the compiler's.
  #if DEBUG
    static let isOptimised = false
  #else
    static let isOptimised = true
  #endif

  private let writer: OpaquePointer
  private let names: [[UInt8]]
  private var record = status_table_record()

  init(_ accounts: [AccountID]) throws {
    var properties = status_table_properties(
      capacity: UInt32(accounts.count), known_reasons: 0, known_notices: 0, known_capabilities: 0)
    var made: OpaquePointer?
    guard status_table_create(&properties, &made) == 0, let made else {
      throw TestFailure("no table")
    }
    writer = made
    names = accounts.map { Array($0.text.utf8) }
    record.flip_at = 1 << 40
    record.valid_until = 1 << 50
    record.until_flip.state = 1
    record.from_flip.state = 2
  }

  deinit { status_table_destroy(writer) }

  /// Writes every account's record.
  func writeAll() {
    for name in names { status_table_put(writer, name, name.count, &record) }
  }

  /// What a body costs this thread, to what writing the records does: the median of some rounds.
  func ratio(of body: () throws -> Void) rethrows -> Double {
    var ratios: [Double] = []
    for _ in 0..<21 {
      let start = threadTime()
      writeAll()
      let middle = threadTime()
      try body()
      ratios.append(Double(threadTime() - middle) / Double(middle - start))
    }
    return ratios.sorted()[ratios.count / 2]
  }
}
