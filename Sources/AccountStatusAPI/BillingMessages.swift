package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck

/// Asks what an account owes, its invoices a page at a time.
package struct GetBillingRequest: Sendable, Hashable {
  /// The most months of history.
  package static let maximumMonths = 120
  private static let standardMonths = 12

  package var accountID: AccountID
  /// Nil: now, or that of the first page.
  package var asOf: Instant?
  /// Inclusive; nil: everything stored, or what the first page knew.
  package var knownAt: Instant?
  /// 0: the default.
  package var months: UInt32
  /// Of invoices. 0: the default.
  package var pageSize: UInt32
  /// Empty: from the start.
  package var pageToken: String
  package var atLeast: [UInt8]

  /// The months of history, as the contract's default says.
  package var monthCount: Int { months == 0 ? Self.standardMonths : Int(months) }
  /// The most invoices of a page, as the contract's default and maximum say.
  package var pageLimit: Int { PageLimit.entries(pageSize) }

  package init(
    accountID: AccountID, asOf: Instant? = nil, knownAt: Instant? = nil, months: UInt32 = 0,
    pageSize: UInt32 = 0, pageToken: String = "", atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.asOf = asOf
    self.knownAt = knownAt
    self.months = months
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.atLeast = atLeast
  }
}

extension Accountstatus__V1__GetBillingRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_billing_request__init }
}

extension GetBillingRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetBillingRequest) throws(FormError) {
    guard wire.months <= Self.maximumMonths else {
      throw FormError(
        field: "months", "is \(wire.months); a history has at most \(Self.maximumMonths)")
    }
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      asOf: try readOptionalInstant("asOf", wire.as_of),
      knownAt: try readOptionalInstant("knownAt", wire.known_at), months: wire.months,
      pageSize: wire.page_size, pageToken: readText(wire.page_token),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__GetBillingRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.as_of = arena.timestamp(asOf)
    wire.known_at = arena.timestamp(knownAt)
    wire.months = months
    wire.page_size = pageSize
    wire.page_token = arena.text(pageToken)
    wire.at_least = arena.data(atLeast)
  }
}

/// What an account owes: all of it but for the invoices of other pages; on later pages those only.
package struct GetBillingResponse: Sendable, Hashable {
  package var view: BillingView
  /// Empty: this was the last page of invoices.
  package var nextPageToken: String
  package var token: [UInt8]

  package init(view: BillingView, nextPageToken: String = "", token: [UInt8]) {
    self.view = view
    self.nextPageToken = nextPageToken
    self.token = token
  }
}

extension Accountstatus__V1__GetBillingResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_billing_response__init }
}

extension GetBillingResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__GetBillingResponse) throws(FormError) {
    view = BillingView(
      asOf: try readInstant("asOf", wire.as_of),
      balances: try readMessages("balances", wire.balances, wire.n_balances, CurrencyBalance.init),
      history: try readMessages("history", wire.history, wire.n_history, BillingMonth.init),
      invoices: try readMessages("invoices", wire.invoices, wire.n_invoices, BillingInvoice.init),
      latestPayment: try wire.latest_payment.map { payment throws(FormError) in
        try inField("latestPayment") { () throws(FormError) in
          try BillingPayment(payment.pointee)
        }
      },
      unallocatedPayments: try readMessages(
        "unallocatedPayments", wire.unallocated_payments, wire.n_unallocated_payments,
        BillingPayment.init))
    nextPageToken = readText(wire.next_page_token)
    token = readBytes(wire.token)
  }

  func fill(_ wire: inout Accountstatus__V1__GetBillingResponse, _ arena: MessageArena) {
    (wire.n_balances, wire.balances) = arena.messages(view.balances) { $0.fill(&$1, arena) }
    (wire.n_history, wire.history) = arena.messages(view.history) { $0.fill(&$1, arena) }
    (wire.n_invoices, wire.invoices) = arena.messages(view.invoices) { $0.fill(&$1, arena) }
    wire.latest_payment = view.latestPayment.map { payment in
      arena.message { payment.fill(&$0, arena) }
    }
    (wire.n_unallocated_payments, wire.unallocated_payments) =
      arena.messages(view.unallocatedPayments) { $0.fill(&$1, arena) }
    wire.as_of = arena.timestamp(view.asOf)
    wire.next_page_token = arena.text(nextPageToken)
    wire.token = arena.data(token)
  }
}

// MARK: - Its parts

extension Accountstatus__V1__CurrencyBalance: CMessage {
  static var initializer: Initializer { accountstatus__v1__currency_balance__init }
}

