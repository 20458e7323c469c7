import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct FactEffectTests {
  @Test func `ids of one kind are told apart from equal ids of another`() {
    var reporter = Reporter()
    reporter.report(.registered([.indirectReseller]), at: "2026-01-01T00:00:00Z")
    let kinds: [FactKind] = [
      .invoice("X", issued: "2026-01-01", due: "2026-01-01"), .payment("X", .euros(1)),
      .creditApplied(creditID: "X", invoiceID: "X", amount: .euros(1)), .issue("X"),
      .request("X"), .finding("X", .confirmed),
    ]
    for kind in kinds { #expect(reporter.report(kind, at: "2026-01-01T00:00:00Z") == .accept) }
    let waiver = Waiver(
      reason: .accountAbuse, subject: "X", until: "2027-01-01T00:00:00Z")
    reporter.report(.providerIssueResolved(issueID: "X"), at: "2026-01-02T00:00:00Z")
    #expect(
      reporter.report(
        .decision("X", .approved, waivers: [waiver]), at: "2026-01-03T00:00:00Z") == .accept)
    let standing = reporter.standing(at: "2026-06-01T00:00:00Z")
    #expect(standing?.reasons.map(\.code) == [.billingPastDue])
    #expect(standing?.reasons.first?.detail.contains("999.00 EUR open") == true)
  }

  @Test func `ids that only look alike are two`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for id in ["caf\u{e9}", "cafe\u{301}"] as [Identifier] {
      #expect(
        reporter.report(
          .invoice(id, issued: "2026-01-01", due: "2026-01-01"), at: "2026-01-01T00:00:00Z")
          == .accept)
    }
    #expect(
      reporter.standing(at: "2026-06-01T00:00:00Z")?.reasons.first?.subjects
        == ["cafe\u{301}", "caf\u{e9}"])
  }

  @Test func `a waiver of a profile's subject waives nothing`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(
      .decision(
        "D-1", .approved,
        waivers: [
          Waiver(
            reason: .profileFailedOrRejected, subject: "profile", until: "2027-01-01T00:00:00Z")
        ]), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.failed), at: "2026-01-02T00:00:00Z")
    #expect(reporter.standing(at: "2026-01-02T00:00:00Z")?.state == .suspended)
  }

  @Test func `a waiver may name what is not known yet`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(
      .decision(
        "D-1", .approved,
        waivers: [Waiver(reason: .billingPastDue, subject: "I", until: "2027-01-01T00:00:00Z")]),
      at: "2026-01-01T00:00:00Z")
    reporter.report(
      .invoice("I", issued: "2026-01-01", due: "2026-01-01"), at: "2026-01-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-06-01T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2027-01-01T00:00:00Z")?.state == .suspended)
  }
}
