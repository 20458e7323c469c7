public import AccountStatusModel
internal import CStatusTable
internal import Synchronization
internal import TTRPC

/// Every account's current status in the server's shared memory, read without asking.
///
///     let table = try StatusTable(socket: "/run/accountstatus/table.sock")
///     let key = Array("contoso".utf8)
///     if table.read(key.span).state == .active { … }
///
/// A read makes no system call, takes no lock, allocates nothing and never waits, unless its options
/// let it. A client has one as its `table`, which its own methods read first; hot paths read it
/// themselves. Any number of threads may share one.
///
/// The memory is got from the server in the background, when a read finds that it has none or that
/// there may be a newer one; such a read says `stale` or `unavailable`, and the question goes to the
/// server by RPC.
public final class StatusTable: Sendable {
  /// How to read.
  public struct Options: Sendable {
    /// Nanoseconds, never 0: that is the reader's word for its own default.
    let maxStaleness: UInt64
    let timeout: UInt64

    /// - maxStaleness: a table whose server has shown no sign of life for longer is `stale`.
    /// - timeout: how long a read may block its thread to get the table. Zero: not at all.
    public init(maxStaleness: Duration = .seconds(2), timeout: Duration = .zero) {
      self.maxStaleness = max(1, maxStaleness.clampedNanoseconds)
      self.timeout = timeout.clampedNanoseconds
    }

    fileprivate var reader: status_table_read_options {
      status_table_read_options(max_staleness: maxStaleness, timeout: timeout)
    }
  }

  /// Path of `table.sock`.
  public let socket: String
  /// How reads are made that say nothing else.
  public let options: Options
  private let renewal: TableRenewal
  /// The renewal's, which lives as long as this object. The reader lets any number of threads in at
  /// once.
  private nonisolated(unsafe) let reader: OpaquePointer
  /// The latest mapping that may be another server's than the one that answers now.
  private let doubtful = Atomic<UInt64>(0)
  /// Editions by mapping: a table's never changes.
  private let edition = Mutex<(mapping: UInt64, name: String)?>(nil)

  /// Makes a reader; connects nothing yet.
  ///
  /// Fails with `unavailable` for a path of more than 107 bytes.
  public init(socket: String, options: Options = Options()) throws(AccountStatusError) {
    var created: OpaquePointer?
    let result = status_table_client_create(socket, &created)
    guard result == 0, let created else {
      let error = RuntimeError.system(
        operation: "read a status table from \(socket)", errno: -result)
      throw AccountStatusError(.unavailable, error.description)
    }
    self.socket = socket
    self.options = options
    reader = created
    renewal = TableRenewal(owning: created)
  }

  deinit {
    renewal.stop()
  }
}

// MARK: - Reading

extension StatusTable {
  /// The status of an account now, by its id as UTF-8.
  public func read(_ id: Span<UInt8>) -> TableReading {
    read(id, options)
  }

  /// The status of an account now, by its id as UTF-8, in the way that the options say.
  public func read(_ id: Span<UInt8>, _ options: Options) -> TableReading {
    var options = options.reader
    var reading = status_table_reading()
    // In place: a copy would be made in wider words than the reader has just written, which the
    // processor waits for.
    return withUnsafeMutablePointer(to: &reading) { reading in
      id.withUnsafeBytes { id in
        status_table_client_read(reader, id.baseAddress, id.count, &options, reading)
      }
      let isDoubtful = reading.pointee.mapping <= doubtful.load(ordering: .acquiring)
      if reading.pointee.outdated || isDoubtful { renewal.request() }
      return TableReading(reading, isDoubtful: isDoubtful)
    }
  }

  /// The status of an account now.
  public func read(_ account: AccountID, _ options: Options? = nil) -> TableReading {
    read(account.text.utf8.span, options ?? self.options)
  }
}

// MARK: - For the client

extension StatusTable {
  /// A reading that the client can answer with, and the edition it is under; nil: ask the server.
  ///
  /// One that says `notFound` has no edition.
  func current(_ account: AccountID) -> (reading: TableReading, edition: String)? {
    let reading = read(account)
    if reading.result == .notFound { return (reading, "") }
    // A state without a name here is for the server's reply to refuse.
    guard reading.result == .found, reading.state != nil else { return nil }
    if let name = knownEdition(of: reading.mapping) { return (reading, name) }
    // An edition that was looked up between two readings of one mapping is that mapping's.
    guard let name = lookUpEdition() else { return nil }
    let again = read(account)
    guard again.mapping == reading.mapping, again.result == .found, again.state != nil else {
      return nil
    }
    edition.withLock { $0 = (again.mapping, name) }
    return (again, name)
  }

  /// The last status that is known, however old, and its age.
  func lastKnown(_ account: AccountID) -> (status: AccountStatus, age: Duration)? {
    let reading = read(account)
    let edition = knownEdition(of: reading.mapping) ?? lookUpEdition() ?? ""
    return reading.status(of: account, policyEdition: edition).map { ($0, reading.age) }
  }

  /// The server may be another one than before: what was mapped by now is no longer taken for its
  /// last word.
  func doubt() {
    let mapped = counters.mapped
    guard mapped > 0 else { return }
    doubtful.store(mapped, ordering: .releasing)
    renewal.request()
  }

  /// What became of the reads.
  var counters: status_table_client_counters {
    var counters = status_table_client_counters()
    status_table_client_get_counters(reader, &counters)
    return counters
  }

  private func knownEdition(of mapping: UInt64) -> String? {
    edition.withLock { known in
      if let known, known.mapping == mapping { known.name } else { nil }
    }
  }

  private func lookUpEdition() -> String? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(STATUS_TABLE_EDITION_MAX)) {
      bytes in
      var length = 0
      guard status_table_client_edition(reader, bytes.baseAddress, &length) == 0 else { return nil }
      return String(decoding: bytes[..<length], as: UTF8.self)
    }
  }
}
