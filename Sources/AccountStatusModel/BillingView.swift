/// What an account owes at an instant, and how it came to that.
///
/// Money is exact, and currencies never net against each other. The amounts are those that decide
/// the status: an invoice that suspends is open here and more than 60 days past due.
public struct BillingView: Hashable, Sendable {
  /// The instant it is about.
  public var asOf: Instant
  /// By currency code: every currency of an invoice or a payment.
  public var balances: [CurrencyBalance]
  /// By currency code, then oldest month first.
  public var history: [BillingMonth]
  /// Open ones first, by due date, then the others, newest due date first; then by id.
  public var invoices: [BillingInvoice]
  /// The latest that was not reversed, of all currencies; nil: there is none.
  public var latestPayment: BillingPayment?
  /// Those of which something is left, oldest first.
  public var unallocatedPayments: [BillingPayment]

  /// Describes what is owed.
  public init(
    asOf: Instant, balances: [CurrencyBalance] = [], history: [BillingMonth] = [],
    invoices: [BillingInvoice] = [], latestPayment: BillingPayment? = nil,
    unallocatedPayments: [BillingPayment] = []
  ) {
    self.asOf = asOf
    self.balances = balances
    self.history = history
    self.invoices = invoices
    self.latestPayment = latestPayment
    self.unallocatedPayments = unallocatedPayments
  }
}

/// What is owed in one currency.
public struct CurrencyBalance: Hashable, Sendable {
  /// What unvoided invoices leave open.
  public var balanceDue: Money
  /// The part of it past its due date.
  public var pastDue: Money
  /// The total of the invoices issued in the UTC month asked about.
  public var currentMonth: Money
  /// Received and taken by no invoice.
  public var unallocated: Money

  /// Describes a balance; all amounts are of one currency.
  public init(balanceDue: Money, pastDue: Money, currentMonth: Money, unallocated: Money) {
    self.balanceDue = balanceDue
    self.pastDue = pastDue
    self.currentMonth = currentMonth
    self.unallocated = unallocated
  }
}

/// A month in one currency, and how it differs from the one before.
///
/// A month is shown as it stood at its end, or at the instant asked about in that one's month: what
/// was voided or reversed by then is left out, what was so later shows in what is open at a later
/// month's end. So a row never changes by what happens afterwards.
public struct BillingMonth: Hashable, Sendable {
  /// The month.
  public var month: CalendarMonth
  /// What it brought.
  public var amounts: MonthlyAmounts
  /// The change from the month before.
  public var trend: MonthlyAmounts

  /// Describes a month.
  public init(month: CalendarMonth, amounts: MonthlyAmounts, trend: MonthlyAmounts) {
    self.month = month
    self.amounts = amounts
    self.trend = trend
  }
}

/// The amounts of a month in one currency, or the differences of two months.
public struct MonthlyAmounts: Hashable, Sendable {
  /// The total of its invoices, by issue date.
  public var invoiced: Money
  /// Credits, by the instant at which they took effect: their own, or their invoice's if later.
  public var credited: Money
  /// Payments, allocated or not, by the instant at which they were received.
  public var paid: Money
  /// What invoices leave open at the month's end.
  public var open: Money

  /// Describes amounts of one currency.
  public init(invoiced: Money, credited: Money, paid: Money, open: Money) {
    self.invoiced = invoiced
    self.credited = credited
    self.paid = paid
    self.open = open
  }
}

/// An invoice with what was done about it.
public struct BillingInvoice: Hashable, Sendable {
  /// The invoice's id.
  public var invoiceID: Identifier
  /// When it was issued.
  public var issueDate: CalendarDay
  /// As it was stated, or by its term.
  public var dueDate: CalendarDay
  /// What was to be paid.
  public var total: Money
  /// The sum of its credits.
  public var credited: Money
  /// What it takes of payments in force.
  public var paid: Money
  /// What is left, never below zero; zero when it is voided.
  public var open: Money
  /// Whole UTC days since the due date; negative before it.
  public var daysPastDue: Int
  /// A dispute is open.
  public var isDisputed = false
  /// It owes nothing any more.
  public var isVoided = false
  /// The invoice that replaces it.
  public var replacedBy: Identifier?
  /// First day of the period billed.
  public var periodStart: CalendarDay?
  /// Last day of the period billed.
  public var periodEnd: CalendarDay?
  /// Link to the invoice; may be empty.
  public var invoiceURL = ""
  /// Link to the reconciliation file; may be empty.
  public var reconciliationURL = ""

  /// Describes an invoice without dispute, voiding, period or links.
  public init(
    invoiceID: Identifier, issueDate: CalendarDay, dueDate: CalendarDay, total: Money,
    credited: Money, paid: Money, open: Money, daysPastDue: Int
  ) {
    self.invoiceID = invoiceID
    self.issueDate = issueDate
    self.dueDate = dueDate
    self.total = total
    self.credited = credited
    self.paid = paid
    self.open = open
    self.daysPastDue = daysPastDue
  }
}

/// A payment that was not reversed.
public struct BillingPayment: Hashable, Sendable {
  /// The payment's id.
  public var paymentID: Identifier
  /// When it was received.
  public var receivedAt: Instant
  /// All of it.
  public var amount: Money
  /// The part that no invoice takes.
  public var unallocated: Money

  /// Describes a payment.
  public init(paymentID: Identifier, receivedAt: Instant, amount: Money, unallocated: Money) {
    self.paymentID = paymentID
    self.receivedAt = receivedAt
    self.amount = amount
    self.unallocated = unallocated
  }
}
