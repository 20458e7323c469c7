import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct VettingTests {
  @Test func `a pending vetting shows since when, and only the changes since then`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(.profile(.authorized), at: "2026-06-02T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-07-01T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-07-03T00:00:00Z")
    let notices = reporter.explanation(at: "2026-07-04T00:00:00Z")?.notices ?? []
    let subject = notices.first { $0.notice == .verificationPending }?.subjects.first
    #expect(subject?.text.values["since"] == .instant("2026-07-01T00:00:00Z"))
    #expect(subject?.facts.map(\.effectiveAt) == ["2026-07-01T00:00:00Z", "2026-07-03T00:00:00Z"])
  }

  @Test func `a failure that was over before the suspension is no step of it`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(
      .profile(.pending, checks: [.business: .rejected, .identity: .rejected]),
      at: "2026-06-02T00:00:00Z")
    reporter.report(.profile(checks: [.business: .passed]), at: "2026-06-03T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-07-01T00:00:00Z")
    reporter.report(.profile(checks: [.identity: .passed]), at: "2026-07-02T00:00:00Z")
    let steps = reporter.explanation(at: "2026-07-03T00:00:00Z")?.steps ?? []
    #expect(steps.filter { $0.code == .fixProfileCheck }.map(\.subject) == ["IDENTITY"])
  }
}
