import CStatusTable
import Glibc

/// A table under test and its only writer.
///
/// Not Sendable: a test makes its own.
final class Table {
  let writer: OpaquePointer

  init(capacity: UInt32 = 64) throws {
    var properties = status_table_properties(
      capacity: capacity, known_reasons: 0b11110, known_notices: 0x1ffe,
      known_capabilities: 0xffffe)
    var made: OpaquePointer?
    let error = status_table_create(&properties, &made)
    guard error == 0, let made else { throw TableError(number: error) }
    writer = made
  }

  deinit { status_table_destroy(writer) }

  /// The writer's view; the pointer is good for as long as the table.
  var view: UnsafePointer<status_table> { status_table_view(writer) }
  var count: UInt32 { status_table_count(view) }

  /// The table's memory, to damage it.
  var memory: UnsafeMutableRawPointer { UnsafeMutableRawPointer(mutating: view.pointee.memory) }

  /// Bytes of the table that are in memory, whole pages.
  var residentBytes: Int {
    let size = memory.load(fromByteOffset: 16, as: Int.self)
    let page = sysconf(Int32(_SC_PAGESIZE))
    var resident = [UInt8](repeating: 0, count: (size + page - 1) / page)
    guard mincore(memory, size, &resident) == 0 else { return .max }
    return resident.count { $0 & 1 == 1 } * page
  }

  /// Bytes of memory that the table takes, mapped or not.
  var allocatedBytes: Int {
    var status = stat()
    return fstat(status_table_descriptor(writer), &status) == 0 ? Int(status.st_blocks) * 512 : .max
  }

  /// The memory of a record, to damage it or to stop a write in the middle.
  func record(_ number: Int) -> UnsafeMutablePointer<UInt64> {
    UnsafeMutablePointer(mutating: view.pointee.records) + number * 24
  }

  @discardableResult
  func put(_ id: String, _ record: status_table_record) -> Int32 {
    var record = record
    return Array(id.utf8).withUnsafeBytes {
      status_table_put(writer, $0.baseAddress, $0.count, &record)
    }
  }

  func read(_ id: String, at now: Int64) -> Reading { view.pointee.read(id, at: now) }

  func info() throws -> status_table_info {
    var info = status_table_info()
    let error = status_table_read_info(view, &info)
    guard error == 0 else { throw TableError(number: error) }
    return info
  }
}

struct TableError: Error {
  let number: Int32
}

/// What came of a read, and the answer if there was one.
struct Reading {
  let result: status_table_result
  let status: status_table_status

  var revision: UInt64 { status.revision }
  var answer: status_table_answer { status.answer }
}

extension status_table {
  func read(_ id: String, at now: Int64) -> Reading {
    var status = status_table_status()
    var table = self
    let result = Array(id.utf8).withUnsafeBytes {
      status_table_read(&table, $0.baseAddress, $0.count, now, &status)
    }
    return Reading(result: result, status: status)
  }
}

extension status_table_record {
  /// A record whose answers can be told apart by every member.
  static func sample(
    revision: UInt64 = 7, from: Int64 = 1000, flip: Int64 = 2000, until: Int64 = 3000
  ) -> Self {
    Self(
      valid_from: from, flip_at: flip, valid_until: until, revision: revision,
      until_flip: status_table_answer(
        state: 1, next_state: 2, reinstatement_state: 1, eligible: false, reasons: 0,
        notices: 1 << 1, capabilities: 0xffffe, since: 500, next_at: flip),
      from_flip: status_table_answer(
        state: 2, next_state: 0, reinstatement_state: 2, eligible: true, reasons: 1 << 2,
        notices: 1 << 3, capabilities: 0x7870e, since: flip, next_at: Int64.max))
  }

  /// One answer that time alone never changes.
  static func lasting(revision: UInt64 = 1, state: UInt8 = 1) -> Self {
    var record = sample(revision: revision, from: 0, flip: .max, until: .max)
    record.until_flip.state = state
    return record
  }
}
