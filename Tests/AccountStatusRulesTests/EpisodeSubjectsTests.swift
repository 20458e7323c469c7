import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct EpisodeSubjectsTests {
  private func done(
    at instant: Instant = "2026-12-01T00:00:00Z", _ tell: (inout Reporter) -> Void
  ) -> [String] {
    var reporter = Reporter()
    inv1(&reporter)
    tell(&reporter)
    let steps = reporter.explanation(at: instant)?.steps ?? []
    return steps.filter { $0.isDone && !$0.subject.isEmpty }.map(\.subject)
  }

  @Test func `an invoice paid before the suspension is no step of it`() {
    let paid = done { reporter in
      reporter.report(.invoice("INV-2", issued: "2026-06-15"), at: "2026-06-15T00:00:00Z")
      reporter.report(
        .payment("P-1", .euros(1000), to: ["INV-2": .euros(1000)]), at: "2026-10-01T00:00:00Z")
    }
    #expect(paid == [])
  }

  @Test func `an invoice is settled by a credit as by a payment`() {
    let settled = done { reporter in
      reporter.report(
        .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(1000)),
        at: "2026-11-01T00:00:00Z")
    }
    #expect(settled == ["INV-1"])
  }

  @Test func `what a voided invoice gives up settles another`() {
    let settled = done { reporter in
      reporter.report(.invoice("INV-0", issued: "2026-06-30"), at: "2026-06-30T00:00:00Z")
      reporter.report(
        .payment("P-1", .euros(1000), to: ["INV-0": .euros(1000), "INV-1": .euros(1000)]),
        at: "2026-11-01T00:00:00Z")
      reporter.report(
        .invoiceVoided(invoiceID: "INV-0", replacedBy: nil), at: "2026-11-02T00:00:00Z")
    }
    #expect(settled == ["INV-0", "INV-1"])
  }

  @Test func `a payment that is reversed undoes its step`() {
    let tell: (inout Reporter) -> Void = { reporter in
      reporter.report(
        .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-11-01T00:00:00Z")
      reporter.report(.paymentReversed(paymentID: "P-1"), at: "2026-11-05T00:00:00Z")
    }
    #expect(done(at: "2026-11-04T00:00:00Z", tell) == ["INV-1"])
    #expect(done(at: "2026-11-05T00:00:00Z", tell) == [])
  }

  @Test func `a resolved issue is done, also when the account ceases to be a reseller`() {
    var reporter = Reporter()
    reporter.report(.registered([.indirectReseller]), at: "2026-06-01T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-07-01T00:00:00Z")
    reporter.report(.issue("ISS-2"), at: "2026-07-01T00:00:00Z")
    reporter.report(.providerIssueResolved(issueID: "ISS-1"), at: "2026-07-02T00:00:00Z")
    let steps = reporter.explanation(at: "2026-07-03T00:00:00Z")?.steps ?? []
    #expect(steps.map(\.subject) == ["ISS-2", "ISS-1", ""])
    #expect(steps.map(\.isDone) == [false, true, false])
    reporter.report(.partnerTypesChanged([.directBill]), at: "2026-07-04T00:00:00Z")
    reporter.report(.providerIssueResolved(issueID: "ISS-2"), at: "2026-07-05T00:00:00Z")
    let later = reporter.explanation(at: "2026-07-05T00:00:00Z")?.steps ?? []
    #expect(later.filter { $0.code == .providerResolvesIssue }.map(\.isDone) == [true, true])
  }

  /// Checks the shortcut of looking only at what facts touch against looking at everything.
  @Test func `no invoice that was a reason and is settled is missing`() {
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      let asOf = history.instant()
      guard let standing = reporter.standing(at: asOf), standing.state == .suspended else {
        return nil
      }
      let instants = reporter.facts.stored.map(\.fact.effectiveAt).filter {
        $0 > standing.since && $0 <= asOf
      }
      var subjects: Set<String> = []
      for instant in instants + [standing.since.adding(nanoseconds: 1)] {
        let before = reporter.standing(at: instant.adding(nanoseconds: -1))
        guard before?.since == standing.since else { continue }
        subjects.formUnion(
          before?.reasons.filter { $0.code == .billingPastDue }.flatMap(\.subjects).map(\.text)
            ?? [])
      }
      let open = Set(standing.reasons.flatMap(\.subjects).map(\.text))
      let waived = Set(
        reporter.explanation(at: asOf)?.notices.filter { $0.notice == .paymentDelinquent }
          .flatMap(\.subjects).map(\.subject) ?? [])
      let expected = subjects.subtracting(open).subtracting(waived)
      let steps = reporter.explanation(at: asOf)?.steps ?? []
      let found = Set(steps.filter { $0.code == .payInvoice && $0.isDone }.map(\.subject))
      return found == expected
        ? nil : "\(found) is done, expected \(expected) at \(asOf)\n\(reporter.story)"
    }
  }
}
