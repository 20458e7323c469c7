import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct EvidenceTests {
  private func facts(
    of subject: String, at instant: Instant = "2026-11-02T00:00:00Z", knownAt: Instant? = nil,
    _ tell: (inout Reporter) -> Void
  ) -> [String] {
    var reporter = Reporter()
    inv1(&reporter)
    tell(&reporter)
    let reasons = reporter.explanation(at: instant, knownAt: knownAt)?.reasons ?? []
    return reasons.flatMap(\.subjects).first { $0.subject == subject }?.facts.map {
      $0.identity.factID.text
    } ?? []
  }

  @Test func `a fact counts from its instant on, whatever it names comes later`() {
    let tell: (inout Reporter) -> Void = { reporter in
      reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-11-01T00:00:00Z", id: "open")
      reporter.report(.disputeClosed(invoiceID: "INV-1"), at: "2026-11-03T00:00:00Z", id: "close")
    }
    #expect(facts(of: "INV-1", tell) == ["f-2", "open"])
    #expect(facts(of: "INV-1", at: "2026-11-03T00:00:00Z", tell) == ["f-2", "open", "close"])
  }

  @Test func `what was learned later or is retracted has no part`() {
    let tell: (inout Reporter) -> Void = { reporter in
      reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-08-01T00:00:00Z", id: "wrong")
      reporter.clock = "2026-10-01T00:00:00Z"
      reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-08-02T00:00:00Z", id: "late")
      reporter.report(
        .factRetracted(FactIdentity(source: "test", factID: "wrong")), at: "2026-10-01T00:00:00Z")
    }
    #expect(facts(of: "INV-1", tell) == ["f-2", "late"])
    #expect(facts(of: "INV-1", knownAt: "2026-09-01T00:00:00Z", tell) == ["f-2", "wrong"])
  }

  @Test func `of one thing from two sources the first stands for both`() {
    let found = facts(of: "INV-1") { reporter in
      reporter.report(
        .invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z", source: "again",
        id: "twin")
    }
    #expect(found == ["twin"])
  }

  @Test func `a reversal has a part in whatever its payment touched`() {
    let found = facts(of: "INV-1") { reporter in
      reporter.report(
        .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-09-01T00:00:00Z",
        id: "pay")
      reporter.report(
        .paymentReversed(paymentID: "P-1"), at: "2026-09-02T00:00:00Z", id: "reverse")
      reporter.report(.paymentReversed(paymentID: "P-2"), at: "2026-09-03T00:00:00Z", id: "other")
    }
    #expect(found == ["f-2", "pay", "reverse"])
  }
}
