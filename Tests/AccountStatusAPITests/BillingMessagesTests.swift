import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct BillingMessagesTests {
  @Test func `a question keeps what it asks`() throws {
    let request = GetBillingRequest(
      accountID: "acct-1", asOf: "2026-10-30T00:00:00Z", knownAt: "2026-11-01T00:00:00Z",
      months: 120, pageSize: 7, pageToken: "t", atLeast: [1])
    #expect(try GetBillingRequest.decode(request.encoded()) == request)
    #expect(request.monthCount == 120)
    #expect(request.pageLimit == 7)
    #expect(GetBillingRequest(accountID: "a").monthCount == 12)
    #expect(GetBillingRequest(accountID: "a").pageLimit == 100)
  }

  @Test func `more months than a history has are refused`() {
    let error = #expect(throws: FormError.self) {
      try GetBillingRequest.decode(GetBillingRequest(accountID: "a", months: 121).encoded())
    }
    #expect(error?.field == "months")
  }

  @Test func `an answer keeps what it says`() throws {
    var samples = Samples(seed: 11)
    for _ in 0..<100 {
      let response = GetBillingResponse(
        view: samples.billing(), nextPageToken: samples.text(), token: [1, 2])
      #expect(try GetBillingResponse.decode(response.encoded()) == response)
    }
  }

  @Test func `a full page of the smallest rows fits its arena`() throws {
    let zero = Money("EUR", billionths: 0)
    let amounts = MonthlyAmounts(invoiced: zero, credited: zero, paid: zero, open: zero)
    let month = BillingMonth(
      month: CalendarMonth(of: "2026-01-01"), amounts: amounts, trend: amounts)
    let invoice = BillingInvoice(
      invoiceID: "i", issueDate: "2026-01-01", dueDate: "2026-01-01", total: zero, credited: zero,
      paid: zero, open: zero, daysPastDue: 0)
    let payment = BillingPayment(
      paymentID: "p", receivedAt: "1970-01-01T00:00:00Z", amount: zero, unallocated: zero)
    let response = GetBillingResponse(
      view: BillingView(
        asOf: "1970-01-01T00:00:00Z", history: Array(repeating: month, count: 1200),
        invoices: Array(repeating: invoice, count: 1000),
        unallocatedPayments: Array(repeating: payment, count: 1000)), token: [])
    #expect(response.encoded().count < 1 << 20)
    #expect(try GetBillingResponse.decode(response.encoded()) == response)
  }

  @Test func `what is malformed in an answer is named`() throws {
    var samples = Samples(seed: 12)
    let view = samples.billing()
    let bytes = GetBillingResponse(view: view, token: []).encoded()
    // Another balance, an empty one.
    let error = #expect(throws: FormError.self) {
      try GetBillingResponse.decode(bytes + [0x0a, 0])
    }
    #expect(error?.field == "balances[\(view.balances.count)].balanceDue")
    let month = #expect(throws: FormError.self) {
      try GetBillingResponse.decode([0x32, 0, 0x12, 0])
    }
    #expect(month?.field == "history[0].month")
  }
}

extension Samples {
  fileprivate mutating func billing() -> BillingView {
    BillingView(
      asOf: instant(), balances: (0..<number(0...2)).map { _ in balance() },
      history: (0..<number(0...3)).map { _ in
        BillingMonth(month: CalendarMonth(of: day()), amounts: amounts(), trend: amounts())
      },
      invoices: (0..<number(0...3)).map { _ in invoice() },
      latestPayment: chance() ? payment() : nil,
      unallocatedPayments: (0..<number(0...2)).map { _ in payment() })
  }

  private mutating func balance() -> CurrencyBalance {
    CurrencyBalance(
      balanceDue: money(), pastDue: money(), currentMonth: money(), unallocated: money())
  }

  private mutating func amounts() -> MonthlyAmounts {
    MonthlyAmounts(invoiced: money(), credited: money(), paid: money(), open: money())
  }

  private mutating func payment() -> BillingPayment {
    BillingPayment(
      paymentID: identifier(), receivedAt: instant(), amount: money(), unallocated: money())
  }

  private mutating func invoice() -> BillingInvoice {
    var invoice = BillingInvoice(
      invoiceID: identifier(), issueDate: day(), dueDate: day(), total: money(),
      credited: money(), paid: money(), open: money(), daysPastDue: number(-40_000...100_000))
    invoice.isDisputed = chance()
    invoice.isVoided = chance()
    invoice.replacedBy = chance() ? identifier() : nil
    invoice.periodStart = chance() ? day() : nil
    invoice.periodEnd = chance() ? day() : nil
    invoice.invoiceURL = text()
    invoice.reconciliationURL = text()
    return invoice
  }
}
