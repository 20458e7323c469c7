import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct SweepTests {
  private func registered(_ types: WordSet<PartnerType> = [.directBill]) -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(types), at: "2026-01-01T00:00:00Z")
    return reporter
  }

  // MARK: Episodes

  @Test func `an approval ends an episode, and a reason that later facts show opens another`() {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-06T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-01-10T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-10T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2026-01-10T00:00:00Z")?.since == "2026-01-10T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-01-08T00:00:00Z")
    let reopened = reporter.standing(at: "2026-01-10T00:00:00Z")
    #expect(reopened?.state == .suspended)
    #expect(reopened?.since == "2026-01-10T00:00:00Z")
    #expect(reopened?.reasons.first?.since == "2026-01-08T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-09T00:00:00Z")?.since == "2026-01-05T00:00:00Z")
    // The state does not differ at the approval, so it is no transition.
    #expect(reporter.standing(at: "2026-01-09T00:00:00Z")?.nextTransition == nil)
  }

  @Test func `reasons that come back in one episode leave its opening alone`() {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-06T00:00:00Z")
    reporter.report(.profile(.failed), at: "2026-01-07T00:00:00Z")
    let standing = reporter.standing(at: "2026-01-08T00:00:00Z")
    #expect(standing?.since == "2026-01-05T00:00:00Z")
    #expect(standing?.reasons.first?.since == "2026-01-07T00:00:00Z")
  }

  @Test func `a closing ends everything, and lists nothing`() throws {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.accountClosed, at: "2026-02-01T00:00:00Z")
    reporter.report(.accountClosed, at: "2026-03-01T00:00:00Z")
    let closed = try #require(reporter.standing(at: "2026-04-01T00:00:00Z"))
    #expect(closed.state == .closed)
    #expect(closed.since == "2026-02-01T00:00:00Z")
    #expect(closed.reasons.isEmpty)
    #expect(!closed.isEligibleForReinstatement)
    #expect(closed.reinstatementState == ReinstatementState.none)
    #expect(closed.capabilities == [.viewBilling, .payInvoice, .submitSupportRequest])
    #expect(
      reporter.standing(at: "2026-01-31T00:00:00Z")?.nextTransition
        == NextTransition(at: "2026-02-01T00:00:00Z", toState: .closed))
  }

  @Test func `nothing happens before the registration`() throws {
    var reporter = Reporter()
    reporter.report(.profile(.rejected), at: "2025-12-01T00:00:00Z")
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    let standing = try #require(reporter.standing(at: "2026-01-01T00:00:00Z"))
    #expect(standing.state == .suspended)
    #expect(standing.since == "2026-01-01T00:00:00Z")
    #expect(standing.reasons.first?.since == "2026-01-01T00:00:00Z")
    reporter.report(.accountClosed, at: "2025-12-15T00:00:00Z")
    let closed = try #require(reporter.standing(at: "2026-01-01T00:00:00Z"))
    #expect(closed.state == .closed)
    #expect(closed.since == "2026-01-01T00:00:00Z")
  }

  @Test func `with auto-reinstatement an episode ends when its last reason clears`() {
    var edition = PolicyEdition.named("2020-06")
    edition.csp.autoReinstate = [.profileFailedOrRejected]
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-06T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-01-07T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-01-08T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-09T00:00:00Z")
    reporter.report(.finding("AF-1", .dismissed), at: "2026-01-10T00:00:00Z")
    func standing(_ instant: Instant) -> Standing? {
      evaluate(reporter.facts, edition: edition, asOf: instant)
    }
    #expect(standing("2026-01-05T00:00:00Z")?.state == .suspended)
    #expect(standing("2026-01-06T00:00:00Z")?.state == .active)
    #expect(standing("2026-01-06T00:00:00Z")?.since == "2026-01-06T00:00:00Z")
    // Abuse, which does not reinstate by itself, was a reason of the second episode.
    #expect(standing("2026-01-10T00:00:00Z")?.state == .suspended)
    #expect(standing("2026-01-10T00:00:00Z")?.isEligibleForReinstatement == true)
  }

  // MARK: One instant

  @Test func `decisions of one instant come after its other facts, by decision id`() {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-01-06T00:00:00Z", source: "z")
    reporter.report(.request("R-1"), at: "2026-01-06T00:00:00Z", source: "z")
    reporter.report(.decision("D-2", .declined), at: "2026-01-06T00:00:00Z", source: "a", id: "1")
    #expect(
      reporter.standing(at: "2026-01-06T00:00:00Z")?.reinstatementState == .declined)
    #expect(
      reporter.report(.decision("D-1", .approved), at: "2026-01-06T00:00:00Z", source: "b")
        == .accept)
    #expect(reporter.standing(at: "2026-01-06T00:00:00Z")?.state == .active)
  }

  @Test func `a decline at the opening of an episode is not of it`() {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.decision("D-1", .declined), at: "2026-01-05T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-05T00:00:00Z")?.reinstatementState == .notRequested)
  }

  @Test func `of last values at one instant the greatest identity wins, whatever came last`() {
    for order in [[0, 1], [1, 0]] {
      var reporter = registered()
      let facts: [(FactKind, Identifier, Identifier)] = [
        (.profile(.rejected), "b", "1"), (.profile(.authorized), "a", "2"),
      ]
      for index in order {
        let (kind, source, id) = facts[index]
        reporter.report(kind, at: "2026-01-05T00:00:00Z", source: source, id: id)
      }
      #expect(reporter.standing(at: "2026-01-05T00:00:00Z")?.state == .suspended)
    }
  }

  @Test func `identities are ordered by bytes, not by letters`() {
    var reporter = registered()
    // U+00E9 (C3 A9) comes after z in bytes; many a locale sorts it before.
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z", source: "\u{e9}", id: "1")
    reporter.report(.profile(.authorized), at: "2026-01-05T00:00:00Z", source: "z", id: "1")
    #expect(reporter.standing(at: "2026-01-05T00:00:00Z")?.state == .suspended)
  }

  @Test func `a resolution dated before its issue takes effect with it`() {
    var reporter = registered([.indirectReseller])
    reporter.report(.providerIssueResolved(issueID: "ISS-1"), at: "2026-01-04T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-01-05T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-05T00:00:00Z")?.state == .active)
  }

  @Test(arguments: [("a", AccountState.suspended), ("z", .active)])
  func `of an opening and a resolution at one instant the greater identity wins`(
    _ resolver: String, _ state: AccountState
  ) throws {
    var reporter = registered([.indirectReseller])
    reporter.report(.issue("ISS-1"), at: "2026-01-05T00:00:00Z", source: "m")
    reporter.report(
      .providerIssueResolved(issueID: "ISS-1"), at: "2026-01-05T00:00:00Z",
      source: try Identifier(resolver))
    #expect(reporter.standing(at: "2026-01-06T00:00:00Z")?.state == state)
  }

  @Test func `of two equal registrations the smaller identity stands for both`() {
    var reporter = Reporter()
    let instant: Instant = "2026-01-01T00:00:00Z"
    reporter.report(.registered([.indirectReseller]), at: instant, source: "a")
    reporter.report(.partnerTypesChanged([.directBill]), at: instant, source: "m")
    reporter.report(.registered([.indirectReseller]), at: instant, source: "z")
    reporter.report(.issue("ISS-1"), at: instant)
    #expect(reporter.standing(at: instant)?.notices == [.reasonNotApplicable])
  }

  // MARK: Reasons

  @Test func `an account that becomes a reseller gets its provider's issues, and loses them`() {
    var reporter = registered()
    reporter.report(.issue("ISS-1"), at: "2026-01-02T00:00:00Z")
    reporter.report(
      .partnerTypesChanged([.directBill, .indirectReseller]), at: "2026-01-03T00:00:00Z")
    reporter.report(.partnerTypesChanged([.indirectProvider]), at: "2026-01-04T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-02T00:00:00Z")?.state == .active)
    #expect(
      reporter.standing(at: "2026-01-03T00:00:00Z")?.reasons.map(\.subjects) == [["ISS-1"]])
    #expect(reporter.standing(at: "2026-01-04T00:00:00Z")?.isEligibleForReinstatement == true)
  }

  @Test(arguments: [(true, false), (false, true), (false, false)])
  func `an issue needs both flags`(_ operations: Bool, _ account: Bool) {
    var reporter = registered([.indirectReseller])
    reporter.report(
      .issue("ISS-1", operations: operations, account: account), at: "2026-01-02T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-03T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2026-01-03T00:00:00Z")?.notices == [])
  }

  @Test func `only significant findings that are confirmed count`() {
    var reporter = registered()
    reporter.report(.finding("AF-1", .confirmed, .minor), at: "2026-01-02T00:00:00Z")
    reporter.report(.finding("AF-2", .dismissed), at: "2026-01-02T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-02T00:00:00Z")?.state == .active)
    reporter.report(.finding("AF-1", .confirmed), at: "2026-01-03T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-03T00:00:00Z")?.state == .suspended)
  }

  @Test func `the last instant of the calendar can be asked for, and nothing lies beyond`() {
    var reporter = registered()
    reporter.report(
      .invoice("INV-1", issued: "2261-10-01", due: "2261-12-31"), at: "2026-01-02T00:00:00Z")
    reporter.report(
      .invoice("INV-2", issued: "2261-12-31", term: 36_500), at: "2026-01-02T00:00:00Z")
    let standing = reporter.standing(at: Instant.range.upperBound)
    #expect(standing?.state == .active)
    #expect(standing?.nextTransition == nil)
    #expect(standing?.notices == [])
    let timeline = timeline(
      of: reporter.facts, edition: .named("2020-06"), from: "2026-01-01T00:00:00Z")
    #expect(timeline?.points.map(\.at) == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
  }
}
