import AccountStatusModel
import Testing

/// Every kind of fact, and the bytes that Python's protobuf makes of the same fact in JSON.
///
/// All are of account acct-1, source erp, id f-1, effective at 2026-07-01T00:00:00.5Z; `hex` is what
/// follows the fields that say so, `envelope`.
struct FactVector: Sendable, CustomTestStringConvertible {
  /// Account, source, id and instant.
  static let envelope =
    "0a06616363742d3112036572701a03662d31220c0880b191d2061080cab5ee01"

  let kind: FactKind
  let hex: String

  init(_ kind: FactKind, _ hex: String) {
    self.kind = kind
    self.hex = hex
  }

  var testDescription: String { kind.contractName }

  /// The fact.
  var fact: Fact {
    Fact(
      accountID: "acct-1", source: "erp", factID: "f-1", effectiveAt: "2026-07-01T00:00:00.5Z",
      kind: kind)
  }

  /// The whole encoded fact.
  var bytes: [UInt8] { [UInt8](hex: Self.envelope + hex) }

  static func euros(_ units: Int128) -> Money {
    Money("EUR", billionths: units * Money.billionthsPerUnit)
  }

  static let all: [FactVector] = [
    FactVector(
      .accountRegistered(
        AccountRegistered(
          cloud: .usGovernment, partnerTypes: [.directBill, .indirectReseller], program: .maicpp,
          displayName: "Åsa AB", country: "SE")),
      "a2011508021202010318022207c38573612041422a025345"),
    FactVector(
      .partnerTypesChanged([.indirectProvider]),
      "aa01030a0102"),
    FactVector(
      .accountClosed,
      "b20100"),
    FactVector(
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-1", issueDate: "2026-07-01", statedDueDate: "2026-09-15", termDays: 45,
          total: Money("EUR", billionths: 1_000_010_000_000), periodStart: "2026-06-01",
          periodEnd: "2026-06-30", invoiceURL: "https://i", reconciliationURL: "https://r")),
      "ba015e0a05494e562d31120a323032362d30372d30311a0a323032362d30392d3135202d2a0d0a034555"
        + "5210e8071880ade204320a323032362d30362d30313a0a323032362d30362d3330420968747470733a2f"
        + "2f694a0968747470733a2f2f72"),
    FactVector(
      .invoiceVoided(invoiceID: "INV-1", replacedBy: "INV-1R"),
      "c2010f0a05494e562d311206494e562d3152"),
    FactVector(
      .creditApplied(creditID: "C-1", invoiceID: "INV-1", amount: euros(400)),
      "ca01160a03432d311205494e562d311a080a03455552109003"),
    FactVector(
      .paymentReceived(
        paymentID: "P-1", amount: euros(1000),
        allocations: [
          Allocation(invoiceID: "INV-1", amount: Money("EUR", billionths: 999_990_000_000))
        ]),
      "d201280a03502d3112080a0345555210e8071a170a05494e562d31120e0a0345555210e7071880e788d8"
        + "03"),
    FactVector(
      .paymentAllocated(
        paymentID: "P-1", allocations: [Allocation(invoiceID: "INV-2", amount: euros(1))]),
      "da01170a03502d3112100a05494e562d3212070a034555521001"),
    FactVector(
      .paymentReversed(paymentID: "P-1"),
      "e201050a03502d31"),
    FactVector(
      .disputeOpened(invoiceID: "INV-1"),
      "ea01070a05494e562d31"),
    FactVector(
      .disputeClosed(invoiceID: "INV-1"),
      "f201070a05494e562d31"),
    FactVector(
      .balanceReported(Money("SEK", billionths: -5_500_000_000)),
      "fa011d0a1b0a0353454b10fbffffffffffffffff011880b6ca91feffffffff01"),
    FactVector(
      .profileVerificationChanged(
        ProfileVerification(
          overall: .pending, lastFinalized: .rejected, checks: [.emailDomain: .challenged])),
      "82020a080210041a0408021005"),
    FactVector(
      .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed),
      "8a02090a03462d3110021802"),
    FactVector(
      .providerLinked("prov-1"),
      "9202080a0670726f762d31"),
    FactVector(
      .providerUnlinked("prov-1"),
      "9a02080a0670726f762d31"),
    FactVector(
      .providerIssueOpened(
        ProviderIssue(
          issueID: "I-1", providerID: "prov-1", affectsOperations: true, impactsAccount: true)),
      "a202110a03492d31120670726f762d3118012001"),
    FactVector(
      .providerIssueResolved(issueID: "I-1"),
      "aa02050a03492d31"),
    FactVector(
      .supportRequestOpened(
        SupportRequest(
          requestID: "R-1", purpose: .reinstatement, requesterName: "Eve", role: .globalAdmin)),
      "b202100a03522d3110011a070a034576651001"),
    FactVector(
      .supportRequestUpdated(requestID: "R-1", status: .attentionNeeded),
      "ba02070a03522d311002"),
    FactVector(
      .reinstatementDecided(
        ReinstatementDecision(
          decisionID: "D-1", requestID: "R-1", outcome: .approved,
          waivers: [
            Waiver(reason: .billingPastDue, subject: "INV-1", until: "2026-12-31T00:00:00Z")
          ], note: "agreed")),
      "c202270a03442d311203522d311801221108021205494e562d311a060880b6d6d9062a06616772656564"),
    FactVector(
      .externalStatusObserved(state: .suspended, note: "portal"),
      "ca020a08021206706f7274616c"),
    FactVector(
      .factRetracted(FactIdentity(source: "erp", factID: "f-0")),
      "d2020a0a036572701203662d30"),
  ]
}
