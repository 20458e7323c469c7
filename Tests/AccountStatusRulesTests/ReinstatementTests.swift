import AccountStatusModel
import AccountStatusRules
import Testing

/// The way back, from the suspension to good standing, by every path.
@Suite struct ReinstatementTests {
  /// INV-1 of the worked cases: unpaid, it suspends on 2026-10-30.
  private func suspended() -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  private func pay(_ reporter: inout Reporter, at instant: Instant) {
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: instant, id: "payment")
  }

  private func retract(_ id: Identifier, _ reporter: inout Reporter, at instant: Instant) {
    reporter.clock = instant
    reporter.report(.factRetracted(FactIdentity(source: "test", factID: id)), at: instant)
  }

  private func state(_ reporter: Reporter, _ instant: Instant) -> ReinstatementState? {
    reporter.standing(at: instant)?.reinstatementState
  }

  @Test func `a request filed before the payment simply waits`() {
    var reporter = suspended()
    reporter.report(.request("R-1"), at: "2026-10-31T00:00:00Z")
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    #expect(state(reporter, "2026-10-30T00:00:00Z") == .notRequested)
    #expect(state(reporter, "2026-10-31T00:00:00Z") == .awaitingRemedy)
    #expect(state(reporter, "2026-11-02T09:59:59Z") == .awaitingRemedy)
    #expect(state(reporter, "2026-11-02T10:00:00Z") == .inReview)
  }

  @Test func `a payment alone reinstates nobody`() {
    var reporter = suspended()
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    let standing = reporter.standing(at: "2027-06-01T00:00:00Z")
    #expect(standing?.state == .suspended)
    #expect(standing?.since == "2026-10-30T00:00:00Z")
    #expect(standing?.reasons == [])
    #expect(standing?.isEligibleForReinstatement == true)
    #expect(standing?.reinstatementState == .notRequested)
  }

  @Test(arguments: ["R-1", nil] as [Identifier?])
  func `an approval decides with and without a request, and needs none`(
    _ request: Identifier?
  ) {
    for isFiled in [true, false] {
      var reporter = suspended()
      pay(&reporter, at: "2026-11-02T10:00:00Z")
      if isFiled { reporter.report(.request("R-1"), at: "2026-11-03T00:00:00Z") }
      reporter.report(
        .decision("D-1", .approved, on: request), at: "2026-11-04T00:00:00Z")
      let after = reporter.standing(at: "2026-11-04T00:00:00Z")
      #expect(after?.state == .active && after?.since == "2026-11-04T00:00:00Z")
      #expect(after?.reinstatementState == ReinstatementState.none)
      // The next suspension begins without a request: this one is decided.
      reporter.report(.finding("AF-1", .confirmed), at: "2026-12-01T00:00:00Z")
      #expect(state(reporter, "2026-12-01T00:00:00Z") == .notRequested)
    }
  }

  @Test func `after a decline another request may be filed and approved`() {
    var reporter = suspended()
    reporter.report(.request("R-1"), at: "2026-10-31T00:00:00Z")
    reporter.report(.decision("D-1", .declined, on: "R-1"), at: "2026-11-01T00:00:00Z")
    #expect(state(reporter, "2026-11-01T00:00:00Z") == .declined)
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    reporter.report(.request("R-2"), at: "2026-11-03T00:00:00Z")
    #expect(state(reporter, "2026-11-03T00:00:00Z") == .inReview)
    #expect(
      reporter.report(.decision("D-2", .approved, on: "R-2"), at: "2026-11-04T00:00:00Z")
        == .accept)
    #expect(reporter.standing(at: "2026-11-04T00:00:00Z")?.state == .active)
  }

  @Test func `a waiver that ends suspends again at that very instant, and is seen coming`() {
    var reporter = suspended()
    let until: Instant = "2027-01-31T12:00:00.000000001Z"
    let waiver = Waiver(reason: .billingPastDue, subject: "INV-1", until: until)
    #expect(
      reporter.report(
        .decision("D-1", .approved, waivers: [waiver]), at: "2026-11-04T00:00:00Z") == .accept)
    let waived = reporter.standing(at: "2026-11-04T00:00:00Z")
    #expect(waived?.state == .active)
    #expect(
      waived?.nextTransition
        == NextTransition(
          at: until, toState: .suspended, because: [.billingPastDue], subjects: ["INV-1"]))
    #expect(reporter.standing(at: until.adding(nanoseconds: -1))?.state == .active)
    let again = reporter.standing(at: until)
    #expect(again?.state == .suspended && again?.since == until)
    #expect(again?.reasons.map(\.since) == [until])
  }

  @Test func `a waiver of one subject leaves the others`() throws {
    var reporter = suspended()
    reporter.report(.invoice("INV-2", issued: "2026-07-02"), at: "2026-07-02T00:00:00Z")
    let waiver = Waiver(
      reason: .billingPastDue, subject: "INV-1", until: "2027-01-01T00:00:00Z")
    let refused = reporter.report(
      .decision("D-1", .approved, waivers: [waiver]), at: "2026-11-04T00:00:00Z")
    guard case .refuse(let refusal) = refused else {
      Issue.record("INV-2 was waived, too: \(refused)")
      return
    }
    #expect(refusal.code == .failedPrecondition)
    #expect(refusal.outstanding.map(\.subjects) == [["INV-2"]])
    let ofAll = Waiver(reason: .billingPastDue, until: "2027-01-01T00:00:00Z")
    #expect(
      reporter.report(
        .decision("D-1", .approved, waivers: [ofAll]), at: "2026-11-04T00:00:00Z") == .accept)
    #expect(reporter.standing(at: "2026-11-04T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2027-01-01T00:00:00Z")?.reasons.first?.subjects.count == 2)
  }

  @Test func `waivers on a decline are malformed`() {
    var reporter = suspended()
    let waiver = Waiver(reason: .billingPastDue, until: "2027-01-01T00:00:00Z")
    guard
      case .refuse(let refusal) = reporter.report(
        .decision("D-1", .declined, waivers: [waiver]), at: "2026-11-04T00:00:00Z")
    else {
      Issue.record("it was stored")
      return
    }
    #expect(refusal.code == .invalidArgument)
    #expect(refusal.field == "reinstatementDecided.waivers")
  }

  @Test func `a retracted approval ended nothing, and its id is free`() {
    var reporter = suspended()
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-04T00:00:00Z", id: "approval")
    #expect(reporter.standing(at: "2026-11-10T00:00:00Z")?.state == .active)
    retract("approval", &reporter, at: "2026-11-10T00:00:00Z")
    let standing = reporter.standing(at: "2026-11-10T00:00:00Z")
    #expect(standing?.state == .suspended && standing?.since == "2026-10-30T00:00:00Z")
    #expect(
      reporter.report(.decision("D-1", .declined), at: "2026-11-11T00:00:00Z") == .accept)
    #expect(state(reporter, "2026-11-11T00:00:00Z") == .declined)
  }

  @Test func `a retracted payment suspends again from the approval on`() {
    var reporter = suspended()
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-04T00:00:00Z")
    retract("payment", &reporter, at: "2026-11-10T00:00:00Z")
    let standing = reporter.standing(at: "2026-11-10T00:00:00Z")
    #expect(standing?.state == .suspended)
    #expect(standing?.since == "2026-11-04T00:00:00Z")
    #expect(standing?.reasons.map(\.code) == [.billingPastDue])
    // As it was known then, the approval stood.
    #expect(
      reporter.standing(at: "2026-11-05T00:00:00Z", knownAt: "2026-11-09T00:00:00Z")?.state
        == .active)
  }

  @Test func `a retracted request was never filed`() {
    var reporter = suspended()
    pay(&reporter, at: "2026-11-02T10:00:00Z")
    reporter.report(.request("R-1"), at: "2026-11-03T00:00:00Z", id: "request")
    retract("request", &reporter, at: "2026-11-05T00:00:00Z")
    #expect(state(reporter, "2026-11-05T00:00:00Z") == .notRequested)
  }
}
