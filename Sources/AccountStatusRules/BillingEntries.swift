import AccountStatusModel

/// What the facts that count by an instant say of invoices, credits and payments, by number.
///
/// Contents and dates only; what they come to is the receivables' to say.
struct BillingEntries {
  /// An invoice that is issued.
  struct Invoice {
    let content: InvoiceIssued
    let effectiveAt: Instant
  }

  /// A credit, whether what it names is known or not.
  struct Credit {
    let invoice: Int32
    let amount: Money
    let effectiveAt: Instant
  }

  /// A payment that is received.
  struct Payment {
    let amount: Money
    let effectiveAt: Instant
  }

  private(set) var invoices: [Invoice?]
  private(set) var credits: [Credit?]
  private(set) var payments: [Payment?]
  /// The earliest voiding of each invoice, and the first replacement that one names.
  private(set) var voidedAt: [Instant?]
  private var replacedBy: [Identifier?]
  /// The earliest reversal of each payment.
  private(set) var reversedAt: [Instant?]
  /// Of its invoices and payments, by code.
  private(set) var currencies: [Currency] = []
  private let names: FactNames

  init(_ facts: AccountFacts, asOf: Instant, knownAt: Instant) {
    names = facts.names
    invoices = Array(repeating: nil, count: names.invoices.count)
    voidedAt = Array(repeating: nil, count: names.invoices.count)
    replacedBy = Array(repeating: nil, count: names.invoices.count)
    credits = Array(repeating: nil, count: names.credits.count)
    payments = Array(repeating: nil, count: names.payments.count)
    reversedAt = Array(repeating: nil, count: names.payments.count)
    for place in facts.order {
      let entry = facts.entries[Int(place)]
      if entry.effectiveAt > asOf { break }
      guard entry.counts(knownAt: knownAt) else { continue }
      add(entry, facts.stored[Int(place)].fact.kind)
    }
    let used =
      invoices.compactMap { $0?.content.total.currency }
      + payments.compactMap { $0?.amount.currency }
    currencies = Set(used).sorted()
  }

  /// Of several facts that say the same the first counts, as in the receivables.
  private mutating func add(_ entry: FactEntry, _ kind: FactKind) {
    switch (entry.effect, kind) {
    case (.invoice(let number, _, _), .invoiceIssued(let content)):
      invoices[Int(number)] =
        invoices[Int(number)] ?? Invoice(content: content, effectiveAt: entry.effectiveAt)
    case (.voiding(let number), .invoiceVoided(_, let replacement)):
      voidedAt[Int(number)] = voidedAt[Int(number)] ?? entry.effectiveAt
      replacedBy[Int(number)] = replacedBy[Int(number)] ?? replacement
    case (.credit(let number, let invoice, let amount), _):
      credits[Int(number)] =
        credits[Int(number)]
        ?? Credit(invoice: invoice, amount: amount, effectiveAt: entry.effectiveAt)
    case (.payment(let number, let amount, _), _):
      payments[Int(number)] =
        payments[Int(number)] ?? Payment(amount: amount, effectiveAt: entry.effectiveAt)
    case (.reversal(let number), _):
      reversedAt[Int(number)] = reversedAt[Int(number)] ?? entry.effectiveAt
    default: break
    }
  }
}

extension BillingEntries {
  /// The credits that count, and the instant at which each took effect: its own, or its invoice's
  /// if that came later.
  var effectiveCredits: [(credit: Credit, at: Instant)] {
    credits.compactMap { credit in
      guard let credit, let invoice = invoices[Int(credit.invoice)],
        invoice.content.total.currency == credit.amount.currency
      else { return nil }
      return (credit, max(credit.effectiveAt, invoice.effectiveAt))
    }
  }

  /// The invoices that are issued, with what the receivables say of them on a day.
  func invoices(_ receivables: Receivables, on today: CalendarDay) -> [BillingInvoice] {
    var credited: [Int128] = Array(repeating: 0, count: invoices.count)
    for (credit, _) in effectiveCredits {
      credited[Int(credit.invoice)] += credit.amount.billionths
    }
    return invoices.indices.compactMap { number in
      guard let content = invoices[number]?.content else { return nil }
      let state = receivables.invoices[number]
      let currency = content.total.currency
      var invoice = BillingInvoice(
        invoiceID: content.invoiceID, issueDate: content.issueDate, dueDate: content.dueDate,
        total: content.total, credited: Money(currency, billionths: credited[number]),
        paid: Money(currency, billionths: state.settled - credited[number]),
        open: Money(currency, billionths: state.open),
        daysPastDue: today.days(since: content.dueDate))
      invoice.isDisputed = state.isDisputed
      invoice.isVoided = state.isVoided
      if state.isVoided { invoice.replacedBy = replacedBy[number] }
      (invoice.periodStart, invoice.periodEnd) = (content.periodStart, content.periodEnd)
      invoice.invoiceURL = content.invoiceURL
      invoice.reconciliationURL = content.reconciliationURL
      return invoice
    }
  }

  /// The payments in force, oldest first, with what the receivables leave of them.
  func payments(_ receivables: Receivables) -> [BillingPayment] {
    let inForce = payments.indices.compactMap { number -> BillingPayment? in
      let state = receivables.payments[number]
      guard let payment = payments[number], state.isInForce else { return nil }
      let rest = Money(payment.amount.currency, billionths: state.limit - state.given)
      return BillingPayment(
        paymentID: names.payments[Int32(number)], receivedAt: payment.effectiveAt,
        amount: payment.amount, unallocated: rest)
    }
    return inForce.sorted { ($0.receivedAt, $0.paymentID) < ($1.receivedAt, $1.paymentID) }
  }
}
