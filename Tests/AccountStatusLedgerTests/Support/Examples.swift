import AccountStatusModel
import AccountStatusRules

// One account's life, as in the worked cases: INV-1, issued 2026-07-01, is due 2026-08-30, and
// suspends from 2026-10-30.

let account: AccountID = "fabrikam"
let newYear: Instant = "2026-01-01T00:00:00Z"
let delinquent: Instant = "2026-08-31T00:00:00Z"
let suspension: Instant = "2026-10-30T00:00:00Z"

func fact(
  _ id: Identifier, _ account: AccountID = account, at effectiveAt: Instant = newYear,
  source: Identifier = "erp", _ kind: FactKind
) -> Fact {
  Fact(accountID: account, source: source, factID: id, effectiveAt: effectiveAt, kind: kind)
}

func registration(_ account: AccountID = account, at: Instant = newYear) -> Fact {
  fact(
    Identifier(checked: "register-\(account)"), account, at: at,
    .accountRegistered(
      AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
}

func invoice(
  _ id: Identifier = "INV-1", _ account: AccountID = account, euros: Int128 = 1000,
  issued: CalendarDay = "2026-07-01"
) -> Fact {
  fact(
    Identifier(checked: "issue-\(account)-\(id)"), account,
    at: issued.start ?? newYear,
    .invoiceIssued(
      InvoiceIssued(
        invoiceID: id, issueDate: issued,
        total: Money("EUR", billionths: euros * Money.billionthsPerUnit))))
}

func payment(
  _ id: Identifier, of invoice: Identifier = "INV-1", _ account: AccountID = account,
  at: Instant, euros: Int128 = 1000
) -> Fact {
  let amount = Money("EUR", billionths: euros * Money.billionthsPerUnit)
  return fact(
    Identifier(checked: "pay-\(account)-\(id)"), account, at: at,
    .paymentReceived(
      paymentID: id, amount: amount,
      allocations: [Allocation(invoiceID: invoice, amount: amount)]))
}

func approval(_ id: Identifier = "DEC-1", _ account: AccountID = account, at: Instant) -> Fact {
  fact(
    Identifier(checked: "decide-\(account)-\(id)"), account, at: at,
    .reinstatementDecided(ReinstatementDecision(decisionID: id, outcome: .approved)))
}

/// The built-in editions.
func builtInEditions() throws -> EditionCatalogue { try EditionCatalogue() }
