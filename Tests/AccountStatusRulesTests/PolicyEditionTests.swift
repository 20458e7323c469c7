import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct PolicyEditionTests {
  @Test(arguments: [
    (DayThreshold(.moreThan, days: 60), 60, false), (DayThreshold(.moreThan, days: 60), 61, true),
    (DayThreshold(.atLeast, days: 60), 59, false), (DayThreshold(.atLeast, days: 60), 60, true),
    (DayThreshold(.atLeast, days: 0), 0, true), (DayThreshold(.moreThan, days: 0), 0, false),
  ])
  func `a threshold is met as its comparator says`(
    _ threshold: DayThreshold, _ days: Int, _ isMet: Bool
  ) {
    #expect(threshold.isMet(by: days) == isMet)
    #expect((days >= Int(threshold.fewestDays)) == isMet)
  }

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

  @Test func `a ruling names its basis in every state`() {
    let matrix = CapabilityMatrix.article
    typealias Ruling = CapabilityMatrix.Ruling
    #expect(
      matrix.ruling(on: .sellNewLicenses, in: .suspended)
        == Ruling(isAllowed: false, basis: .article))
    #expect(
      matrix.ruling(on: .sellNewLicenses, in: .active) == Ruling(isAllowed: true, basis: .article))
    #expect(
      matrix.ruling(on: .payInvoice, in: .closed) == Ruling(isAllowed: true, basis: .wayBack))
    #expect(
      matrix.ruling(on: .manageExistingServices, in: .notCovered)
        == Ruling(isAllowed: false, basis: .interpretation))
  }

  @Test func `a capability without a row is denied unless the account is active`() {
    let matrix = CapabilityMatrix(rows: [], allowedOutside: [])
    #expect(matrix.allowed(in: .active) == .all)
    for state in [AccountState.suspended, .closed, .notCovered] {
      #expect(matrix.allowed(in: state).isEmpty)
    }
  }
}
