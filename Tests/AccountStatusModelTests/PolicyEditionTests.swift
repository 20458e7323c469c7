import AccountStatusModel
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

  @Test func `each programme has its own rules`() {
    let csp = ProgramRules(billing: BillingRule(pastDue: DayThreshold(.atLeast, days: 1)))
    let edition = PolicyEdition(
      name: "e", coveredClouds: .all, csp: csp, maicpp: ProgramRules(),
      capabilities: CapabilityMatrix(rows: [], allowedOutside: []))
    #expect(edition.rules(for: .csp) == csp)
    #expect(edition.rules(for: .maicpp) == ProgramRules())
  }

  @Test func `a ruling names its basis in every state`() {
    let matrix = CapabilityMatrix(
      rows: [
        .init(.sellNewLicenses, isAllowedWhileSuspended: false, basis: .article),
        .init(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack),
        .init(.manageExistingServices, isAllowedWhileSuspended: true, basis: .article),
      ], allowedOutside: [.payInvoice])
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
