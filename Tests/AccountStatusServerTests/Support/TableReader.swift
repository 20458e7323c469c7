import AccountStatusModel
import AccountStatusServer
import CLinux
import CStatusTable
import Glibc

/// A peer of the table's socket, on the same thread.
final class TableReader {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, packets, 0)
    let result = withAddress(path) { connect(descriptor, $0, $1) }
    guard descriptor >= 0, result == 0 else { throw TestFailure("connect: \(errno)") }
  }

  deinit { close(descriptor) }

  /// The table that was handed over; it must have been.
  func table() throws -> MappedTable { try MappedTable(receivingOn: descriptor) }
}

/// A table in memory of the reader's own.
final class MappedTable {
  private let memory: UnsafeMutableRawPointer
  private let size: Int
  private var view = status_table()

  /// Takes the offer that has been sent on a connection.
  init(receivingOn connection: Int32) throws {
    var offer = status_table_offer()
    var descriptor: Int32 = -1
    let error = status_table_receive_offer(connection, 0, &offer, &descriptor)
    guard error == 0 else { throw TestFailure("no table: \(error)") }
    defer { close(descriptor) }
    size = Int(offer.size)
    guard let memory = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
      memory != MAP_FAILED
    else { throw TestFailure("mmap: \(errno)") }
    self.memory = memory
    guard status_table_attach(memory, size, &view) == 0 else { throw TestFailure("no table") }
  }

  deinit { munmap(memory, size) }

  var state: status_table_state { status_table_current_state(&view) }

  func read(_ id: AccountID, at now: Instant) -> status_table_result {
    var status = status_table_status()
    var text = id.text
    return text.withUTF8 {
      status_table_read(&view, $0.baseAddress, $0.count, now.nanoseconds, &status)
    }
  }
}

extension StatusIndex {
  /// The table's header.
  var info: status_table_info {
    var info = status_table_info()
    return status_table_read_info(table, &info) == 0 ? info : status_table_info()
  }
}

/// A listener as the table's is.
func tableListener(at path: String) throws -> Int32 {
  let descriptor = socket(AF_UNIX, packets, 0)
  guard withAddress(path, { bind(descriptor, $0, $1) }) == 0,
    listen(descriptor, 1) == 0
  else { throw TestFailure("bind: \(errno)") }
  return descriptor
}

private let packets = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)

private func withAddress(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}
