internal import CStatusTable
internal import Synchronization

/// What became of a client's questions since it was made. Numbers only grow.
public struct ReadCounters: Sendable, Hashable {
  /// Readings of the table that were the answer.
  public var tableFound: UInt64
  /// Readings that said that the account is not registered.
  public var tableNotFound: UInt64
  /// Readings that were too old to act on.
  public var tableStale: UInt64
  /// Readings without a table, or of a record that was being written all the time.
  public var tableUnavailable: UInt64
  /// Tables mapped.
  public var tablesMapped: UInt64
  /// Attempts to get a table that failed.
  public var failedTableRequests: UInt64
  /// Answers out of the cache.
  public var answeredByCache: UInt64
  /// Unary calls made to the server, of any method.
  public var calls: UInt64
  /// Those of them that ended with an error.
  public var failedCalls: UInt64
  /// Times the caller's default was yes, and decided.
  public var allowedByDefault: UInt64
  /// Times the caller's default was no, and decided.
  public var deniedByDefault: UInt64
}

extension AccountStatusClient {
  /// What became of the questions so far.
  public var counters: ReadCounters {
    let table = table?.counters ?? status_table_client_counters()
    return ReadCounters(
      tableFound: table.found, tableNotFound: table.not_found, tableStale: table.stale,
      tableUnavailable: table.unavailable, tablesMapped: table.mapped,
      failedTableRequests: table.failed_attempts,
      answeredByCache: counts.cached.load(ordering: .relaxed),
      calls: counts.calls.load(ordering: .relaxed),
      failedCalls: counts.failedCalls.load(ordering: .relaxed),
      allowedByDefault: counts.allowed.load(ordering: .relaxed),
      deniedByDefault: counts.denied.load(ordering: .relaxed))
  }
}

/// What the client counts itself; the table's reader counts the rest.
final class ReadCounts: Sendable {
  let cached = Atomic<UInt64>(0)
  let calls = Atomic<UInt64>(0)
  let failedCalls = Atomic<UInt64>(0)
  let allowed = Atomic<UInt64>(0)
  let denied = Atomic<UInt64>(0)

  func decided(_ holds: Bool) {
    if holds {
      allowed.wrappingAdd(1, ordering: .relaxed)
    } else {
      denied.wrappingAdd(1, ordering: .relaxed)
    }
  }
}
