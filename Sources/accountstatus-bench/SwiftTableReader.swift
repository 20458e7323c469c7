import AccountStatusClient
import AccountStatusModel
import CBenchmark

/// Reads the table through the Swift client, in the order and with the dependencies of
/// `benchmark_table_read`.
struct SwiftTableReader {
  private static let idLength = 12
  private static let idStride = 16
  private let table: StatusTable
  private let content: benchmark_table_content

  init(_ content: benchmark_table_content) throws {
    self.content = content
    table = try StatusTable(
      socket: String(cString: content.socket_path),
      options: StatusTable.Options(maxStaleness: .seconds(1 << 20)))
    // Once it is mapped nothing replaces it.
    let patient = StatusTable.Options(maxStaleness: .seconds(1 << 20), timeout: .seconds(30))
    let first = Span(_unsafeElements: id(at: 0))
    guard table.read(first, patient).result == .found else {
      throw BenchError("the table was not handed over")
    }
  }

  /// The id of the account in a place of the order.
  private func id(at place: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: content.ids + Int(content.order[place]) * Self.idStride, count: Self.idLength)
  }

  /// Makes reads of which each needs what the one before it read.
  func read(isHot: Bool, reads: UInt64) -> benchmark_table_cost {
    let last = isHot ? 0 : Int(content.accounts) - 1
    var cost = benchmark_table_cost()
    var place = 0
    // 0, as long as no account has a notice. Not of the state: it becomes an enum by a branch, which
    // the processor would foresee, and begin the next read before this one has come.
    var dependency = 0
    let start = benchmark_thread_time()
    for _ in 0..<reads {
      let id = Span(_unsafeElements: id(at: place + dependency))
      let reading = table.read(id)
      cost.wrong += reading.result == .found ? 0 : 1
      dependency = Int(truncatingIfNeeded: reading.notices.bits & 1)
      place = place < last ? place + 1 : 0
    }
    cost.mean = Double(benchmark_thread_time() - start) / Double(reads)
    return cost
  }
}
