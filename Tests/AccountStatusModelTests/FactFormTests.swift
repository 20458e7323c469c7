import AccountStatusModel
import Testing

@Suite struct FactFormTests {
  private static let euro = Money("EUR", billionths: 1_000_000_000)
  private static let nothing = Money("EUR", billionths: 0)
  private static let day: CalendarDay = "2026-01-01"
  private static let until: Instant = "2026-01-01T00:00:00Z"
  private static let long = String(repeating: "x", count: Fact.maximumTextLength + 1)

  private func fact(_ kind: FactKind, at: Instant = "2026-01-01T00:00:00Z") -> Fact {
    Fact(accountID: "a", source: "s", factID: "1", effectiveAt: at, kind: kind)
  }

  private static func invoice(
    total: Money = euro, term: UInt32 = 0, url: String = "", reconciliation: String = ""
  ) -> FactKind {
    .invoiceIssued(
      InvoiceIssued(
        invoiceID: "I", issueDate: day, termDays: term, total: total, invoiceURL: url,
        reconciliationURL: reconciliation))
  }

  private static func decision(
    _ outcome: DecisionOutcome, waivers: [Waiver] = [], note: String = ""
  ) -> FactKind {
    .reinstatementDecided(
      ReinstatementDecision(decisionID: "D", outcome: outcome, waivers: waivers, note: note))
  }

  private static func payment(_ amount: Money, _ allocations: [Allocation]) -> FactKind {
    .paymentReceived(paymentID: "P", amount: amount, allocations: allocations)
  }

  private static let waiver = Waiver(reason: .billingPastDue, until: until)
  private static let allocation = Allocation(invoiceID: "I", amount: euro)

  /// A fact and what is wrong with it; described briefly, for texts here are long.
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: FactKind
    /// The field that the refusal names; empty: the fact is well-formed.
    var field = ""

