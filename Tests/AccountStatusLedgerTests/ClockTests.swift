import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct ClockTests {
  @Test func `a manual clock stands still until it is set, also backwards`() {
    let clock = ManualClock(suspension)
    #expect(clock.now == suspension)
    #expect(clock.now == suspension)
    clock.set(delinquent)
    #expect(clock.now == delinquent)
  }

  @Test func `the wall clock is in the calendar`() {
    #expect(Instant.range.contains(WallClock().now))
  }
}