extension CurrencyBalance {
  fileprivate init(_ wire: Accountstatus__V1__CurrencyBalance) throws(FormError) {
    self.init(
      balanceDue: try readMoney("balanceDue", wire.balance_due),
      pastDue: try readMoney("pastDue", wire.past_due),
      currentMonth: try readMoney("currentMonth", wire.current_month),
      unallocated: try readMoney("unallocated", wire.unallocated))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__CurrencyBalance, _ arena: MessageArena) {
    wire.balance_due = arena.money(balanceDue)
    wire.past_due = arena.money(pastDue)
    wire.current_month = arena.money(currentMonth)
    wire.unallocated = arena.money(unallocated)
  }
}

extension Accountstatus__V1__MonthlyAmounts: CMessage {
  static var initializer: Initializer { accountstatus__v1__monthly_amounts__init }
}

extension MonthlyAmounts {
  fileprivate init(
    _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__MonthlyAmounts>?
  ) throws(FormError) {
    guard let wire = field?.pointee else { throw FormError(field: name, "is missing") }
    self = try inField(name) { () throws(FormError) in
      MonthlyAmounts(
        invoiced: try readMoney("invoiced", wire.invoiced),
        credited: try readMoney("credited", wire.credited),
        paid: try readMoney("paid", wire.paid), open: try readMoney("open", wire.open))
    }
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__MonthlyAmounts, _ arena: MessageArena) {
    wire.invoiced = arena.money(invoiced)
    wire.credited = arena.money(credited)
    wire.paid = arena.money(paid)
    wire.open = arena.money(open)
  }
}

extension Accountstatus__V1__BillingMonth: CMessage {
  static var initializer: Initializer { accountstatus__v1__billing_month__init }
}

extension BillingMonth {
  fileprivate init(_ wire: Accountstatus__V1__BillingMonth) throws(FormError) {
    self.init(
      month: try inField("month") { () throws(FormError) in
        try CalendarMonth(readText(wire.month))
      },
      amounts: try MonthlyAmounts("amounts", wire.amounts),
      trend: try MonthlyAmounts("trend", wire.trend))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__BillingMonth, _ arena: MessageArena) {
    wire.month = arena.text(month.description)
    wire.amounts = arena.message { amounts.fill(&$0, arena) }
    wire.trend = arena.message { trend.fill(&$0, arena) }
  }
}

extension Accountstatus__V1__BillingInvoice: CMessage {
  static var initializer: Initializer { accountstatus__v1__billing_invoice__init }
}

extension BillingInvoice {
  fileprivate init(_ wire: Accountstatus__V1__BillingInvoice) throws(FormError) {
    self.init(
      invoiceID: try readIdentifier("invoiceId", wire.invoice_id),
      issueDate: try readDay("issueDate", wire.issue_date),
      dueDate: try readDay("dueDate", wire.due_date), total: try readMoney("total", wire.total),
      credited: try readMoney("credited", wire.credited), paid: try readMoney("paid", wire.paid),
      open: try readMoney("open", wire.open), daysPastDue: Int(wire.days_past_due))
    isDisputed = readBool(wire.disputed)
    isVoided = readBool(wire.voided)
    replacedBy = try readOptionalIdentifier("replacedBy", wire.replaced_by)
    periodStart = try readOptionalDay("periodStart", wire.period_start)
    periodEnd = try readOptionalDay("periodEnd", wire.period_end)
    invoiceURL = readText(wire.invoice_url)
    reconciliationURL = readText(wire.reconciliation_url)
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__BillingInvoice, _ arena: MessageArena) {
    wire.invoice_id = arena.text(invoiceID)
    wire.issue_date = arena.text(issueDate)
    wire.due_date = arena.text(dueDate)
    wire.total = arena.money(total)
    wire.credited = arena.money(credited)
    wire.paid = arena.money(paid)
    wire.open = arena.money(open)
    wire.days_past_due = Int32(clamping: daysPastDue)
    wire.disputed = isDisputed ? 1 : 0
    wire.voided = isVoided ? 1 : 0
    wire.replaced_by = arena.text(replacedBy)
    wire.period_start = arena.text(periodStart)
    wire.period_end = arena.text(periodEnd)
    wire.invoice_url = arena.text(invoiceURL)
    wire.reconciliation_url = arena.text(reconciliationURL)
  }
}

extension Accountstatus__V1__BillingPayment: CMessage {
  static var initializer: Initializer { accountstatus__v1__billing_payment__init }
}

extension BillingPayment {
  fileprivate init(_ wire: Accountstatus__V1__BillingPayment) throws(FormError) {
    self.init(
      paymentID: try readIdentifier("paymentId", wire.payment_id),
      receivedAt: try readInstant("receivedAt", wire.received_at),
      amount: try readMoney("amount", wire.amount),
      unallocated: try readMoney("unallocated", wire.unallocated))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__BillingPayment, _ arena: MessageArena) {
    wire.payment_id = arena.text(paymentID)
    wire.received_at = arena.timestamp(receivedAt)
    wire.amount = arena.money(amount)
    wire.unallocated = arena.money(unallocated)
  }
}
