public import AccountStatusModel
internal import CStatusTable
internal import Synchronization

/// Statuses that the server told, kept in this process to be read without asking: for programs that
/// cannot map the status table, as in a container without `table.sock`.
///
///     var configuration = AccountStatusClient.Configuration()
///     configuration.cache = StatusCache.Options()
///     let client = try AccountStatusClient(configuration: configuration)
///     async let feeding: Void = client.runCache()
///
/// The client reads the table first, then the cache, then asks the server; an answer's `source` says
/// which it was. `runCache` keeps the cache up to date; without it everything is asked.
///
/// - Exact: the state, and with it what the account may do, is the one that holds now. It is given
///   until its own next transition only. A notice or a further reason that comes with time alone is
///   told when the server has stored it, some milliseconds later.
/// - Fresh: it is given while the server has said, within the configuration's `maxStaleness`, that
///   everything has been told. It says so once a second.
/// - Own writes: an account that this client has reported about is the server's to answer until all
///   is told up to the reply. So is one about which the server has answered more than it has told.
/// - A read takes no lock, makes no system call and allocates nothing. Any number of threads may
///   read.
public final class StatusCache: Sendable {
  /// What to keep.
  public struct Options: Sendable {
    /// How many accounts there is room for, 1 to 16 777 216; what there is no room for, the server
    /// answers. An account takes 160 bytes, and room for one 8 to 16.
    public var capacity: Int
    /// Which accounts, at most 1 000, registered or not; empty: all.
    public var accounts: [AccountID]

    /// Keeps so many accounts: these, or all.
    public init(capacity: Int = 100_000, accounts: [AccountID] = []) {
      self.capacity = capacity
      self.accounts = accounts
    }
  }

  /// What is kept.
  public let options: Options
  private let maxStaleness: UInt64
  /// Any number of threads may read and doubt at once, and one fill: `runCache`.
  private nonisolated(unsafe) let statuses: OpaquePointer
  private let isBeingFilled = Atomic(false)

  package init(_ options: Options, maxStaleness: Duration) throws(AccountStatusError) {
    var created: OpaquePointer?
    let result = status_cache_create(
      UInt32(clamping: options.capacity), options.accounts.isEmpty, &created)
    guard result == 0, let created else {
      throw AccountStatusError(
        .resourceExhausted, "there is no memory for a cache of \(options.capacity) accounts")
    }
    statuses = created
    self.options = options
    self.maxStaleness = max(1, maxStaleness.clampedNanoseconds)
  }

  deinit {
    status_cache_destroy(statuses)
  }

  /// Accounts that are kept at present.
  public var count: Int { Int(status_cache_count(statuses)) }
}

// MARK: - Reading

extension StatusCache {
  /// The status of an account now.
  public func read(_ account: AccountID) -> TableReading {
    read(account.text.utf8.span)
  }

  /// The status of an account now, by its id as UTF-8.
  public func read(_ id: Span<UInt8>) -> TableReading {
    var reading = status_table_reading()
    return withUnsafeMutablePointer(to: &reading) { reading in
      id.withUnsafeBytes { id in
        status_cache_read(statuses, id.baseAddress, id.count, maxStaleness, reading)
      }
      return TableReading(reading, isDoubtful: false)
    }
  }

  /// A reading that the client can answer with, and its edition; nil: ask the server.
  func current(_ account: AccountID) -> (reading: TableReading, edition: String)? {
    let reading = read(account)
    if reading.result == .notFound { return (reading, "") }
    // A state without a name here is for the server's reply to refuse.
    guard reading.result == .found, reading.state != nil else { return nil }
    return (reading, edition(of: reading))
  }

  /// The last status that was told, however long ago, and its age.
  func lastKnown(_ account: AccountID) -> (status: AccountStatus, age: Duration)? {
    let reading = read(account)
    return reading.status(of: account, policyEdition: edition(of: reading)).map {
      ($0, reading.age)
    }
  }

  private func edition(of reading: TableReading) -> String {
    String(cString: status_cache_edition(statuses, reading.mapping))
  }
}

// MARK: - Doubting

extension StatusCache {
  /// What was reported about some accounts may have changed them.
  package func doubt(_ accounts: some Sequence<AccountID>) {
    for account in accounts {
      var text = account.text
      text.withUTF8 { status_cache_doubt(statuses, $0.baseAddress, $0.count) }
    }
  }

