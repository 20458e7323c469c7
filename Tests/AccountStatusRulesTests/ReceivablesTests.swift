import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ReceivablesTests {
  /// An account of 2026 whose invoices are due when they are issued.
  private struct Debtor {
    var reporter = Reporter()

    init() {
      reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    }

    @discardableResult
    mutating func owe(_ id: Identifier, _ total: Money) -> Judgement {
      report(.invoice(id, issued: "2026-01-01", due: "2026-01-01", total: total))
    }

    @discardableResult
    mutating func report(
      _ kind: FactKind, at: Instant = "2026-01-02T00:00:00Z", id: Identifier? = nil
    ) -> Judgement {
      reporter.report(kind, at: at, id: id)
    }

    /// Late invoices, each with what is open.
    func open(at instant: Instant = "2026-06-01T00:00:00Z") -> [String] {
      let standing = reporter.standing(at: instant)
      let reason = standing?.reasons.first { $0.code == .billingPastDue }
      let list = reason?.detail.split(separator: ": ").last.map(String.init) ?? ""
      return list.isEmpty
        ? []
        : list.split(separator: "), ").map {
          String($0.replacing(" open, due 2026-01-01", with: "").filter { !"()".contains($0) })
        }
    }

    func notices(at instant: Instant = "2026-06-01T00:00:00Z") -> WordSet<Notice> {
      reporter.standing(at: instant)?.notices ?? []
    }
  }

  // MARK: Properties

  @Test func `more money paid never makes things worse`() {
    RandomCases.check(2000) { history in
      let reporter = history.reporter()
      var richer = reporter
      for index in 0..<Int.random(in: 1...3, using: &history.random) {
        let amount = Money(
          "EUR", billionths: Int128.random(in: 1...600_000_000_000, using: &history.random))
        let invoice = Identifier.numbered("INV", Int.random(in: 1...3, using: &history.random))
        richer.report(
          .payment(.numbered("extra", index), amount, to: [invoice: amount]),
          at: history.instant(), source: "extra")
      }
      let edition = history.random.pick(PolicyEdition.builtIn)
      for instant in (0..<30).map({ _ in history.instant() }) {
        let before = evaluate(reporter.facts, edition: edition, asOf: instant)
        let after = evaluate(richer.facts, edition: edition, asOf: instant)
        guard let before, let after else { continue }
        if after.state == .suspended, before.state != .suspended { return "suspended by paying" }
        for reason in after.reasons {
          let same = before.reasons.first { $0.code == reason.code }
          guard let same, Set(reason.subjects).isSubset(of: same.subjects) else {
            return "\(reason) at \(instant) came by paying\n\(richer.story)"
          }
        }
      }
      return nil
    }
  }

  @Test func `sums are exact at every size`() throws {
    var debtor = Debtor()
    let total = try Money("EUR", units: .max, nanos: 999_999_999)
    debtor.owe("INV-1", total)
    let part = try Money("EUR", units: .max, nanos: 999_999_998)
    debtor.report(.payment("P-1", part, to: ["INV-1": part]))
    #expect(debtor.open() == ["INV-1 0.000000001 EUR"])
    let rest = Money("EUR", billionths: 1)
    debtor.report(.payment("P-2", rest, to: ["INV-1": rest]))
    #expect(debtor.open() == [])
  }

  @Test func `ten thousand of the largest amounts add up`() throws {
    var debtor = Debtor()
    let most = try Money("EUR", units: .max, nanos: 999_999_999)
    var facts = debtor.reporter.facts.stored
    for index in 0..<10_000 {
      facts.append(
        StoredFact(
          Fact(
            accountID: Reporter.account, source: "s", factID: .numbered("i", index),
            effectiveAt: "2026-01-02T00:00:00Z",
            kind: .invoice(.numbered("INV", index), issued: "2026-01-01", total: most)),
          sequence: UInt64(index + 2), recordedAt: "2026-01-02T00:00:00Z"))
    }
    debtor.report(.balanceReported(most))
    let standing = evaluate(
      AccountFacts(facts), edition: .named("2020-06"), asOf: "2026-06-01T00:00:00Z")
    #expect(standing?.reasons.first?.subjects.count == 10_000)
  }

  // MARK: Open amounts

  @Test func `an invoice of zero or less owes nothing, and a credit beyond it gives nothing`() {
    var debtor = Debtor()
    debtor.owe("INV-1", .euros(0))
    debtor.owe("INV-2", .euros(-5))
    debtor.owe("INV-3", .euros(5))
    debtor.owe("INV-4", .euros(7))
    debtor.report(.creditApplied(creditID: "C-1", invoiceID: "INV-3", amount: .euros(9)))
    #expect(debtor.open() == ["INV-4 7.00 EUR"])
  }

  @Test func `currencies never net`() throws {
    var debtor = Debtor()
    let dollars = try Money("USD", units: 100)
    debtor.owe("INV-1", .euros(100))
    debtor.owe("INV-2", dollars)
    debtor.report(.creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: dollars))
    // In another currency than the invoice, than the payment, than both.
    debtor.report(.payment("P-1", dollars, to: ["INV-1": dollars]))
    debtor.report(.payment("P-2", dollars, to: ["INV-1": .euros(100)]))
    debtor.report(.payment("P-3", .euros(100), to: ["INV-2": .euros(100)]))
    #expect(debtor.open() == ["INV-1 100.00 EUR", "INV-2 100.00 USD"])
    #expect(debtor.notices().contains(.unallocatedPayment))
    // What counts for nothing uses up nothing: the same payments still suffice.
    debtor.report(.allocation(of: "P-1", to: "INV-2", dollars))
    debtor.report(.allocation(of: "P-3", to: "INV-1", .euros(100)))
    #expect(debtor.open() == [])
  }

  @Test func `a payment is used up in the order of its allocations`() {
    var debtor = Debtor()
    for id: Identifier in ["INV-1", "INV-2", "INV-3"] { debtor.owe(id, .euros(100)) }
    debtor.report(
      .payment("P-1", .euros(150), to: ["INV-2": .euros(80)]), at: "2026-01-10T00:00:00Z",
      id: "m")
    debtor.report(
      .allocation(of: "P-1", to: "INV-1", .euros(100)), at: "2026-01-11T00:00:00Z", id: "a")
    debtor.report(
      .allocation(of: "P-1", to: "INV-3", .euros(100)), at: "2026-01-11T00:00:00Z", id: "b")
    #expect(debtor.open() == ["INV-1 30.00 EUR", "INV-2 20.00 EUR", "INV-3 100.00 EUR"])
    // One dated before the payment, though it takes effect with it, is taken first.
    debtor.report(
      .allocation(of: "P-1", to: "INV-3", .euros(100)), at: "2026-01-09T00:00:00Z", id: "z")
    #expect(debtor.open() == ["INV-1 100.00 EUR", "INV-2 50.00 EUR"])
    // At the payment's own instant the greater identity comes after it, the smaller before.
    debtor.report(
      .allocation(of: "P-1", to: "INV-1", .euros(30)), at: "2026-01-10T00:00:00Z", id: "k")
    #expect(debtor.open() == ["INV-1 70.00 EUR", "INV-2 80.00 EUR"])
  }

  @Test func `an allocation to an invoice that is unknown or voided uses up nothing`() {
    var debtor = Debtor()
    debtor.owe("INV-1", .euros(100))
    debtor.report(
      .payment("P-1", .euros(100), to: ["INV-1": .euros(100)]), at: "2026-01-03T00:00:00Z")
    debtor.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: "INV-1R"), at: "2026-01-04T00:00:00Z")
    debtor.owe("INV-1R", .euros(100))
    // Nothing moves to the replacing invoice by itself.
    #expect(debtor.open() == ["INV-1R 100.00 EUR"])
    #expect(debtor.notices().contains(.unallocatedPayment))
    debtor.report(
      .allocation(of: "P-1", to: "INV-1R", .euros(100)), at: "2026-01-05T00:00:00Z")
    #expect(debtor.open() == [])
    #expect(!debtor.notices().contains(.unallocatedPayment))
  }

  @Test func `what a voided invoice no longer takes goes to the allocations after it`() {
    var debtor = Debtor()
    for id: Identifier in ["INV-1", "INV-2"] { debtor.owe(id, .euros(100)) }
    debtor.report(
      .payment("P-1", .euros(100), to: ["INV-1": .euros(80), "INV-2": .euros(80)]))
    #expect(debtor.open() == ["INV-1 20.00 EUR", "INV-2 80.00 EUR"])
    debtor.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: nil), at: "2026-05-01T00:00:00Z")
    #expect(debtor.open() == ["INV-2 20.00 EUR"])
    debtor.report(.paymentReversed(paymentID: "P-1"), at: "2026-05-02T00:00:00Z")
    #expect(debtor.open() == ["INV-2 100.00 EUR"])
  }

  @Test func `a voiding dated before its invoice takes effect with it`() {
    var debtor = Debtor()
    debtor.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: nil), at: "2025-01-01T00:00:00Z")
    debtor.owe("INV-1", .euros(100))
    debtor.report(.payment("P-1", .euros(100), to: ["INV-1": .euros(100)]))
    #expect(debtor.open() == [])
    #expect(debtor.notices().contains(.unallocatedPayment))
  }

  @Test func `a reversal counts from its own instant, which may be past`() {
    var debtor = Debtor()
    debtor.owe("INV-1", .euros(100))
    debtor.report(
      .payment("P-1", .euros(100), to: ["INV-1": .euros(100)]), at: "2026-02-01T00:00:00Z")
    debtor.report(.paymentReversed(paymentID: "P-1"), at: "2026-04-01T00:00:00Z")
    #expect(debtor.open(at: "2026-03-31T23:59:59.999999999Z") == [])
    #expect(debtor.open(at: "2026-04-01T00:00:00Z") == ["INV-1 100.00 EUR"])
    debtor.report(.paymentReversed(paymentID: "P-1"), at: "2026-01-15T00:00:00Z")
    #expect(debtor.open(at: "2026-03-31T00:00:00Z") == ["INV-1 100.00 EUR"])
  }

  @Test func `facts that come before what they name take effect with it`() {
    var debtor = Debtor()
    debtor.report(.creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(10)))
    debtor.report(.allocation(of: "P-1", to: "INV-1", .euros(20)))
    #expect(debtor.notices() == [])
    debtor.owe("INV-1", .euros(100))
    #expect(debtor.open() == ["INV-1 90.00 EUR"])
    debtor.report(.payment("P-1", .euros(50)), at: "2026-05-01T00:00:00Z")
    #expect(debtor.open(at: "2026-04-30T00:00:00Z") == ["INV-1 90.00 EUR"])
    #expect(debtor.open() == ["INV-1 70.00 EUR"])
    #expect(debtor.notices().contains(.unallocatedPayment))
  }

  @Test func `a due date stated beats a term, and no term means sixty days`() {
    var debtor = Debtor()
    debtor.report(.invoice("INV-1", issued: "2026-01-01", due: "2026-01-31", term: 5))
    debtor.report(.invoice("INV-2", issued: "2026-01-01", term: 5))
    debtor.report(.invoice("INV-3", issued: "2026-01-01"))
    func late(_ instant: Instant) -> [Identifier] {
      debtor.reporter.standing(at: instant)?.reasons.first?.subjects ?? []
    }
    #expect(late("2026-03-07T23:59:59Z") == [])
    #expect(late("2026-03-08T00:00:00Z") == ["INV-2"])
    #expect(late("2026-04-02T00:00:00Z") == ["INV-2", "INV-1"])
    // Issued on day 0 and unpaid: suspended on day 121.
    #expect(late("2026-05-01T00:00:00Z") == ["INV-2", "INV-1"])
    #expect(late("2026-05-02T00:00:00Z") == ["INV-2", "INV-1", "INV-3"])
  }
}
