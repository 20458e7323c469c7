import CStatusTable
import CStatusTableStress
import Glibc
import Synchronization

/// The writing side as clients meet it: a table, and a thread that hands it over.
///
/// The table may be changed between reads only; the thread touches it only while a client waits.
final class Daemon {
  /// What is answered on an accepted connection.
  enum Behaviour {
    case offering
    case refusing(Int32)
    /// Does what it is told with the connection's descriptor.
    case doing((Int32) -> Void)
    /// Takes the connection and says nothing until the daemon goes.
    case silent
  }

  /// What the thread sees. It never holds the daemon itself, which waits for it when it goes.
  private final class Part {
    var table: Table
    var behaviour = Behaviour.offering
    var held: [Int32] = []

    init(_ table: Table) { self.table = table }

    deinit { for descriptor in held { close(descriptor) } }

    func answer(_ connection: Int32) {
      switch behaviour {
      case .offering: _ = status_table_send_offer(connection, table.writer, 0)
      case .refusing(let error): _ = status_table_send_offer(connection, table.writer, error)
      case .doing(let action): action(connection)
      case .silent: held.append(dup(connection))
      }
    }
  }

  private let part: Part
  private let serving = UnsafeMutablePointer<serving>.allocate(capacity: 1)

  init(capacity: UInt32 = 64) throws {
    part = Part(try Table(capacity: capacity))
    beat()
    let error = start_serving(
      serving, { Unmanaged<Part>.fromOpaque($0!).takeUnretainedValue().answer($1) },
      Unmanaged.passUnretained(part).toOpaque())
    guard error == 0 else { throw TableError(number: error) }
  }

  deinit {
    stop_serving(serving)
    serving.deallocate()
  }

  var table: Table { part.table }

  var behaviour: Behaviour {
    get { part.behaviour }
    set { part.behaviour = newValue }
  }

  var path: String {
    withUnsafeBytes(of: serving.pointee.path) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Says that it is alive, or was so many nanoseconds ago.
  func beat(ago: Int64 = 0) {
    status_table_beat(table.writer, UInt64(Int64(serving_now()) - ago))
  }

  /// Begins anew with an empty table, without a word to those who have the old one.
  func replaceTable() throws -> Table {
    let old = table
    part.table = try Table()
    beat()
    return old
  }
}

/// A reader in this process.
///
/// Its C functions may be called on any thread; only `destroy` may not be while others are.
final class Client: Sendable {
  private let pointer: Mutex<UInt>
  /// Stays for as long as it is read; no thread touches it through this.
  private nonisolated(unsafe) let daemon: Daemon?

  convenience init(_ daemon: Daemon) throws { try self.init(daemon.path, of: daemon) }

  init(_ path: String, of daemon: Daemon? = nil) throws {
    self.daemon = daemon
    var made: OpaquePointer?
    let error = status_table_client_create(path, &made)
    guard error == 0, let made else { throw TableError(number: error) }
    pointer = Mutex(UInt(bitPattern: made))
  }

  deinit { destroy() }

  /// Good for as long as this object is.
  var client: OpaquePointer? { OpaquePointer(bitPattern: pointer.withLock { $0 }) }

  func destroy() {
    status_table_client_destroy(client)
    pointer.withLock { $0 = 0 }
  }

  /// Reads; staleness and timeout are in nanoseconds.
  func read(
    _ id: String, staleness: UInt64 = 60_000_000_000, timeout: UInt64 = 30_000_000_000
  ) -> status_table_reading {
    var options = status_table_read_options(max_staleness: staleness, timeout: timeout)
    var reading = status_table_reading()
    status_table_client_read(client, id, id.utf8.count, &options, &reading)
    return reading
  }

  func renew(timeout: UInt64 = 30_000_000_000) -> Int32 {
    status_table_client_renew(client, timeout)
  }

  func readInChild(_ id: String) -> Int32 { status_table_read_in_child(client, id) }

  func readWithoutKernel(_ id: String, _ reads: UInt64) -> Int32 {
    status_table_read_without_kernel(client, id, reads)
  }

  func edition(_ name: inout [UInt8], _ length: inout Int) -> Int32 {
    status_table_client_edition(client, &name, &length)
  }

  var counters: status_table_client_counters {
    var counters = status_table_client_counters()
    status_table_client_get_counters(client, &counters)
    return counters
  }
}

/// Runs in a thread of its own, to its end.
func inThread(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
  final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  var thread = pthread_t()
  let error = pthread_create(
    &thread, nil,
    {
      Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run()
      return nil
    }, Unmanaged.passRetained(Body(body)).toOpaque())
  guard error == 0 else { throw TableError(number: error) }
  return thread
}

/// The wall clock, precisely.
func wallClock() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
