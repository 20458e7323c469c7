import AccountStatusClient
import AccountStatusModel
import CLoadGenerator

/// Reads in the order that all readers have.
final class TableReader {
  private let table: StatusTable
  private var order = table_order()

  /// Nil: the path is too long, or no table comes within ten seconds.
  init?(socket: String) {
    // A daemon that others' turns keep from running is no reason to ask it instead.
    let hour = Duration.seconds(3600)
    guard let table = try? StatusTable(socket: socket, options: .init(maxStaleness: hour)) else {
      return nil
    }
    self.table = table
    table_order_make(&order)
    let patient = StatusTable.Options(maxStaleness: hour, timeout: .seconds(10))
    let id = Span(_unsafeElements: Self.nextID(in: &order, after: 0))
    guard table.read(id, patient).result == .found else { return nil }
  }

  /// Makes the reads of one call; whether all found their account.
  func readMany() -> Bool {
    var order = order
    defer { self.order = order }
    var found = 0
    var dependency: UInt32 = 0
    for _ in 0..<reads_per_call {
      let reading = table.read(Span(_unsafeElements: Self.nextID(in: &order, after: dependency)))
      if reading.result == .found { found += 1 }
      dependency = UInt32(reading.state?.rawValue ?? 0) & 1
    }
    return found == reads_per_call
  }

  /// The bytes of the next id, which live as long as the program.
  private static func nextID(
    in order: inout table_order, after dependency: UInt32
  ) -> UnsafeBufferPointer<UInt8> {
    let start = UnsafeRawPointer(table_order_next(&order, dependency)!)
    return UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: account_id_length)
  }
}
