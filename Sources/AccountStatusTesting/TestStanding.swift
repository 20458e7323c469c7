public import AccountStatusModel

/// How an account stands, in a word: short for the facts that make it so.
///
/// All of them are direct-bill partners of the public cloud, registered a year before.
public enum TestStanding: Sendable, Hashable, CaseIterable {
  /// Nothing speaks against it.
  case active
  /// Suspended for abuse: a significant finding is confirmed.
  case suspended
  /// Suspended for billing: an invoice has been due for months.
  case pastDue
  /// Suspended, and eligible for reinstatement: the finding was dismissed.
  case awaitingReinstatement
  /// Closed.
  case closed

  /// The facts that make an account stand so at an instant.
  public func facts(about account: AccountID, at now: Instant) -> [Fact] {
    var facts: [Fact] = []
    func add(_ kind: FactKind, days: Int64 = 0) {
      facts.append(
        Fact(
          accountID: account, source: "standing",
          factID: Identifier(checked: "\(account)/\(facts.count + 1)"),
          effectiveAt: now.adding(nanoseconds: days * Instant.nanosecondsPerDay), kind: kind))
    }
    add(
      .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)),
      days: -365)
    switch self {
    case .active: break
    case .suspended: add(finding(of: account, .confirmed))
    case .pastDue:
      add(
        .invoiceIssued(
          InvoiceIssued(
            invoiceID: Identifier(checked: "\(account)/invoice"),
            issueDate: now.day.adding(days: -200),
            total: Money("EUR", billionths: 1000 * Money.billionthsPerUnit))),
        days: -200)
    case .awaitingReinstatement:
      add(finding(of: account, .confirmed), days: -10)
      add(finding(of: account, .dismissed), days: -5)
    case .closed: add(.accountClosed)
    }
    return facts
  }

  private func finding(of account: AccountID, _ state: AbuseState) -> FactKind {
    .abuseFindingChanged(
      findingID: Identifier(checked: "\(account)/finding"), severity: .significant, state: state)
  }
}
