import AccountStatusModel
import Testing

@Suite struct StatusFilterTests {
  private let now: Instant = "2026-11-15T12:00:00Z"
  private let standing = Standing(
    state: .suspended, since: "2026-10-30T00:00:00Z", reasons: [Reason(code: .billingPastDue)],
    capabilities: [], notices: [.disputed],
    nextTransition: NextTransition(at: "2026-12-01T00:00:00Z", toState: .closed),
    reinstatementState: .inReview, reinstatementSince: "2026-11-10T12:00:00Z")

  private func matches(_ filter: StatusFilter) -> Bool { filter.matches(standing, asOf: now) }

  @Test func `everything asked for has to hold`() {
    #expect(matches(StatusFilter()))
    #expect(
      matches(
        StatusFilter(
          state: .suspended, reason: .billingPastDue, notice: .disputed,
          reinstatementState: .inReview)))
    for other in [
      StatusFilter(state: .active), StatusFilter(reason: .accountAbuse),
      StatusFilter(notice: .noEvidence), StatusFilter(isEligible: true),
      StatusFilter(reinstatementState: .declined),
      StatusFilter(state: .suspended, reason: .accountAbuse),
    ] {
      #expect(!matches(other), "\(other)")
    }
  }

  @Test func `what is older is the state, or the reinstatement state that is asked about`() {
    func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
    #expect(
      matches(StatusFilter(olderThan: days(16))) && !matches(StatusFilter(olderThan: days(17))))
    #expect(
      matches(StatusFilter(reinstatementState: .inReview, olderThan: days(5) - .nanoseconds(1))))
    #expect(!matches(StatusFilter(reinstatementState: .inReview, olderThan: days(5))))
    #expect(!matches(StatusFilter(olderThan: .seconds(Int64.max))))
  }

  @Test func `only a transition to SUSPENDED suspends`() {
    #expect(!matches(StatusFilter(suspendsBefore: "2027-01-01T00:00:00Z")))
    var active = standing
    active.nextTransition = NextTransition(at: "2026-12-01T00:00:00Z", toState: .suspended)
    func suspends(before instant: Instant) -> Bool {
      StatusFilter(suspendsBefore: instant).matches(active, asOf: now)
    }
    #expect(suspends(before: "2026-12-01T00:00:00.000000001Z"))
    #expect(!suspends(before: "2026-12-01T00:00:00Z"))
    active.nextTransition = nil
    #expect(!suspends(before: .distantFuture))
  }
}
