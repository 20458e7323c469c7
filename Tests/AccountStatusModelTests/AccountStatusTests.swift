import AccountStatusModel
import Testing

@Suite struct AccountStatusTests {
  @Test func `the standing's properties are read through the answer`() {
    let standing = Standing(
      state: .suspended, since: "2026-10-30T00:00:00Z",
      reasons: [Reason(code: .billingPastDue, subjects: ["INV-1"])],
      capabilities: [.viewBilling], notices: [.disputed], isEligibleForReinstatement: false,
      reinstatementState: .notRequested)
    let status = AccountStatus(
      accountID: "northwind", standing: standing, policyEdition: "2020-06", revision: 3,
      asOf: "2026-10-30T00:00:00Z")
    #expect(status.state == .suspended)
    #expect(status.since == "2026-10-30T00:00:00Z")
    #expect(status.reasons.first?.subjects == ["INV-1"])
    #expect(status.notices == [.disputed])
    #expect(status.nextTransition == nil)
    #expect(status.knownAt == nil)
    #expect(!status.isProjected)
  }

  @Test func `standings that differ in anything are different`() {
    let standing = Standing(state: .active, since: "2026-01-01T00:00:00Z", capabilities: .all)
    var other = standing
    other.nextTransition = NextTransition(at: "2026-02-01T00:00:00Z", toState: .closed)
    #expect(other != standing)
    other.nextTransition = nil
    #expect(other == standing)
    other.notices.insert(.noEvidence)
    #expect(other != standing)
  }
}
