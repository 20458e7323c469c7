import AccountStatusModel
import AccountStatusRules
import Testing

/// What a worked case expects; nil leaves a property open.
struct Expected {
  /// Nil: not found.
  var state: AccountState?
  var since: Instant?
  var reasons: [ReasonCode: [Identifier]]?
  var notices: WordSet<Notice>?
  var next: NextTransition?
  var hasNoNext = false
  var isEligible: Bool?
  var reinstatement: ReinstatementState?
  var allowed: WordSet<Capability> = []
  var denied: WordSet<Capability> = []
  var detail: String?
}

struct WorkedCase: Sendable, CustomTestStringConvertible {
  var number: String
  var tell: @Sendable (inout Reporter) -> Void
  var asOf: Instant
  var edition = "2020-06"
  var expected: Expected

  var testDescription: String { "case \(number)" }

  init(
    _ number: String, asOf: Instant, edition: String = "2020-06", _ expected: Expected,
    _ tell: @escaping @Sendable (inout Reporter) -> Void
  ) {
    self.number = number
    self.asOf = asOf
    self.edition = edition
    self.expected = expected
    self.tell = tell
  }
}

private func registered(_ reporter: inout Reporter) {
  reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
}

/// INV-1: issued 2026-07-01, 1 000.00 EUR, default term: due 2026-08-30.
func inv1(_ reporter: inout Reporter) {
  registered(&reporter)
  reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
}

private func pay(_ units: Int64, _ cents: Int32 = 0, at instant: Instant)
  -> @Sendable (inout Reporter) -> Void
{
  { reporter in
    inv1(&reporter)
    let amount = Money.euros(units, cents: cents)
    reporter.report(.payment("P-1", amount, to: ["INV-1": amount]), at: instant)
  }
}

private func profile(_ states: (VerificationState, Instant)...)
  -> @Sendable (inout Reporter) -> Void
{
  { reporter in
    registered(&reporter)
    for (state, instant) in states { reporter.report(.profile(state), at: instant) }
  }
}

private let suspension: Instant = "2026-10-30T00:00:00Z"
private let billing: [ReasonCode: [Identifier]] = [.billingPastDue: ["INV-1"]]
private let sales: WordSet<Capability> = [
  .authorizeNewLicenses, .authorizeNewServices, .sellNewLicenses, .sellNewServices,
  .increaseQuantity, .addAddon, .createCustomer,
]

/// Every worked case that is a table row; 39 belongs to the server.
let workedCases: [WorkedCase] = billingCases + otherReasonCases + reinstatementCases + edgeCases

private let billingCases: [WorkedCase] = [
  WorkedCase(
    "1", asOf: "2026-08-30T23:59:59Z", Expected(state: .active, notices: []), inv1),
  WorkedCase(
    "2", asOf: "2026-08-31T00:00:00Z",
    Expected(
      state: .active, since: "2026-06-01T00:00:00Z", reasons: [:], notices: [.paymentDelinquent],
      next: NextTransition(
        at: suspension, toState: .suspended, because: [.billingPastDue], subjects: ["INV-1"]),
      isEligible: false, reinstatement: ReinstatementState.none),
    inv1),
  WorkedCase("3", asOf: "2026-10-29T12:00:00Z", Expected(state: .active), inv1),
  WorkedCase(
    "5", asOf: suspension,
    Expected(
      state: .suspended, since: suspension, reasons: billing, notices: [], hasNoNext: true,
      isEligible: false, reinstatement: .notRequested, denied: sales,
      detail: "INV-1 (1000.00 EUR open, due 2026-08-30)"),
    inv1),
  WorkedCase("8a", asOf: "2026-11-14T23:59:59.999999999Z", Expected(state: .active), dueStated),
  WorkedCase(
    "8b", asOf: "2026-11-15T00:00:00Z",
    Expected(state: .suspended, since: "2026-11-15T00:00:00Z"), dueStated),
  WorkedCase(
    "10", asOf: "2026-10-29T12:00:00Z", edition: "2016-11",
    Expected(state: .suspended, since: "2026-10-29T00:00:00Z", reasons: billing), inv1),
  WorkedCase(
    "13", asOf: suspension,
    Expected(
      state: .suspended, since: suspension, reasons: billing, detail: "INV-1 (0.01 EUR open"),
    pay(999, 99, at: "2026-10-20T00:00:00Z")),
  WorkedCase(
    "14", asOf: "2029-01-01T00:00:00Z",
    Expected(state: .active, since: "2026-06-01T00:00:00Z", hasNoNext: true),
    pay(1000, at: "2026-10-29T22:00:00Z")),
  WorkedCase(
    "16", asOf: "2026-10-30T00:00:01Z",
    Expected(
      state: .suspended, since: suspension, reasons: [:], isEligible: true,
      reinstatement: .notRequested),
    pay(1000, at: "2026-10-30T00:00:01Z")),
  WorkedCase(
    "18", asOf: suspension,
    Expected(state: .suspended, reasons: billing, notices: [.unallocatedPayment])
  ) { reporter in
    inv1(&reporter)
    reporter.report(.payment("P-1", .euros(1000)), at: "2026-10-20T00:00:00Z")
  },
  WorkedCase("19", asOf: suspension, Expected(state: .active), credit(1000)),
  WorkedCase(
    "21", asOf: suspension,
    Expected(state: .suspended, reasons: billing, detail: "600.00 EUR open"), credit(400)),
  WorkedCase(
    "22", asOf: suspension,
    Expected(
      state: .active,
      next: NextTransition(
        at: "2027-02-26T00:00:00Z", toState: .suspended, because: [.billingPastDue],
        subjects: ["INV-1R"]))
  ) { reporter in
    inv1(&reporter)
    reporter.report(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: "INV-1R"), at: "2026-10-28T00:00:00Z")
    reporter.report(.invoice("INV-1R", issued: "2026-10-28"), at: "2026-10-28T00:00:00Z")
  },
  WorkedCase(
    "25", asOf: "2026-11-10T00:00:00Z",
    Expected(state: .suspended, reasons: [.billingPastDue: ["INV-2"]])
  ) { reporter in
    inv1(&reporter)
    reporter.report(.invoice("INV-2", issued: "2026-07-02"), at: "2026-07-02T00:00:00Z")
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-11-05T00:00:00Z")
  },
  WorkedCase(
    "28", asOf: suspension,
    Expected(state: .suspended, reasons: billing, notices: [.disputed])
  ) { reporter in
    inv1(&reporter)
    reporter.report(.disputeOpened(invoiceID: "INV-1"), at: "2026-09-01T00:00:00Z")
  },
]

