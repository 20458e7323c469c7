import AccountStatusModel
import AccountStatusRules
import Testing

/// What an edition says is what is evaluated.
@Suite struct EditionRulesTests {
  @Test func `the largest threshold is never met within the calendar`() {
    #expect(!DayThreshold(.moreThan, days: .max).isMet(by: 106_650))
    var edition = PolicyEdition.named("2020-06")
    edition.csp.billing = BillingRule(pastDue: DayThreshold(.moreThan, days: .max))
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-01-01"), at: "2026-01-01T00:00:00Z")
    let standing = evaluate(reporter.facts, edition: edition, asOf: Instant.range.upperBound)
    #expect(standing?.state == .active)
    #expect(standing?.notices == [.paymentDelinquent])
  }

  @Test func `an edition's own rules are what is evaluated`() {
    var edition = PolicyEdition.named("2020-06")
    edition.csp = ProgramRules(
      abuse: AbuseRule(severities: [.minor, .significant], states: [.suspected, .confirmed]),
      billing: BillingRule(pastDue: DayThreshold(.atLeast, days: 0)),
      profile: ProfileRule(
        states: [.pending], lasting: DayThreshold(.atLeast, days: 2), holdsUnderReview: false))
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.finding("AF-1", .suspected, .minor), at: "2026-01-02T00:00:00Z")
    reporter.report(
      .invoice("INV-1", issued: "2026-01-01", due: "2026-01-03"), at: "2026-01-02T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-01-02T12:00:00Z")
    func codes(_ instant: Instant) -> [ReasonCode]? {
      evaluate(reporter.facts, edition: edition, asOf: instant)?.reasons.map(\.code)
    }
    #expect(codes("2026-01-02T12:00:00Z") == [.accountAbuse])
    #expect(codes("2026-01-03T00:00:00Z") == [.accountAbuse, .billingPastDue])
    #expect(
      codes("2026-01-04T00:00:00Z") == [.accountAbuse, .billingPastDue, .profileFailedOrRejected])
  }
}
