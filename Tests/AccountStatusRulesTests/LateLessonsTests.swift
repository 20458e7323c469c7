import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct LateLessonsTests {
  /// An account whose facts all come a second late, one by one.
  private func tardy(_ facts: [(Instant, FactKind)]) -> AccountFacts {
    var reporter = Reporter()
    reporter.clock = "2026-01-01T00:00:00Z"
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for (instant, kind) in facts {
      reporter.clock = instant.adding(nanoseconds: Instant.nanosecondsPerSecond)
      reporter.report(kind, at: instant)
    }
    return reporter.facts
  }

  /// Whether the corrections can be told without a single sweep.
  private func needNoSweep(_ facts: AccountFacts, _ edition: String = "2020-06") -> Bool {
    var limits = HistoryLimits()
    limits.sweptFacts = 1
    let page = corrections(
      of: facts, edition: .named(edition), asOf: "2030-01-01T00:00:00Z", limit: 100,
      limits: limits)
    return page == CorrectionPage()
  }

  @Test func `money that reaches no old invoice changes no past`() throws {
    var facts: [(Instant, FactKind)] = []
    for month in 1...9 {
      let day = try CalendarDay("2026-0\(month)-01")
      let start = try Instant("2026-0\(month)-01T09:00:00Z")
      let paid = try Instant("2026-0\(month)-20T09:00:00Z")
      let invoice = Identifier.numbered("INV", month)
      facts.append((start, .invoice(invoice, issued: day)))
      facts.append((start.adding(nanoseconds: 1), .disputeOpened(invoiceID: invoice)))
      facts.append(
        (paid, .payment(.numbered("P", month), .euros(600), to: [invoice: .euros(600)])))
      facts.append(
        (
          paid.adding(nanoseconds: 2_000_000_000),
          .creditApplied(
            creditID: .numbered("C", month), invoiceID: invoice, amount: .euros(400))
        ))
    }
    facts.append(("2026-09-21T00:00:00Z", .paymentReversed(paymentID: "P-9")))
    facts.append(("2026-09-22T00:00:00Z", .invoiceVoided(invoiceID: "INV-9", replacedBy: nil)))
    #expect(needNoSweep(tardy(facts)))
  }

  @Test func `what says nothing of state or reasons changes no past`() {
    #expect(
      needNoSweep(
        tardy([
          ("2026-02-01T00:00:00Z", .balanceReported(.euros(5))),
          ("2026-02-02T00:00:00Z", .profile(checks: [.business: .rejected])),
          ("2026-02-03T00:00:00Z", .request("R-1")),
          ("2026-02-04T00:00:00Z", .supportRequestUpdated(requestID: "R-1", status: .closed)),
          ("2026-02-05T00:00:00Z", .decision("D-1", .declined)),
          ("2026-02-06T00:00:00Z", .externalStatusObserved(state: .suspended, note: "")),
          ("2026-02-07T00:00:00Z", .providerLinked("contoso")),
          (
            "2026-02-08T00:00:00Z",
            .factRetracted(FactIdentity(source: "test", factID: "f-7"))
          ),
        ])))
  }

  @Test func `a payment reaches every invoice that it names, an invoice all of its payments'`() {
    let old: [(Instant, FactKind)] = [
      ("2026-01-02T00:00:00Z", .invoice("INV-1", issued: "2026-01-02", due: "2026-01-03")),
      ("2026-01-02T00:00:02Z", .payment("P-1", .euros(1000))),
      ("2026-01-02T00:00:04Z", .allocation(of: "P-1", to: "INV-2", .euros(1000))),
      ("2026-01-02T00:00:06Z", .allocation(of: "P-1", to: "INV-1", .euros(1000))),
    ]
    // INV-2 is new, but takes what had paid INV-1, long overdue.
    let facts = tardy(
      old + [("2026-04-01T00:00:00Z", .invoice("INV-2", issued: "2026-04-01"))])
    #expect(!needNoSweep(facts))
    let found = corrections(
      of: facts, edition: .named("2020-06"), asOf: "2030-01-01T00:00:00Z", limit: 100)
    #expect(
      found.corrections.flatMap(\.stretches) == [
        PastDifference(
          from: "2026-04-01T00:00:00Z", until: "2026-04-01T00:00:01Z",
          before: PastState(.active),
          after: PastState(.suspended, reasons: [.billingPastDue]))
      ])
  }
}
