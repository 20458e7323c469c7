import AccountStatusModel

/// The request of a number: the first on an account registers it, too.
func facts(ofRequest number: UInt64) -> [Fact] {
  let account = AccountID(checked: "account-\(number / 20)")
  func fact(_ part: Int, _ kind: FactKind) -> Fact {
    Fact(
      accountID: account, source: "crash-probe",
      factID: Identifier(checked: "\(number)/\(part)"), effectiveAt: "2026-07-01T00:00:00Z",
      kind: kind)
  }
  let amount = Money("EUR", billionths: Int128(number + 1) * Money.billionthsPerUnit)
  let invoice = Identifier(checked: "INV-\(number)")
  var facts: [Fact] = []
  if number.isMultiple(of: 20) {
    facts.append(
      fact(
        2,
        .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp))))
  }
  facts.append(
    fact(
      0,
      .invoiceIssued(InvoiceIssued(invoiceID: invoice, issueDate: "2026-07-01", total: amount))))
  facts.append(
    fact(
      1,
      .paymentReceived(
        paymentID: Identifier(checked: "PAY-\(number)"), amount: amount,
        allocations: [Allocation(invoiceID: invoice, amount: amount)])))
  return facts
}

/// The request that a fact belongs to.
func request(of fact: Fact) -> UInt64? {
  fact.identity.factID.text.split(separator: "/").first.flatMap { UInt64($0) }
}
