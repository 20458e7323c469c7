package import AccountStatusModel
import Glibc
import Synchronization

/// Tells the time to the ledger: recorded_at, the as_of of current answers, and what is due.
package protocol LedgerClock: Sendable {
  /// The present instant. It may step back; `recordedAt` never does.
  var now: Instant { get }
}

/// The wall clock, CLOCK_REALTIME.
package struct WallClock: LedgerClock {
  /// The clock of the machine.
  package init() {}

  /// The present instant.
  package var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}

/// A clock that stands still until somebody moves it; any thread may.
package final class ManualClock: LedgerClock {
  private let nanoseconds: Atomic<Int64>

  /// A clock that shows an instant.
  package init(_ now: Instant) {
    nanoseconds = Atomic(now.nanoseconds)
  }

  /// The instant it was set to last.
  package var now: Instant {
    Instant(nanoseconds: nanoseconds.load(ordering: .acquiring))
  }

  /// Moves the clock, also backwards.
  package func set(_ now: Instant) {
    nanoseconds.store(now.nanoseconds, ordering: .releasing)
  }
}

/// The clock that only durations are measured with.
enum MonotonicClock {
  /// CLOCK_MONOTONIC, in nanoseconds.
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
