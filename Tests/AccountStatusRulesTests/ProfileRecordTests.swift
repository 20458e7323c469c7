import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ProfileRecordTests {
  private func account(
    _ program: Program = .csp, _ changes: (FactKind, Instant)...
  ) -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(program: program), at: "2026-01-01T00:00:00Z")
    for (kind, instant) in changes { reporter.report(kind, at: instant) }
    return reporter
  }

  // MARK: Under review

  @Test func `an appeal does not clear the reason, and only authorization does`() throws {
    let reporter = account(
      .csp, (.profile(.rejected), "2026-01-05T00:00:00Z"),
      (.profile(.pending), "2026-01-10T00:00:00Z"),
      (.profile(.authorized), "2026-01-20T00:00:00Z"))
    let before = try #require(reporter.standing(at: "2026-01-09T00:00:00Z")?.reasons.first)
    #expect(!before.isUnderReview)
    let review = try #require(reporter.standing(at: "2026-01-10T00:00:00Z"))
    #expect(review.reasons.map(\.isUnderReview) == [true])
    #expect(review.reasons.first?.since == "2026-01-05T00:00:00Z")
    #expect(review.notices == [.verificationPending])
    #expect(review.reinstatementState == .notRequested)
    #expect(reporter.standing(at: "2026-01-20T00:00:00Z")?.isEligibleForReinstatement == true)
  }

  @Test func `pending with no episode open before is no reason`() {
    let reporter = account(
      .csp, (.profile(.pending, last: .rejected), "2026-01-05T00:00:00Z"))
    #expect(reporter.standing(at: "2026-01-05T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2026-02-05T00:00:00Z")?.state == .active)
  }

  @Test func `an episode opened for another reason brings the review with it just after`() {
    let reporter = account(
      .csp, (.profile(.pending, last: .failed), "2026-01-05T00:00:00Z"),
      (.finding("AF-1", .confirmed), "2026-01-10T00:00:00Z"))
    func codes(_ instant: Instant) -> [ReasonCode]? {
      reporter.standing(at: instant)?.reasons.map(\.code)
    }
    #expect(codes("2026-01-10T00:00:00Z") == [.accountAbuse])
    #expect(
      codes("2026-01-10T00:00:00.000000001Z") == [.accountAbuse, .profileFailedOrRejected])
    #expect(
      reporter.standing(at: "2026-03-01T00:00:00Z")?.reasons.last?.since
        == "2026-01-10T00:00:00.000000001Z")
  }

  @Test(arguments: [
    ([FactKind.profile(.rejected), .profile(.pending)], true),
    ([.profile(.rejected), .profile(.authorized), .profile(.pending)], false),
    ([.profile(.rejected), .profile(VerificationState.none), .profile(.pending)], true),
    ([.profile(.rejected), .profile(.pending, last: .authorized)], false),
    ([.profile(.rejected), .profile(last: .authorized), .profile(.pending)], false),
    ([.profile(.authorized), .profile(last: .failed), .profile(.pending)], true),
    // Where one fact gives both, the one it calls last finalized is it.
    ([.profile(.rejected, last: .authorized), .profile(.pending)], false),
  ])
  func `an absent last_finalized is the last outcome that an earlier fact gave`(
    _ kinds: [FactKind], _ isUnderReview: Bool
  ) {
    var reporter = account(.csp, (.finding("AF-1", .confirmed), "2026-01-02T00:00:00Z"))
    for (index, kind) in kinds.enumerated() {
      reporter.report(
        kind, at: Instant("2026-01-05T00:00:00Z").adding(nanoseconds: Int64(index)))
    }
    let reasons = reporter.standing(at: "2026-02-01T00:00:00Z")?.reasons ?? []
    #expect(reasons.contains { $0.isUnderReview } == isUnderReview)
  }

  @Test func `what a change leaves unspecified is unchanged`() {
    let reporter = account(
      .csp, (.profile(.rejected), "2026-01-05T00:00:00Z"),
      (.profile(checks: [.business: .passed]), "2026-01-06T00:00:00Z"))
    #expect(reporter.standing(at: "2026-01-07T00:00:00Z")?.state == .suspended)
  }

  // MARK: The run

  private func maicpp(_ changes: (FactKind, Instant)...) -> Reporter {
    var reporter = account(.maicpp)
    for (kind, instant) in changes { reporter.report(kind, at: instant) }
    return reporter
  }

  @Test(arguments: [
    // A repeat does not restart the run; any other overall ends it.
    (VerificationState.rejected, "2026-02-06T00:00:00Z" as Instant),
    (.pending, "2026-02-25T00:00:00Z"), (.none, "2026-02-25T00:00:00Z"),
    (.failed, "2026-02-25T00:00:00Z"), (.authorized, "2026-02-25T00:00:00Z"),
  ])
  func `a run of rejected lasts more than thirty days under the edition of 2022`(
    _ between: VerificationState, _ opening: Instant
  ) {
    let reporter = maicpp(
      (.profile(.rejected), "2026-01-06T23:00:00Z"), (.profile(between), "2026-01-20T00:00:00Z"),
      (.profile(.rejected), "2026-01-25T01:00:00Z"))
    func state(_ instant: Instant) -> AccountState? {
      reporter.standing(at: instant, edition: "2022-03")?.state
    }
    #expect(state(opening.adding(nanoseconds: -1)) == .active)
    #expect(state(opening) == .suspended)
  }

  @Test func `failed is no reason for maicpp in 2022, and an appeal ends the run`() {
    let failed = maicpp((.profile(.failed), "2026-01-06T00:00:00Z"))
    #expect(failed.standing(at: "2026-06-01T00:00:00Z", edition: "2022-03")?.state == .active)
    #expect(failed.standing(at: "2026-06-01T00:00:00Z", edition: "2020-06")?.state == .suspended)
    let appealed = maicpp(
      (.profile(.rejected), "2026-01-06T00:00:00Z"), (.profile(.pending), "2026-03-01T00:00:00Z"))
    let standing = appealed.standing(at: "2026-03-01T00:00:00Z", edition: "2022-03")
    #expect(standing?.state == .suspended)
    #expect(standing?.isEligibleForReinstatement == true)
  }

  @Test func `what another fact of the same instant overrules breaks no run`() {
    var reporter = maicpp((.profile(.rejected), "2026-01-06T00:00:00Z"))
    reporter.report(.profile(.authorized), at: "2026-01-20T00:00:00Z", source: "a", id: "1")
    reporter.report(.profile(.rejected), at: "2026-01-20T00:00:00Z", source: "b", id: "1")
    #expect(
      reporter.standing(at: "2026-02-06T00:00:00Z", edition: "2022-03")?.state == .suspended)
  }

  @Test func `a run that began before the registration is as long as it is`() {
    var reporter = Reporter()
    reporter.report(.profile(.rejected), at: "2025-11-01T00:00:00Z")
    reporter.report(.registered(program: .maicpp), at: "2026-01-01T00:00:00Z")
    let standing = reporter.standing(at: "2026-01-01T00:00:00Z", edition: "2022-03")
    #expect(standing?.state == .suspended)
    #expect(standing?.since == "2026-01-01T00:00:00Z")
  }

  // MARK: Checks

  @Test func `a profile is incomplete while a check is neither passed nor absent`() {
    let reporter = account(
      .csp,
      (.profile(checks: [.business: .challenged, .identity: .passed]), "2026-01-05T00:00:00Z"),
      (.profile(.rejected), "2026-01-06T00:00:00Z"),
      (.profile(.pending), "2026-01-07T00:00:00Z"),
      (.profile(checks: [.business: .passed]), "2026-01-08T00:00:00Z"))
    func isIncomplete(_ instant: Instant) -> Bool? {
      reporter.standing(at: instant)?.notices.contains(.profileIncomplete)
    }
    #expect(isIncomplete("2026-01-04T00:00:00Z") == false)
    #expect(isIncomplete("2026-01-05T00:00:00Z") == true)
    #expect(isIncomplete("2026-01-06T00:00:00Z") == false)
    #expect(isIncomplete("2026-01-07T00:00:00Z") == true)
    #expect(isIncomplete("2026-01-08T00:00:00Z") == false)
  }
}