@Sendable private func dueStated(_ reporter: inout Reporter) {
  registered(&reporter)
  reporter.report(
    .invoice("INV-1", issued: "2026-07-01", due: "2026-09-15", term: 10),
    at: "2026-07-01T00:00:00Z")
}

private func credit(_ units: Int64) -> @Sendable (inout Reporter) -> Void {
  { reporter in
    inv1(&reporter)
    reporter.report(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: .euros(units)),
      at: "2026-10-28T00:00:00Z")
  }
}

private let otherReasonCases: [WorkedCase] = [
  WorkedCase(
    "34", asOf: "2026-08-01T00:00:00Z",
    Expected(state: .active, reasons: [:], notices: [.reasonNotApplicable])
  ) { reporter in
    registered(&reporter)
    reporter.report(.issue("ISS-1"), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "37", asOf: "2026-08-01T00:00:00Z",
    Expected(
      state: .suspended, since: "2026-07-01T00:00:00Z",
      reasons: [.indirectProviderIssue: ["ISS-1"]])
  ) { reporter in
    reporter.report(.registered([.indirectReseller]), at: "2026-06-01T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "42", asOf: suspension, Expected(state: .suspended, since: suspension, reasons: billing)
  ) { reporter in
    reporter.report(.registered(cloud: .usGovernment), at: "2026-06-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "43", asOf: suspension,
    Expected(
      state: .notCovered, since: "2026-06-01T00:00:00Z", reasons: [:], hasNoNext: true,
      isEligible: false, reinstatement: ReinstatementState.none,
      allowed: [.viewBilling, .payInvoice, .submitSupportRequest],
      denied: [.manageExistingServices, .sellNewLicenses, .updateProfile])
  ) { reporter in
    reporter.report(.registered(cloud: .germany), at: "2026-06-01T00:00:00Z")
    reporter.report(.invoice("INV-1", issued: "2026-07-01"), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "45", asOf: "2026-07-01T10:00:00Z",
    Expected(
      state: .suspended, since: "2026-07-01T10:00:00Z", reasons: [.profileFailedOrRejected: []]),
    profile((.rejected, "2026-07-01T10:00:00Z"))),
  WorkedCase(
    "46", asOf: "2026-07-01T10:00:00Z",
    Expected(
      state: .suspended, since: "2026-07-01T10:00:00Z", reasons: [.profileFailedOrRejected: []]),
    profile((.failed, "2026-07-01T10:00:00Z"))),
  WorkedCase(
    "48", asOf: "2026-07-03T00:00:00Z",
    Expected(
      state: .suspended, since: "2026-07-01T10:00:00Z", reasons: [:], isEligible: true),
    profile((.rejected, "2026-07-01T10:00:00Z"), (.authorized, "2026-07-02T10:00:00Z"))),
  WorkedCase(
    "51", asOf: "2026-07-31T23:59:59Z", edition: "2022-03",
    Expected(
      state: .active,
      next: NextTransition(
        at: "2026-08-01T00:00:00Z", toState: .suspended, because: [.profileFailedOrRejected])),
    maicpp),
  WorkedCase(
    "52", asOf: "2026-08-01T00:00:00Z", edition: "2022-03",
    Expected(
      state: .suspended, since: "2026-08-01T00:00:00Z", reasons: [.profileFailedOrRejected: []]),
    maicpp),
  WorkedCase(
    "55", asOf: "2026-07-02T00:00:00Z",
    Expected(state: .active, reasons: [:], notices: [.abuseUnderReview])
  ) { reporter in
    registered(&reporter)
    reporter.report(.finding("AF-1", .suspected), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "56", asOf: "2026-07-02T00:00:00Z",
    Expected(state: .suspended, reasons: [.accountAbuse: ["AF-1"]], notices: [])
  ) { reporter in
    registered(&reporter)
    reporter.report(.finding("AF-1", .confirmed), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase(
    "59", asOf: "2026-11-02T00:00:00Z",
    Expected(
      state: .suspended, since: suspension,
      reasons: [.billingPastDue: ["INV-1"], .profileFailedOrRejected: []])
  ) { reporter in
    inv1(&reporter)
    reporter.report(.profile(.rejected), at: "2026-11-01T00:00:00Z")
  },
]

/// Rejected on 2026-07-01, repeated: day 30 is 2026-07-31.
@Sendable private func maicpp(_ reporter: inout Reporter) {
  reporter.report(.registered(program: .maicpp), at: "2026-06-01T00:00:00Z")
  reporter.report(.profile(.rejected), at: "2026-07-01T18:00:00Z")
  reporter.report(.profile(.rejected), at: "2026-07-20T18:00:00Z")
}

private let reinstatementCases: [WorkedCase] = [
  WorkedCase(
    "61", asOf: "2026-11-05T00:00:00Z",
    Expected(state: .suspended, isEligible: true, reinstatement: .inReview)
  ) { reporter in
    pay(1000, at: "2026-11-01T00:00:00Z")(&reporter)
    reporter.report(.request("R-1"), at: "2026-11-02T00:00:00Z")
  },
  WorkedCase(
    "62", asOf: "2026-11-05T00:00:00Z",
    Expected(state: .suspended, isEligible: false, reinstatement: .awaitingRemedy)
  ) { reporter in
    inv1(&reporter)
    reporter.report(.request("R-1"), at: "2026-11-02T00:00:00Z")
  },
  WorkedCase(
    "64", asOf: "2026-11-05T00:00:00Z",
    Expected(state: .suspended, isEligible: true, reinstatement: .notRequested)
  ) { reporter in
    pay(1000, at: "2026-11-01T00:00:00Z")(&reporter)
    reporter.report(.request("R-1"), at: "2026-11-02T00:00:00Z")
    reporter.report(
      .supportRequestUpdated(requestID: "R-1", status: .closed), at: "2026-11-03T00:00:00Z")
  },
  WorkedCase(
    "67", asOf: "2026-11-03T00:00:00Z",
    Expected(
      state: .active, since: "2026-11-03T00:00:00Z", reinstatement: ReinstatementState.none,
      allowed: .all)
  ) { reporter in
    pay(1000, at: "2026-11-01T00:00:00Z")(&reporter)
    reporter.report(.decision("D-1", .approved), at: "2026-11-03T00:00:00Z")
  },
  WorkedCase(
    "73a", asOf: "2026-11-04T00:00:00Z",
    Expected(
      state: .suspended, isEligible: true, reinstatement: .declined,
      allowed: [.submitSupportRequest]),
    declined),
  WorkedCase(
    "73b", asOf: "2026-11-05T00:00:00Z", Expected(state: .suspended, reinstatement: .inReview)
  ) { reporter in
    declined(&reporter)
    reporter.report(.request("R-2"), at: "2026-11-05T00:00:00Z")
  },
  WorkedCase(
    "75", asOf: suspension,
    Expected(
      state: .suspended,
      allowed: [.manageExistingDeployments, .manageExistingLicenses, .manageExistingServices]),
    inv1),
  WorkedCase(
    "76", asOf: suspension,
    Expected(state: .suspended, reasons: billing, denied: [.sellNewLicenses]), inv1),
  WorkedCase(
    "80", asOf: suspension,
    Expected(
      state: .suspended,
      allowed: [.viewBilling, .payInvoice, .updateProfile, .submitSupportRequest]), inv1),
]

@Sendable private func declined(_ reporter: inout Reporter) {
  pay(1000, at: "2026-11-01T00:00:00Z")(&reporter)
  reporter.report(.request("R-1"), at: "2026-11-02T00:00:00Z")
  reporter.report(.decision("D-1", .declined, on: "R-1"), at: "2026-11-03T00:00:00Z")
}

private let edgeCases: [WorkedCase] = [
  WorkedCase("83", asOf: suspension, Expected(state: nil)) { _ in },
  WorkedCase("83b", asOf: suspension, Expected(state: nil)) { reporter in
    reporter.report(.profile(.rejected), at: "2026-07-01T00:00:00Z")
  },
  WorkedCase("85", asOf: "2026-05-31T23:59:59.999999999Z", Expected(state: nil), inv1),
]
