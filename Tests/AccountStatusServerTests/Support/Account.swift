import AccountStatusModel

// One account's life: INV-1, issued 2026-07-01, is due 2026-08-30 and suspends from 2026-10-30.

let account: AccountID = "fabrikam"
let newYear: Instant = "2026-01-01T00:00:00Z"
let autumn: Instant = "2026-09-01T00:00:00Z"
let suspension: Instant = "2026-10-30T00:00:00Z"

func fact(
  _ id: Identifier, of account: AccountID = account, at effectiveAt: Instant = newYear,
  _ kind: FactKind
) -> Fact {
  Fact(accountID: account, source: "erp", factID: id, effectiveAt: effectiveAt, kind: kind)
}

func registration(
  _ account: AccountID = account, _ types: WordSet<PartnerType> = [.directBill]
) -> Fact {
  fact(
    Identifier(checked: "register-\(account)"), of: account,
    .accountRegistered(
      AccountRegistered(cloud: .publicCloud, partnerTypes: types, program: .csp)))
}

func invoice(
  _ id: Identifier = "INV-1", _ account: AccountID = account, issued: CalendarDay = "2026-07-01"
) -> Fact {
  fact(
    Identifier(checked: "issue-\(account)-\(id)"), of: account, at: issued.start ?? newYear,
    .invoiceIssued(
      InvoiceIssued(
        invoiceID: id, issueDate: issued,
        total: Money("EUR", billionths: 1000 * Money.billionthsPerUnit))))
}

func payment(of invoice: Identifier = "INV-1", _ account: AccountID = account, at: Instant) -> Fact
{
  let amount = Money("EUR", billionths: 1000 * Money.billionthsPerUnit)
  return fact(
    Identifier(checked: "pay-\(account)-\(invoice)"), of: account, at: at,
    .paymentReceived(
      paymentID: Identifier(checked: "PAY-\(invoice)"), amount: amount,
      allocations: [Allocation(invoiceID: invoice, amount: amount)]))
}
