import AccountStatusModel
import AccountStatusRules
import RulesOracle
import Testing

@Suite struct BillingTests {
  // MARK: Properties

  @Test func `the view and the status say the same of every invoice, payment and dispute`() {
    RandomCases.check(2000) { history in
      let reporter = history.reporter()
      let knownAt = history.knownAt(reporter)
      for edition in PolicyEdition.builtIn {
        let asOf = history.instant()
        let view = billing(of: reporter.facts, asOf: asOf, knownAt: knownAt)
        let standing = evaluate(reporter.facts, edition: edition, asOf: asOf, knownAt: knownAt)
        guard let view, let standing else {
          return view == nil && standing == nil ? nil : "only one of the two is registered"
        }
        if let difference = difference(view, standing, edition, reporter) { return difference }
      }
      return nil
    }
  }

  /// What the status says in notices and reasons, read off the view.
  private func difference(
    _ view: BillingView, _ standing: Standing, _ edition: PolicyEdition, _ reporter: Reporter
  ) -> String? {
    let program: Program? = reporter.facts.stored.lazy.compactMap {
      if case .accountRegistered(let content) = $0.fact.kind { content.program } else { nil }
    }.first
    let fewest = program.flatMap { edition.rules(for: $0).billing?.pastDue.fewestDays }
    let suspending = view.invoices.filter { invoice in
      invoice.open.isPositive && fewest.map { invoice.daysPastDue >= $0 } ?? false
    }
    let billing = standing.reasons.first { $0.code == .billingPastDue }?.subjects ?? []
    let hasWaivers = reporter.facts.stored.contains {
      if case .reinstatementDecided(let decision) = $0.fact.kind {
        !decision.waivers.isEmpty
      } else {
        false
      }
    }
    if standing.state == .suspended, !hasWaivers,
      Set(billing) != Set(suspending.map(\.invoiceID))
    {
      return "\(billing) suspend, not \(suspending)\n\(reporter.story)"
    }
    func disagrees(_ notice: Notice, _ holds: Bool) -> Bool {
      standing.notices.contains(notice) != holds
    }
    let late = view.invoices.filter { $0.open.isPositive && $0.daysPastDue >= 1 }
    if disagrees(
      .paymentDelinquent, late.contains { !billing.contains($0.invoiceID) })
    {
      return "delinquent: \(late)\n\(reporter.story)"
    }
    if disagrees(.unallocatedPayment, !view.unallocatedPayments.isEmpty) {
      return "unallocated: \(view.unallocatedPayments)\n\(reporter.story)"
    }
    if disagrees(.disputed, view.invoices.contains { $0.isDisputed && $0.open.isPositive }) {
      return "disputed: \(view.invoices)\n\(reporter.story)"
    }
    return nil
  }

  @Test func `the view and the naive reading agree on every amount`() {
    RandomCases.check(2000) { history in
      let reporter = history.reporter()
      let knownAt = history.knownAt(reporter)
      let asOf = history.instant()
      guard let view = billing(of: reporter.facts, asOf: asOf, knownAt: knownAt),
        let oracle = Oracle(
          reporter.facts.stored, edition: .named("2020-06"), knownAt: knownAt)
      else { return nil }
      for invoice in oracle.invoices(at: asOf) {
        let shown = view.invoices.first { $0.invoiceID == invoice.invoiceID }
        let paid = oracle.payments(at: asOf).reduce(Int128(0)) {
          $0 + ($1.given[invoice.invoiceID] ?? 0)
        }
        guard shown?.total == invoice.total, shown?.dueDate == invoice.dueDate,
          shown?.open.billionths == oracle.open(invoice, at: asOf),
          shown?.paid.billionths == paid, shown?.isVoided == false
        else { return "\(invoice) is shown as \(String(describing: shown))\n\(reporter.story)" }
      }
      let rest = oracle.payments(at: asOf).map { max(0, $0.unallocated) }.filter { $0 > 0 }
      let shown = view.unallocatedPayments.map(\.unallocated.billionths)
      return rest.sorted() == shown.sorted() ? nil : "\(shown) not \(rest)\n\(reporter.story)"
    }
  }

  @Test func `the sums of the invoices are the balances and the history's end`() {
    RandomCases.check(2000) { history in
      let facts = history.reporter().facts
      guard let view = billing(of: facts, asOf: history.instant(), months: 3) else { return nil }
      for balance in view.balances {
        let currency = balance.balanceDue.currency
        let own = view.invoices.filter { $0.open.currency == currency }
        let due = own.reduce(Int128(0)) { $0 + $1.open.billionths }
        let late = own.filter { $0.dueDate < view.asOf.day }
          .reduce(Int128(0)) { $0 + $1.open.billionths }
        let end = view.history.last { $0.amounts.open.currency == currency }
        guard balance.balanceDue.billionths == due, balance.pastDue.billionths == late,
          end?.amounts.open == balance.balanceDue, end?.amounts.invoiced == balance.currentMonth,
          end?.month == CalendarMonth(of: view.asOf.day)
        else { return "\(balance)\n\(view)" }
      }
      return Set(view.balances.map(\.balanceDue.currency))
        == Set(view.history.map(\.amounts.open.currency)) ? nil : "\(view)"
    }
  }

  @Test func `a month of the history is what is shown when it is asked about at its last instant`()
  {
    RandomCases.check(2000) { history in
      let reporter = history.reporter()
      let facts = reporter.facts
      guard let view = billing(of: facts, asOf: history.instant(), months: 6) else { return nil }
      for row in view.history where row.month < CalendarMonth(of: view.asOf.day) {
        guard let end = row.month.end, let then = billing(of: facts, asOf: end, months: 6) else {
          continue
        }
        let before = then.history.last { $0.amounts.open.currency == row.amounts.open.currency }
        let open = before?.amounts.open.billionths ?? 0
        guard open == row.amounts.open.billionths else { return "\(row)\n\(reporter.story)" }
        guard before == nil || before?.amounts.paid == row.amounts.paid else {
          return "\(row) was \(String(describing: before))\n\(reporter.story)"
        }
      }
      return nil
    }
  }

