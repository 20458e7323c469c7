package import AccountStatusModel

/// The most months of history.
package let maximumBillingMonths = 120
/// The most rows of history: of many currencies there are fewer months.
let maximumBillingRows = 1200

/// What an account owes at an instant; nil: not registered then, as known at `knownAt`.
///
/// The walk that decides the status is taken here as well and asked for its amounts, so that the
/// two cannot differ. `months` counts back from that of `asOf`, 1 to `maximumBillingMonths`; what
/// is dated before the registration is shown in its own month. Cost: n log n in the facts.
package func billing(
  of facts: AccountFacts, asOf: Instant, knownAt: Instant? = nil, months: Int = 12
) -> BillingView? {
  let knownAt = knownAt ?? .distantFuture
  guard var sweep = Sweep(facts, edition: .anyRules, knownAt: knownAt),
    asOf >= sweep.registeredAt
  else { return nil }
  let entries = BillingEntries(facts, asOf: asOf, knownAt: knownAt)
  var history = BillingHistory(entries.currencies, asOf: asOf, months: months)
  history.add(entries)
  for currency in entries.currencies { sweep.receivables.expectBalance(in: currency) }
  history.addOpen { instant, currencies in
    sweep.advance(through: instant)
    return currencies.map { sweep.receivables.open(in: $0) }
  }

  let invoices = entries.invoices(sweep.receivables, on: asOf.day)
  let payments = entries.payments(sweep.receivables)
  return BillingView(
    asOf: asOf, balances: balances(invoices, payments, history), history: history.rows,
    invoices: invoices.sorted(by: precedes), latestPayment: payments.last,
    unallocatedPayments: payments.filter(\.unallocated.isPositive))
}

extension PolicyEdition {
  /// What is open is the same under every edition; this one decides nothing.
  fileprivate static let anyRules = PolicyEdition(
    name: "", coveredClouds: [], csp: ProgramRules(), maicpp: ProgramRules(),
    capabilities: CapabilityMatrix(rows: [], allowedOutside: []))
}

private func balances(
  _ invoices: [BillingInvoice], _ payments: [BillingPayment], _ history: BillingHistory
) -> [CurrencyBalance] {
  var due: [Currency: Int128] = [:]
  var late: [Currency: Int128] = [:]
  var unallocated: [Currency: Int128] = [:]
  for invoice in invoices {
    due[invoice.open.currency, default: 0] += invoice.open.billionths
    guard invoice.daysPastDue > 0 else { continue }
    late[invoice.open.currency, default: 0] += invoice.open.billionths
  }
  for payment in payments {
    unallocated[payment.amount.currency, default: 0] += payment.unallocated.billionths
  }
  return history.currencies.map { currency in
    CurrencyBalance(
      balanceDue: Money(currency, billionths: due[currency] ?? 0),
      pastDue: Money(currency, billionths: late[currency] ?? 0),
      currentMonth: Money(currency, billionths: history.currentMonth(currency)),
      unallocated: Money(currency, billionths: unallocated[currency] ?? 0))
  }
}

/// What is to be paid comes first, in the order in which it falls due.
private func precedes(_ left: BillingInvoice, _ right: BillingInvoice) -> Bool {
  if left.open.isPositive != right.open.isPositive { return left.open.isPositive }
  let (first, second) = (left.dueDate, right.dueDate)
  if first != second { return left.open.isPositive ? first < second : second < first }
  return left.invoiceID < right.invoiceID
}