    var testDescription: String { field.isEmpty ? kind.contractName : field }
  }

  /// One of every kind, with as little as it may carry.
  static let wellFormed: [FactKind] = [
    .accountRegistered(
      AccountRegistered(cloud: .germany, partnerTypes: [.directBill], program: .csp)),
    .partnerTypesChanged([.indirectProvider]), .accountClosed, invoice(),
    invoice(total: Money("EUR", billionths: -1), term: InvoiceIssued.maximumTermDays),
    .invoiceVoided(invoiceID: "I", replacedBy: nil),
    .creditApplied(creditID: "C", invoiceID: "I", amount: euro), payment(euro, []),
    payment(euro, Array(repeating: allocation, count: Fact.maximumAllocations)),
    .paymentAllocated(paymentID: "P", allocations: [allocation]), .paymentReversed(paymentID: "P"),
    .disputeOpened(invoiceID: "I"), .disputeClosed(invoiceID: "I"),
    .balanceReported(Money("EUR", billionths: -1)),
    .profileVerificationChanged(ProfileVerification(overall: VerificationState.none)),
    .profileVerificationChanged(ProfileVerification(lastFinalized: .failed)),
    .profileVerificationChanged(ProfileVerification(checks: [.identity: .pending])),
    .abuseFindingChanged(findingID: "F", severity: .minor, state: .suspected),
    .providerLinked(nil), .providerUnlinked("p"),
    .providerIssueOpened(
      ProviderIssue(issueID: "X", affectsOperations: false, impactsAccount: false)),
    .providerIssueResolved(issueID: "X"),
    .supportRequestOpened(SupportRequest(requestID: "R", purpose: .other)),
    .supportRequestOpened(
      SupportRequest(requestID: "R", purpose: .reinstatement, role: .other)),
    .supportRequestUpdated(requestID: "R", status: .closed), decision(.declined),
    decision(.approved, waivers: Array(repeating: waiver, count: Fact.maximumWaivers)),
    .externalStatusObserved(state: .active, note: ""),
    .factRetracted(FactIdentity(source: "s", factID: "1")),
  ]

  @Test(arguments: wellFormed.map { Case(kind: $0) })
  func `a well-formed fact passes`(_ wellFormed: Case) throws {
    try fact(wellFormed.kind).checkForm()
  }

  @Test func `every kind has its own name in the contract`() {
    let names = Set(Self.wellFormed.map(\.contractName))
    #expect(
      names == [
        "accountRegistered", "partnerTypesChanged", "accountClosed", "invoiceIssued",
        "invoiceVoided", "creditApplied", "paymentReceived", "paymentAllocated",
        "paymentReversed", "disputeOpened", "disputeClosed", "balanceReported",
        "profileVerificationChanged", "abuseFindingChanged", "providerLinked",
        "providerUnlinked", "providerIssueOpened", "providerIssueResolved",
        "supportRequestOpened", "supportRequestUpdated", "reinstatementDecided",
        "externalStatusObserved", "factRetracted",
      ])
  }

  static let malformed: [(FactKind, String)] = [
    (
      .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [], program: .csp)),
      "accountRegistered.partnerTypes"
    ),
    (
      .accountRegistered(
        AccountRegistered(
          cloud: .publicCloud, partnerTypes: [.directBill], program: .csp, displayName: long)),
      "accountRegistered.displayName"
    ),
    (
      .accountRegistered(
        AccountRegistered(
          cloud: .publicCloud, partnerTypes: [.directBill], program: .csp, country: long)),
      "accountRegistered.country"
    ),
    (.partnerTypesChanged([]), "partnerTypesChanged.partnerTypes"),
    (invoice(term: InvoiceIssued.maximumTermDays + 1), "invoiceIssued.termDays"),
    (invoice(url: long), "invoiceIssued.invoiceUrl"),
    (invoice(reconciliation: long), "invoiceIssued.reconciliationUrl"),
    (.creditApplied(creditID: "C", invoiceID: "I", amount: nothing), "creditApplied.amount"),
    (payment(nothing, []), "paymentReceived.amount"),
    (payment(Money("EUR", billionths: -1), []), "paymentReceived.amount"),
    (
      payment(euro, [allocation, Allocation(invoiceID: "I", amount: nothing)]),
      "paymentReceived.allocations[1].amount"
    ),
    (
      payment(euro, Array(repeating: allocation, count: Fact.maximumAllocations + 1)),
      "paymentReceived.allocations"
    ),
    (.paymentAllocated(paymentID: "P", allocations: []), "paymentAllocated.allocations"),
    (.profileVerificationChanged(ProfileVerification()), "profileVerificationChanged"),
    (
      .profileVerificationChanged(ProfileVerification(lastFinalized: .pending)),
      "profileVerificationChanged.lastFinalized"
    ),
    (
      .profileVerificationChanged(
        ProfileVerification(overall: .failed, lastFinalized: VerificationState.none)),
      "profileVerificationChanged.lastFinalized"
    ),
    (
      .supportRequestOpened(SupportRequest(requestID: "R", purpose: .reinstatement)),
      "supportRequestOpened.requestedBy.role"
    ),
    (
      .supportRequestOpened(
        SupportRequest(requestID: "R", purpose: .other, requesterName: long)),
      "supportRequestOpened.requestedBy.name"
    ),
    (decision(.declined, waivers: [waiver]), "reinstatementDecided.waivers"),
    (
      decision(.approved, waivers: Array(repeating: waiver, count: Fact.maximumWaivers + 1)),
      "reinstatementDecided.waivers"
    ),
    (
      decision(.approved, waivers: [waiver, Waiver(reason: .accountAbuse, until: .distantFuture)]),
      "reinstatementDecided.waivers[1].until"
    ),
    (decision(.declined, note: long), "reinstatementDecided.note"),
    (.externalStatusObserved(state: .active, note: long), "externalStatusObserved.note"),
  ]

  @Test(arguments: malformed.map { Case(kind: $0.0, field: $0.1) })
  func `a malformed fact is refused, naming its field`(_ malformed: Case) throws {
    let error = try #require(throws: FormError.self) { try fact(malformed.kind).checkForm() }
    #expect(error.field == malformed.field)
    #expect(!error.message.isEmpty)
  }

  @Test(arguments: [Instant(nanoseconds: -1), .distantFuture])
  func `an instant outside the calendar is refused`(_ instant: Instant) throws {
    let error = try #require(throws: FormError.self) {
      try fact(.accountClosed, at: instant).checkForm()
    }
    #expect(error.field == "effectiveAt")
  }
}
