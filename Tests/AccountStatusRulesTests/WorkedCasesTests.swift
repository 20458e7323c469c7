import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct WorkedCasesTests {
  @Test(arguments: workedCases)
  func `every worked case holds`(_ worked: WorkedCase) throws {
    var reporter = Reporter()
    worked.tell(&reporter)
    let standing = reporter.standing(at: worked.asOf, edition: worked.edition)
    let expected = worked.expected
    guard let state = expected.state else { return #expect(standing == nil) }
    let found = try #require(standing)
    #expect(found.state == state)
    if let since = expected.since { #expect(found.since == since) }
    if let reasons = expected.reasons {
      let got = Dictionary(uniqueKeysWithValues: found.reasons.map { ($0.code, $0.subjects) })
      #expect(got == reasons)
    }
    if let notices = expected.notices { #expect(found.notices.words == notices.words) }
    if let next = expected.next { #expect(found.nextTransition == next) }
    if expected.hasNoNext { #expect(found.nextTransition == nil) }
    if let isEligible = expected.isEligible {
      #expect(found.isEligibleForReinstatement == isEligible)
    }
    if let state = expected.reinstatement { #expect(found.reinstatementState == state) }
    #expect(expected.allowed.words.allSatisfy(found.capabilities.contains))
    #expect(!expected.denied.words.contains(where: found.capabilities.contains))
    if let detail = expected.detail {
      #expect(found.reasons.contains { $0.detail.contains(detail) })
    }
  }

  @Test func `case 30, a payment delivered twice counts once`() {
    var reporter = Reporter()
    inv1(&reporter)
    let half = Fact(
      accountID: Reporter.account, source: "bank", factID: "p1",
      effectiveAt: "2026-10-20T00:00:00Z",
      kind: .payment("P-1", .euros(500), to: ["INV-1": .euros(500)]))
    #expect(reporter.report(half) == .accept)
    #expect(reporter.report(half) == .duplicate(sequence: 3))
    var elsewhere = half
    elsewhere.identity.source = "erp"
    #expect(reporter.report(elsewhere) == .accept)
    let standing = reporter.standing(at: "2026-10-30T00:00:00Z")
    #expect(standing?.reasons.first?.detail.contains("500.00 EUR open") == true)
  }

  @Test func `case 68, an approval while an invoice is open is refused and changes nothing`() {
    var reporter = Reporter()
    inv1(&reporter)
    let before = reporter.standing(at: "2026-11-02T00:00:00Z")
    let judgement = reporter.report(
      .decision("D-1", .approved), at: "2026-11-01T00:00:00Z", source: "support", id: "d")
    guard case .refuse(let refusal) = judgement else {
      Issue.record("accepted")
      return
    }
    #expect(refusal.code == .failedPrecondition)
    #expect(refusal.message.contains("BILLING_PAST_DUE (INV-1)"))
    #expect(reporter.standing(at: "2026-11-02T00:00:00Z") == before)
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-10-31T00:00:00Z")
    #expect(
      reporter.report(
        .decision("D-1", .approved), at: "2026-11-01T00:00:00Z", source: "support", id: "d")
        == .accept)
    #expect(reporter.standing(at: "2026-11-02T00:00:00Z")?.state == .active)
  }

  @Test func `case 87, two editions differ only in since`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    let old = try #require(reporter.standing(at: "2026-10-30T00:00:00Z", edition: "2016-11"))
    var new = try #require(reporter.standing(at: "2026-10-30T00:00:00Z", edition: "2020-06"))
    #expect(old.since == "2026-10-29T00:00:00Z")
    #expect(new.since == "2026-10-30T00:00:00Z")
    new.since = old.since
    #expect(new.reinstatementSince == new.reasons[0].since)
    new.reinstatementSince = old.reinstatementSince
    // The reason's own since and the rule its line quotes differ with it.
    new.reasons[0].since = old.reasons[0].since
    new.reasons[0].detail = old.reasons[0].detail
    #expect(new == old)
  }
}
