package import AccountStatusModel
internal import Glibc
internal import Synchronization

/// The one clock of a server: it gives recorded_at, the default as_of, and what timers wait for.
///
/// It is the wall clock, or with `--clock manual` an instant that only `TestingService` moves.
package final class ServerClock: Sendable {
  /// The instant held; `Int64.min` while the wall clock counts.
  private let held: Atomic<Int64>
  /// Whether the clock is held by hand.
  package let isManual: Bool

  /// The wall clock.
  package init() {
    held = Atomic(.min)
    isManual = false
  }

  /// A clock that stands still at an instant.
  package init(manual now: Instant) {
    held = Atomic(now.nanoseconds)
    isManual = true
  }

  /// The instant now.
  package func now() -> Instant {
    isManual ? Instant(nanoseconds: held.load(ordering: .acquiring)) : Self.wallClock()
  }

  /// Moves a manual clock to an instant that is not before its own; false if it is.
  package func set(to instant: Instant) -> Bool {
    precondition(isManual, "only a manual clock can be set")
    guard instant >= now() else { return false }
    held.store(instant.nanoseconds, ordering: .releasing)
    return true
  }

  /// CLOCK_REALTIME.
  package static func wallClock() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
      nanoseconds: Int64(time.tv_sec) * Instant.nanosecondsPerSecond + Int64(time.tv_nsec))
  }
}