  @Test func `the order of arrival does not matter`() {
    RandomCases.check(1500) { history in
      let reporter = history.reporter()
      let asOf = history.instant()
      var shuffled = reporter.facts.stored
      shuffled.shuffle(using: &history.random)
      let view = billing(of: AccountFacts(shuffled), asOf: asOf)
      return view == billing(of: reporter.facts, asOf: asOf) ? nil : reporter.story
    }
  }

  // MARK: By example

  /// Northwind of the worked cases.
  private var northwind: Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
    return reporter
  }

  @Test func `an account that is not registered then has no view`() {
    #expect(billing(of: northwind.facts, asOf: "2025-12-31T23:59:59Z") == nil)
    #expect(billing(of: AccountFacts(), asOf: "2026-12-31T23:59:59Z") == nil)
    #expect(
      billing(of: northwind.facts, asOf: "2026-07-01T00:00:00Z", knownAt: "2019-01-01T00:00:00Z")
        == nil)
  }

  @Test func `an open invoice is due, past due the day after, and gone when it is paid`() throws {
    var reporter = northwind
    let due = try #require(billing(of: reporter.facts, asOf: "2026-08-30T23:59:59Z"))
    #expect(
      due.balances == [
        CurrencyBalance(
          balanceDue: .euros(1000), pastDue: .euros(0), currentMonth: .euros(0),
          unallocated: .euros(0))
      ])
    #expect(due.invoices.map(\.daysPastDue) == [0])
    let late = try #require(billing(of: reporter.facts, asOf: "2026-08-31T00:00:00Z"))
    #expect(late.balances.map(\.pastDue) == [.euros(1000)])
    #expect(late.invoices.map(\.daysPastDue) == [1])

    reporter.report(
      .payment("P-1", .euros(1200), to: ["INV-1": .euros(1000)]), at: "2026-10-20T00:00:00Z")
    let paid = try #require(billing(of: reporter.facts, asOf: "2026-10-20T00:00:00Z"))
    #expect(
      paid.balances == [
        CurrencyBalance(
          balanceDue: .euros(0), pastDue: .euros(0), currentMonth: .euros(0),
          unallocated: .euros(200))
      ])
    let payment = BillingPayment(
      paymentID: "P-1", receivedAt: "2026-10-20T00:00:00Z", amount: .euros(1200),
      unallocated: .euros(200))
    #expect(paid.latestPayment == payment)
    #expect(paid.unallocatedPayments == [payment])
    #expect(paid.invoices.map(\.paid) == [.euros(1000)])
  }

  @Test func `what is to be paid first comes first, then what is settled, the newest first`() {
    var reporter = northwind
    for (id, due): (Identifier, CalendarDay) in [
      ("INV-4", "2026-09-01"), ("INV-3", "2026-09-01"), ("INV-2", "2026-08-01"),
      ("INV-0", "2026-05-01"), ("INV-9", "2026-07-01"),
    ] {
      let total: Money = id == "INV-0" || id == "INV-9" ? .euros(0) : .euros(5)
      reporter.report(
        .invoice(id, issued: "2026-04-01", due: due, total: total), at: "2026-04-01T00:00:00Z")
    }
    let view = billing(of: reporter.facts, asOf: "2026-08-30T00:00:00Z")
    #expect(
      view?.invoices.map(\.invoiceID) == [
        "INV-2", "INV-1", "INV-3", "INV-4", "INV-9", "INV-0",
      ])
  }

  @Test func `a reversed payment is no latest payment, and one that is known later is not shown`() {
    var reporter = northwind
    reporter.report(.payment("P-1", .euros(10)), at: "2026-08-01T00:00:00Z")
    reporter.report(.payment("P-2", .euros(20)), at: "2026-08-02T00:00:00Z")
    reporter.report(.paymentReversed(paymentID: "P-2"), at: "2026-08-03T00:00:00Z")
    func latest(_ asOf: Instant) -> Identifier? {
      billing(of: reporter.facts, asOf: asOf)?.latestPayment?.paymentID
    }
    #expect(latest("2026-07-31T00:00:00Z") == nil)
    #expect(latest("2026-08-02T00:00:00Z") == "P-2")
    #expect(latest("2026-08-03T00:00:00Z") == "P-1")
    let known = reporter.clock
    reporter.clock = "2026-09-01T00:00:00Z"
    reporter.report(.payment("P-3", .euros(30)), at: "2026-08-02T12:00:00Z")
    #expect(latest("2026-08-03T00:00:00Z") == "P-3")
    #expect(
      billing(of: reporter.facts, asOf: "2026-08-03T00:00:00Z", knownAt: known)?.latestPayment?
        .paymentID == "P-1")
  }

  @Test func `the largest amounts add up exactly`() throws {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    let most = try Money("EUR", units: .max, nanos: 999_999_999)
    for number in 1...3 {
      reporter.report(
        .invoice(.numbered("INV", number), issued: "2026-01-01", total: most),
        at: "2026-01-01T00:00:00Z")
    }
    let view = billing(of: reporter.facts, asOf: "2026-01-31T00:00:00Z")
    #expect(view?.balances.map(\.balanceDue.billionths) == [3 * most.billionths])
    #expect(view?.balances.map(\.currentMonth.billionths) == [3 * most.billionths])
  }
}
