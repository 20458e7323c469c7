import AccountStatusModel
import AccountStatusRules
import Testing

/// Reports facts of one account as a ledger does: judged on arrival, stored when accepted.
struct Reporter {
  static let account: AccountID = "northwind"

  /// What is stored.
  private(set) var facts = AccountFacts()
  /// The default edition, which approvals are held against.
  var edition: PolicyEdition = .named("2020-06")
  /// When the next fact is recorded.
  var clock: Instant = "2020-01-01T00:00:00Z"
  private var count = 0

  /// Reports a fact and returns the judgement.
  @discardableResult
  mutating func report(
    _ kind: FactKind, at effectiveAt: Instant, source: Identifier = "test", id: Identifier? = nil
  ) -> Judgement {
    count += 1
    return report(
      Fact(
        accountID: Self.account, source: source, factID: id ?? .numbered("f", count),
        effectiveAt: effectiveAt, kind: kind))
  }

  @discardableResult
  mutating func report(_ fact: Fact) -> Judgement {
    let judgement = judge(fact, given: facts, defaultEdition: edition)
    if judgement == .accept { store(fact) }
    return judgement
  }

  /// Stores a fact without judging it.
  mutating func store(_ fact: Fact) {
    facts.append(
      StoredFact(fact, sequence: UInt64(facts.stored.count + 1), recordedAt: clock))
  }

  func standing(
    at instant: Instant, edition: String = "2020-06", knownAt: Instant? = nil
  ) -> Standing? {
    evaluate(facts, edition: .named(edition), asOf: instant, knownAt: knownAt)
  }
}

extension Reporter: CustomTestStringConvertible {
  var testDescription: String { "a reporter of \(facts.stored.count) facts" }
}

extension PolicyEdition {
  /// A built-in edition.
  static func named(_ name: String) -> PolicyEdition {
    builtIn.first { $0.name == name } ?? builtIn[0]
  }
}

extension Identifier {
  /// `prefix-number`.
  static func numbered(_ prefix: String, _ number: Int) -> Identifier {
    Identifier(stringLiteral: "\(prefix)-\(number)")
  }
}

extension Money {
  /// Whole cents of euros.
  static func euros(_ units: Int64, cents: Int32 = 0) -> Money {
    Money("EUR", billionths: Int128(units) * billionthsPerUnit + Int128(cents) * 10_000_000)
  }
}

extension FactKind {
  static func registered(
    _ types: WordSet<PartnerType> = [.directBill], program: Program = .csp,
    cloud: Cloud = .publicCloud
  ) -> FactKind {
    .accountRegistered(AccountRegistered(cloud: cloud, partnerTypes: types, program: program))
  }

  static func invoice(
    _ id: Identifier, issued: CalendarDay, due: CalendarDay? = nil, term: UInt32 = 0,
    total: Money = .euros(1000)
  ) -> FactKind {
    .invoiceIssued(
      InvoiceIssued(
        invoiceID: id, issueDate: issued, statedDueDate: due, termDays: term, total: total))
  }

  static func payment(
    _ id: Identifier, _ amount: Money, to allocations: KeyValuePairs<Identifier, Money> = [:]
  ) -> FactKind {
    .paymentReceived(
      paymentID: id, amount: amount,
      allocations: allocations.map { Allocation(invoiceID: $0.key, amount: $0.value) })
  }

  static func allocation(of id: Identifier, to invoice: Identifier, _ amount: Money) -> FactKind {
    .paymentAllocated(
      paymentID: id, allocations: [Allocation(invoiceID: invoice, amount: amount)])
  }

  static func profile(
    _ overall: VerificationState? = nil, last: VerificationState? = nil,
    checks: [VerificationCheck: CheckState] = [:]
  ) -> FactKind {
    .profileVerificationChanged(
      ProfileVerification(overall: overall, lastFinalized: last, checks: checks))
  }

  static func finding(
    _ id: Identifier, _ state: AbuseState, _ severity: AbuseSeverity = .significant
  ) -> FactKind {
    .abuseFindingChanged(findingID: id, severity: severity, state: state)
  }

  static func issue(
    _ id: Identifier, operations: Bool = true, account: Bool = true
  ) -> FactKind {
    .providerIssueOpened(
      ProviderIssue(issueID: id, affectsOperations: operations, impactsAccount: account))
  }

  static func request(
    _ id: Identifier, _ purpose: SupportRequestPurpose = .reinstatement,
    role: Role? = .globalAdmin
  ) -> FactKind {
    .supportRequestOpened(SupportRequest(requestID: id, purpose: purpose, role: role))
  }

  static func decision(
    _ id: Identifier, _ outcome: DecisionOutcome, on request: Identifier? = nil,
    waivers: [Waiver] = []
  ) -> FactKind {
    .reinstatementDecided(
      ReinstatementDecision(
        decisionID: id, requestID: request, outcome: outcome, waivers: waivers))
  }
}
