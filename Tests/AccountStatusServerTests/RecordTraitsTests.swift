import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("Traits of a record")
struct RecordTraitsTests {
  private func row(
    _ change: (inout BasicAnswer) -> Void, until: Instant = .distantFuture
  ) -> StatusRow {
    var answer = BasicAnswer(
      state: .active, reinstatementState: .none, isEligibleForReinstatement: false,
      nextState: nil, nextTransitionAt: .distantFuture, since: autumn, reasons: [], notices: [],
      capabilities: .all)
    change(&answer)
    return StatusRow(
      accountID: account, revision: 1, validFrom: newYear, flipAt: .distantFuture,
      validUntil: until, untilFlip: answer, fromFlip: nil)
  }

  private func mayMatch(
    _ row: StatusRow, _ filter: StatusFilter, at now: Instant = suspension
  ) -> Bool {
    RecordTraits(row).mayMatch(RecordTraits.Wanted(filter, at: now))
  }

  @Test func `every word of the vocabulary has its own bit`() {
    var filters = AccountState.allCases.map { StatusFilter(state: $0) }
    filters += ReasonCode.allCases.map { StatusFilter(reason: $0) }
    filters += Notice.allCases.map { StatusFilter(notice: $0) }
    filters += ReinstatementState.allCases.map { StatusFilter(reinstatementState: $0) }
    filters.append(StatusFilter(isEligible: true))
    // What each of these asks for, and nothing else of the list, is true of its account.
    let rows = filters.map { filter in
      row { answer in
        answer.state = filter.state ?? .closed
        answer.reasons = filter.reason.map { [$0] } ?? []
        answer.notices = filter.notice.map { [$0] } ?? []
        answer.reinstatementState = filter.reinstatementState ?? .declined
        answer.isEligibleForReinstatement = filter.isEligible
      }
    }
    for (filter, row) in zip(filters, rows) {
      #expect(mayMatch(row, filter), "\(filter)")
      let others = filters.filter { $0 != filter && mayMatch(row, $0) }
      let usual = [StatusFilter(state: .closed), StatusFilter(reinstatementState: .declined)]
      #expect(others.allSatisfy(usual.contains), "\(filter) also matches \(others)")
    }
  }

  @Test func `times count to the day`() {
    let row = row {
      $0.nextState = .suspended
      $0.nextTransitionAt = "2026-11-05T18:00:00Z"
    }
    #expect(mayMatch(row, StatusFilter(suspendsBefore: "2026-11-05T00:00:00Z")))
    #expect(!mayMatch(row, StatusFilter(suspendsBefore: "2026-11-04T23:59:59Z")))
    #expect(mayMatch(row, StatusFilter(olderThan: .seconds(59 * 86_400))))
    #expect(!mayMatch(row, StatusFilter(olderThan: .seconds(60 * 86_400))))
    #expect(!mayMatch(self.row { _ in }, StatusFilter(suspendsBefore: .distantFuture)))
  }

  @Test func `on the day that a record may run out it may match anything, as one of other rules`() {
    let row = row({ _ in }, until: "2026-11-05T18:00:00Z")
    let filter = StatusFilter(state: .closed)
    #expect(!mayMatch(row, filter, at: "2026-11-04T23:59:59.999999999Z"))
    #expect(mayMatch(row, filter, at: "2026-11-05T00:00:00Z"))
    var other = self.row { _ in }
    #expect(!mayMatch(other, filter, at: "2261-12-31T00:00:00Z"))
    other.isCurrent = false
    #expect(mayMatch(other, filter, at: newYear))
  }
}
