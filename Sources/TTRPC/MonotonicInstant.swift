internal import CLinux
internal import Glibc

/// A point on CLOCK_MONOTONIC.
///
/// Deadlines and time-outs are counted on it: it never steps. The pure connections never read it;
/// instants reach them as arguments.
package struct MonotonicInstant: Sendable, Hashable, Comparable {
  /// Since an arbitrary start, usually the boot.
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Later than every instant that will be reached: no deadline.
  package static let distantFuture = MonotonicInstant(nanoseconds: .max)

  /// Reads the clock.
  package static func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: linux_monotonic_now())
  }

  /// The instant that many nanoseconds later, held at `distantFuture` instead of overflowing.
  package func advanced(byNanoseconds delta: Int64) -> MonotonicInstant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    return MonotonicInstant(nanoseconds: overflow ? (delta < 0 ? .min : .max) : sum)
  }

  package func advanced(by duration: Duration) -> MonotonicInstant {
    advanced(byNanoseconds: duration.clampedNanoseconds)
  }

  package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}

extension Duration {
  /// Whole nanoseconds, held at the ends of Int64: ± 292 years.
  package var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carry ? (seconds < 0 ? .min : .max) : sum
  }
}
