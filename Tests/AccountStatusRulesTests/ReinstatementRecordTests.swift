import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ReinstatementRecordTests {
  /// Suspended on 2026-02-01, nothing outstanding from 2026-02-02 on.
  private func remedied() -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-02-01T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-02-02T00:00:00Z")
    return reporter
  }

  private func state(
    _ reporter: Reporter, _ instant: Instant = "2026-03-01T00:00:00Z"
  ) -> ReinstatementState? {
    reporter.standing(at: instant)?.reinstatementState
  }

  private func update(_ id: Identifier, _ status: SupportRequestStatus) -> FactKind {
    .supportRequestUpdated(requestID: id, status: status)
  }

  @Test func `an account that is not suspended has no reinstatement state`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-01-15T00:00:00Z")
    #expect(state(reporter, "2026-01-15T00:00:00Z") == ReinstatementState.none)
  }

  @Test func `a request waits for the remedy, then is in review`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-01T00:00:00Z")
    #expect(state(reporter, "2026-02-01T00:00:00Z") == .awaitingRemedy)
    #expect(state(reporter, "2026-02-02T00:00:00Z") == .inReview)
    reporter.report(update("R-1", .attentionNeeded), at: "2026-02-01T12:00:00Z")
    #expect(state(reporter, "2026-02-01T12:00:00Z") == .awaitingRemedy)
    #expect(state(reporter, "2026-02-02T00:00:00Z") == .partnerActionNeeded)
    reporter.report(update("R-1", .open), at: "2026-02-03T00:00:00Z")
    #expect(state(reporter) == .inReview)
  }

  @Test func `open after closed reopens`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z")
    reporter.report(update("R-1", .closed), at: "2026-02-04T00:00:00Z")
    #expect(state(reporter) == .notRequested)
    reporter.report(update("R-1", .open), at: "2026-02-05T00:00:00Z")
    #expect(state(reporter) == .inReview)
  }

  @Test func `an update dated before its request takes effect with it`() {
    var reporter = remedied()
    reporter.report(update("R-1", .attentionNeeded), at: "2026-02-03T00:00:00Z")
    #expect(state(reporter) == .notRequested)
    reporter.report(.request("R-1"), at: "2026-02-10T00:00:00Z")
    #expect(state(reporter, "2026-02-10T00:00:00Z") == .partnerActionNeeded)
  }

  @Test func `an undecided request from before the episode counts`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-01-10T00:00:00Z")
    #expect(state(reporter) == .inReview)
  }

  @Test func `requests for other purposes count for nothing`() {
    var reporter = remedied()
    reporter.report(.request("R-1", .appeal), at: "2026-02-10T00:00:00Z")
    reporter.report(.request("R-2", .other, role: nil), at: "2026-02-10T00:00:00Z")
    #expect(state(reporter) == .notRequested)
  }

  @Test func `a decision decides the request it names, and leaves the others`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z")
    reporter.report(.request("R-2"), at: "2026-02-04T00:00:00Z")
    reporter.report(update("R-1", .attentionNeeded), at: "2026-02-04T00:00:00Z")
    #expect(state(reporter) == .inReview)
    reporter.report(.decision("D-1", .declined, on: "R-2"), at: "2026-02-05T00:00:00Z")
    #expect(state(reporter) == .partnerActionNeeded)
    // Reopening says nothing about a decision that was made.
    reporter.report(update("R-2", .open), at: "2026-02-06T00:00:00Z")
    #expect(state(reporter) == .partnerActionNeeded)
    reporter.report(.decision("D-2", .declined, on: "R-1"), at: "2026-02-07T00:00:00Z")
    #expect(state(reporter) == .declined)
  }

  @Test func `a decision that names none decides all opened before it`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z")
    reporter.report(.request("R-2"), at: "2026-02-05T00:00:00Z")
    reporter.report(.decision("D-1", .declined), at: "2026-02-05T00:00:00Z")
    #expect(state(reporter) == .declined)
    reporter.report(.request("R-3"), at: "2026-02-05T00:00:00.000000001Z")
    #expect(state(reporter) == .inReview)
  }

  @Test func `a decline belongs to its episode`() {
    var reporter = remedied()
    reporter.report(.decision("D-1", .declined), at: "2026-02-03T00:00:00Z")
    #expect(state(reporter) == .declined)
    #expect(reporter.standing(at: "2026-03-01T00:00:00Z")?.isEligibleForReinstatement == true)
    reporter.report(.decision("D-2", .approved), at: "2026-02-04T00:00:00Z")
    reporter.report(.profile(.failed), at: "2026-02-05T00:00:00Z")
    #expect(state(reporter) == .notRequested)
  }

  @Test func `a state has lasted since the first instant of its unbroken run`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z")
    reporter.report(.request("R-2"), at: "2026-02-05T00:00:00Z")
    reporter.report(update("R-2", .attentionNeeded), at: "2026-02-06T00:00:00Z")
    reporter.report(update("R-2", .closed), at: "2026-02-07T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-02-10T00:00:00Z")
    func since(_ instant: Instant) -> Instant? {
      reporter.standing(at: instant)?.reinstatementSince
    }
    #expect(since("2026-01-31T00:00:00Z") == nil)
    // Not requested: from the suspension on, through the remedy.
    #expect(since("2026-02-02T12:00:00Z") == "2026-02-01T00:00:00Z")
    // In review by another request is in review all the same.
    #expect(since("2026-02-05T12:00:00Z") == "2026-02-03T00:00:00Z")
    #expect(since("2026-02-06T12:00:00Z") == "2026-02-06T00:00:00Z")
    // Back in review is a new run.
    #expect(since("2026-02-08T00:00:00Z") == "2026-02-07T00:00:00Z")
    #expect(since("2026-02-10T00:00:00Z") == nil)
  }

  @Test func `of hundreds of requests the latest that is pending counts`() {
    var reporter = remedied()
    let start: Instant = "2026-02-03T00:00:00Z"
    for number in 0..<200 {
      let at = start.adding(nanoseconds: Int64(number))
      reporter.report(.request(.numbered("R", number)), at: at)
      let status = SupportRequestStatus.attentionNeeded
      if number == 130 { reporter.report(update(.numbered("R", number), status), at: at) }
    }
    for number in (0..<200).reversed() where number != 70 {
      #expect(state(reporter) == (number == 130 ? .partnerActionNeeded : .inReview), "\(number)")
      reporter.report(
        update(.numbered("R", number), .closed),
        at: start.adding(nanoseconds: Int64(1000 - number)))
    }
    #expect(state(reporter) == .inReview)
    reporter.report(update("R-70", .closed), at: start.adding(nanoseconds: 2000))
    #expect(state(reporter) == .notRequested)
  }

  @Test func `of requests opened at one instant the greatest identity is the latest`() {
    for ids in [["1", "2"], ["2", "1"]] as [[Identifier]] {
      var reporter = remedied()
      reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z", source: "s", id: ids[0])
      reporter.report(.request("R-2"), at: "2026-02-03T00:00:00Z", source: "s", id: ids[1])
      reporter.report(update("R-2", .attentionNeeded), at: "2026-02-03T00:00:00Z")
      #expect(state(reporter) == (ids[1] == "2" ? .partnerActionNeeded : .inReview))
    }
  }

  @Test func `a request that two sources report is as late as the smaller identity says`() {
    var reporter = remedied()
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z", source: "a")
    reporter.report(.request("R-2"), at: "2026-02-03T00:00:00Z", source: "m")
    reporter.report(.request("R-1"), at: "2026-02-03T00:00:00Z", source: "z")
    reporter.report(update("R-2", .attentionNeeded), at: "2026-02-03T00:00:00Z")
    #expect(state(reporter) == .partnerActionNeeded)
  }
}
