import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite struct UpcomingSuspensionsTests {
  private let index: StatusIndex
  private let start: Instant = "2026-01-01T00:00:00Z"

  init() throws { index = try StatusIndex(edition: "2020-06", capacity: 4) }

  private func answer(_ state: AccountState, next: Instant? = nil) -> BasicAnswer {
    BasicAnswer(
      state: state, reinstatementState: .none, reinstatementSince: nil,
      isEligibleForReinstatement: false, nextState: next == nil ? nil : .suspended,
      nextTransitionAt: next ?? .distantFuture, since: start, reasons: [], notices: [],
      capabilities: [])
  }

  private func publish(_ id: AccountID, suspendedAt instant: Instant?) {
    index.publish(
      StatusRow(
        accountID: id, revision: 1, validFrom: start, flipAt: instant ?? .distantFuture,
        validUntil: .distantFuture, untilFlip: answer(.active, next: instant),
        fromFlip: instant == nil ? nil : answer(.suspended), isCurrent: true))
  }

  private func suspensions(limit: Int = 10) -> [String] {
    index.suspensions(after: start, limit: limit).map { "\($0.accountID) \($0.at)" }
  }

  @Test func `the next ones come by instant, then account`() {
    publish("never", suspendedAt: nil)
    publish("late", suspendedAt: "2026-05-01T00:00:00Z")
    publish("b", suspendedAt: "2026-03-01T00:00:00Z")
    publish("a", suspendedAt: "2026-03-01T00:00:00Z")
    publish("first", suspendedAt: "2026-02-01T00:00:00Z")
    #expect(
      suspensions() == [
        "first 2026-02-01T00:00:00Z", "a 2026-03-01T00:00:00Z", "b 2026-03-01T00:00:00Z",
        "late 2026-05-01T00:00:00Z",
      ])
    #expect(suspensions(limit: 1) == ["first 2026-02-01T00:00:00Z"])
  }

  @Test func `of many no more than asked for are shown, and the earliest are among them`() {
    for number in 0..<500 {
      publish(AccountID(checked: "m\(number)"), suspendedAt: "2026-06-01T00:00:00Z")
    }
    publish("early", suspendedAt: "2026-02-01T00:00:00Z")
    let shown = suspensions()
    #expect(shown.count == 10)
    #expect(shown.first == "early 2026-02-01T00:00:00Z")
  }

  @Test func `what has come is no longer to come`() {
    publish("a", suspendedAt: "2026-02-01T00:00:00Z")
    #expect(index.suspensions(after: "2026-02-01T00:00:00Z", limit: 10).isEmpty)
  }

  @Test func `what was found is kept for a second`() {
    let time = Time()
    let upcoming = UpcomingSuspensions(index: index) { time.now }
    #expect(upcoming.entries(after: start).isEmpty)
    publish("a", suspendedAt: "2026-02-01T00:00:00Z")
    time.now = time.now.advanced(by: .milliseconds(999))
    #expect(upcoming.entries(after: start).isEmpty)
    time.now = time.now.advanced(by: .milliseconds(1))
    #expect(upcoming.entries(after: start).map(\.accountID) == ["a"])
  }

  private final class Time {
    var now = MonotonicInstant(nanoseconds: 0)
  }
}
