import TTRPC
import Testing

@Suite("Points on the monotonic clock")
struct MonotonicInstantTests {
  @Test func `adding holds at the ends instead of overflowing`() {
    let instant = MonotonicInstant(nanoseconds: 5)
    #expect(instant.advanced(byNanoseconds: 7).nanoseconds == 12)
    #expect(instant.advanced(byNanoseconds: .max) == .distantFuture)
    #expect(MonotonicInstant.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
    #expect(MonotonicInstant(nanoseconds: -5).advanced(byNanoseconds: .min).nanoseconds == .min)
  }

  @Test func `durations become nanoseconds, held at the ends`() {
    #expect(Duration.milliseconds(1_500).clampedNanoseconds == 1_500_000_000)
    #expect(Duration.milliseconds(-1_500).clampedNanoseconds == -1_500_000_000)
    #expect(Duration.seconds(Int64.max / 2).clampedNanoseconds == .max)
    #expect(Duration.seconds(Int64.min / 2).clampedNanoseconds == .min)
  }

  @Test func `the clock does not go back`() {
    let first = MonotonicInstant.now()
    #expect(first <= .now())
    #expect(MonotonicInstant.now() < .distantFuture)
  }
}