  /// Anything may have changed, or the server may be another one than before.
  package func doubtAll() {
    status_cache_doubt_all(statuses)
  }

  /// The server answered that an account is at a revision; 0: that it is not registered.
  package func heard(_ account: AccountID, revision: UInt64) {
    var text = account.text
    text.withUTF8 { status_cache_heard(statuses, $0.baseAddress, $0.count, revision) }
  }
}

// MARK: - Filling, by one task at a time

extension AccountStatusClient {
  /// Keeps the cache up to date until the task is cancelled; then it returns.
  ///
  ///     try await withThrowingTaskGroup { group in
  ///       group.addTask { try await client.runCache() }
  ///       try await serve(client)
  ///       group.cancelAll()
  ///     }
  ///
  /// Outlives connections and servers, as every watch does. To be run by one task at a time: another
  /// fails with `failedPrecondition`. Without a cache in the configuration it returns at once. Fails
  /// as a watch does, with what does not pass by itself; the server is asked then.
  public func runCache() async throws(AccountStatusError) {
    guard let cache else { return }
    guard cache.beginFilling() else {
      throw AccountStatusError(.failedPrecondition, "another task keeps the cache up to date")
    }
    defer { cache.endFilling() }
    do throws(AccountStatusError) {
      for try await event in watch(cache.options.accounts) { cache.take(event) }
    } catch {
      guard Task.isCancelled else { throw error }
    }
  }
}

extension StatusCache {
  fileprivate func beginFilling() -> Bool {
    !isBeingFilled.exchange(true, ordering: .acquiring)
  }

  fileprivate func endFilling() {
    isBeingFilled.store(false, ordering: .releasing)
  }

  /// Takes in what a watch tells.
  package func take(_ event: WatchEvent) {
    switch event {
    case .snapshotBegan:
      status_cache_begin(statuses)
      // Of accounts that are watched by name it is known when they are not registered.
      for account in options.accounts { remove(account, revision: 0) }
    case .status(let status): put(status)
    case .snapshotEnded: status_cache_end(statuses)
    case .changed(let change):
      if let current = change.current {
        put(current)
      } else {
        remove(change.accountID, revision: change.revision)
      }
    case .progress(let asOf): if let asOf { status_cache_progress(statuses, asOf.nanoseconds) }
    case .resumed, .disconnected: break
    }
  }

  private func put(_ status: AccountStatus) {
    var record = status_cache_record()
    record.answer = status_table_answer(status.standing)
    record.revision = status.revision
    record.valid_from = status.asOf.nanoseconds
    record.until = record.answer.next_at
    put(record, edition: status.policyEdition, of: status.accountID)
  }

  private func remove(_ account: AccountID, revision: UInt64) {
    var record = status_cache_record()
    record.revision = revision
    record.until = Instant.distantFuture.nanoseconds
    put(record, edition: "", of: account)
  }

  private func put(_ record: status_cache_record, edition: String, of account: AccountID) {
    var record = record
    var edition = edition
    var text = account.text
    edition.withUTF8 { edition in
      edition.withMemoryRebound(to: CChar.self) {
        record.edition = $0.baseAddress
        record.edition_length = $0.count
        // What there is no room for is the server's to answer.
        _ = text.withUTF8 { status_cache_put(statuses, $0.baseAddress, $0.count, &record) }
      }
    }
  }
}

extension status_table_answer {
  /// A BASIC answer in the table's numbers.
  fileprivate init(_ standing: Standing) {
    self.init()
    state = standing.state.rawValue
    reinstatement_state = standing.reinstatementState.rawValue
    eligible = standing.isEligibleForReinstatement
    reasons = UInt32(truncatingIfNeeded: WordSet<ReasonCode>(standing.reasons.map(\.code)).bits)
    notices = UInt32(truncatingIfNeeded: standing.notices.bits)
    capabilities = standing.capabilities.bits
    since = standing.since.nanoseconds
    next_state = standing.nextTransition?.toState.rawValue ?? 0
    next_at = standing.nextTransition?.at.nanoseconds ?? Instant.distantFuture.nanoseconds
  }
}
