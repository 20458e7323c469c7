import AccountStatusModel

/// What an account owes while the sweep goes on: its invoices, credits, payments and disputes.
///
/// The terms of every invoice and payment are given before the first step (`expect`), so that
/// what another currency says is left out at once. Sums are exact: 128 bits hold 10^10 amounts
/// of the wire's size.
struct Receivables {
  struct Invoice {
    /// Nil: no fact that counts issues it.
    var terms: (due: CalendarDay, total: Money)?
    var isIssued = false
    var isVoided = false
    var isDisputed = false
    /// Credits and what payments give.
    var settled: Int128 = 0
    var open: Int128 = 0
    var isLate = false

    var isOpenDispute: Bool { isDisputed && open > 0 }

    /// An allocation to any other invoice has no effect and uses up nothing of the payment, or
    /// what was paid on a voided invoice could never be given to the one that replaces it.
    var takesPayments: Bool { isIssued && !isVoided }
  }

  struct Payment {
    /// Nil: no fact that counts says it was received.
    var amount: Money?
    var isReceived = false
    var isReversed = false
    /// The first and the last of its effective allocations, in the order in which they are taken.
    var firstAllotment: Int32 = -1
    var lastAllotment: Int32 = -1
    /// The sum of those that its invoices take, as far as the payment goes or further.
    var asked: Int128 = 0
    /// What is taken of it.
    var given: Int128 = 0

    var isInForce: Bool { isReceived && !isReversed }
    var limit: Int128 { amount?.billionths ?? 0 }
    var isUnallocated: Bool { isInForce && asked < limit }
  }

  private struct Credit {
    var isApplied = false
  }

  private struct Allotment {
    var isEffective = false
    /// The payment's next one, or -1: lists of their own would be allocated in every sweep.
    var next: Int32 = -1
    var given: Int128 = 0
  }

  /// Invoices far enough past due for the edition's rule.
  private(set) var pastDue: ReasonSubjects
  /// How many invoices are open.
  private(set) var openInvoices = 0
  /// How many payments in force exceed their allocations.
  private(set) var unallocatedPayments = 0

  /// The days past due that the edition's rule asks for; nil: it has no billing rule.
  let fewestDays: Int32?

  private let allocations: [NumberedAllocation]
  private let allocationsOfInvoice: [[Int32]]
  private(set) var invoices: [Invoice]
  private(set) var payments: [Payment]
  private var allotments: [Allotment]
  private var credits: [Credit]
  private var lateInvoices = 0
  private var disputedInvoices = 0
  /// Of the currencies whose balance is reported, the sum of their open invoices.
  private var openSums: [Currency: Int128] = [:]

  init(_ index: FactIndex, rule: BillingRule?) {
    allocations = index.names.allocations
    allocationsOfInvoice = index.names.allocationsOfInvoice
    fewestDays = rule?.pastDue.fewestDays
    invoices = Array(count: index.names.invoices.count, of: Invoice())
    payments = Array(count: index.names.payments.count, of: Payment())
    allotments = Array(count: index.names.allocations.count, of: Allotment())
    credits = Array(count: index.names.credits.count, of: Credit())
    pastDue = ReasonSubjects(count: index.names.invoices.count, isApplicable: rule != nil)
  }

  /// Some open invoice is a day late or more, and is not among the listed reasons.
  func isDelinquent(listing reasons: Int) -> Bool { lateInvoices > reasons }

  /// Some open invoice is disputed.
  var hasDisputed: Bool { disputedInvoices > 0 }

  /// The sum of the open invoices of a currency whose balance is reported, in billionths.
  func open(in currency: Currency) -> Int128 { openSums[currency] ?? 0 }

  /// What is open of an invoice; nil: no fact that counts issues it.
  func open(of invoice: Int32) -> Money? {
    let invoice = invoices[Int(invoice)]
    return invoice.terms.map { Money($0.total.currency, billionths: invoice.open) }
  }

  /// When an invoice is due; nil: no fact that counts issues it.
  func dueDate(of invoice: Int32) -> CalendarDay? { invoices[Int(invoice)].terms?.due }
}

extension Receivables {
  /// Gives the terms of an invoice that is still to be issued.
  mutating func expect(invoice: Int32, due: CalendarDay, total: Money) {
    invoices[Int(invoice)].terms = (due, total)
  }

  /// Gives the amount of a payment that is still to be received.
  mutating func expect(payment: Int32, amount: Money) {
    payments[Int(payment)].amount = amount
  }

  /// Says that a balance of a currency is going to be reported.
  mutating func expectBalance(in currency: Currency) { openSums[currency] = 0 }

  /// Looks again at how late an invoice is.
  mutating func dayBegins(_ day: CalendarDay, for invoice: Int32) {
    update(invoice, on: day) { _ in }
  }

  mutating func issue(_ invoice: Int32, on day: CalendarDay) {
    update(invoice, on: day) { $0.isIssued = true }
  }

  mutating func void(_ invoice: Int32, on day: CalendarDay) {
    update(invoice, on: day) { $0.isVoided = true }
  }

  mutating func dispute(_ invoice: Int32, isOpen: Bool, on day: CalendarDay) {
    update(invoice, on: day) { $0.isDisputed = isOpen }
  }

  mutating func credit(
    _ credit: Int32, _ amount: Money, to invoice: Int32, on day: CalendarDay
  ) {
    guard !credits[Int(credit)].isApplied else { return }
    credits[Int(credit)].isApplied = true
    guard invoices[Int(invoice)].terms?.total.currency == amount.currency else { return }
    update(invoice, on: day) { $0.settled += amount.billionths }
  }

  mutating func beginWaiver(of invoice: Int32?) { pastDue.beginWaiver(of: invoice) }

  mutating func endWaiver(of invoice: Int32?) { pastDue.endWaiver(of: invoice) }

  /// Notes, once all of an instant is applied, whether the reason holds at it.
  mutating func settle(at instant: Instant) { pastDue.settle(at: instant) }

  /// Changes an invoice and whatever is counted of it.
  private mutating func update(
    _ number: Int32, on day: CalendarDay, _ change: (inout Invoice) -> Void
  ) {
    var invoice = invoices[Int(number)]
    let before = invoice
    change(&invoice)
    guard let (due, total) = invoice.terms else {
      invoices[Int(number)] = invoice
      return
    }
    invoice.open = invoice.takesPayments ? max(0, total.billionths - invoice.settled) : 0
    let isOpen = invoice.open > 0
    let daysPastDue = day.days(since: due)
    invoice.isLate = isOpen && daysPastDue >= 1
    invoices[Int(number)] = invoice

    if !openSums.isEmpty { openSums[total.currency]? += invoice.open - before.open }
    openInvoices += (isOpen ? 1 : 0) - (before.open > 0 ? 1 : 0)
    lateInvoices += (invoice.isLate ? 1 : 0) - (before.isLate ? 1 : 0)
    disputedInvoices += (invoice.isOpenDispute ? 1 : 0) - (before.isOpenDispute ? 1 : 0)
    if let fewestDays {
      pastDue.set(number, holds: isOpen && daysPastDue >= Int(fewestDays))
    }
    if before.takesPayments != invoice.takesPayments { askPayments(of: number, on: day) }
  }
}

extension Receivables {
  mutating func receive(
    _ payment: Int32, allocations: Range<Int32>, on day: CalendarDay
  ) {
    guard !payments[Int(payment)].isReceived else { return }
    // The payment's own allocations are taken in its fact's place: after those dated earlier.
    allocate(payment, allocations: allocations, on: day)
    updatePayment(payment) { $0.isReceived = true }
    settle(payment, on: day)
  }

  mutating func reverse(_ payment: Int32, on day: CalendarDay) {
    guard !payments[Int(payment)].isReversed else { return }
    updatePayment(payment) { $0.isReversed = true }
    settle(payment, on: day)
  }

  mutating func allocate(_ payment: Int32, allocations places: Range<Int32>, on day: CalendarDay) {
    for place in places where isInOneCurrency(allocations[Int(place)]) {
      link(place, to: payment)
      guard invoices[Int(allocations[Int(place)].invoice)].takesPayments else { continue }
      let amount = allocations[Int(place)].amount.billionths
      updatePayment(payment) { $0.asked += amount }
      let state = payments[Int(payment)]
      if state.isInForce { give(min(amount, state.limit - state.given), at: place, on: day) }
    }
  }

  /// An allocation takes effect: it comes after the payment's others.
  private mutating func link(_ place: Int32, to payment: Int32) {
    let last = payments[Int(payment)].lastAllotment
    if last < 0 {
      payments[Int(payment)].firstAllotment = place
    } else {
      allotments[Int(last)].next = place
    }
    payments[Int(payment)].lastAllotment = place
    allotments[Int(place)].isEffective = true
  }

  private func isInOneCurrency(_ allocation: NumberedAllocation) -> Bool {
    let currency = allocation.amount.currency
    return payments[Int(allocation.payment)].amount?.currency == currency
      && invoices[Int(allocation.invoice)].terms?.total.currency == currency
  }

  /// An invoice begins or ceases to take payments: whatever was allocated to it follows.
  private mutating func askPayments(of invoice: Int32, on day: CalendarDay) {
    let takes = invoices[Int(invoice)].takesPayments
    for place in allocationsOfInvoice[Int(invoice)] where allotments[Int(place)].isEffective {
      let payment = allocations[Int(place)].payment
      let amount = allocations[Int(place)].amount.billionths
      updatePayment(payment) { $0.asked += takes ? amount : -amount }
      let state = payments[Int(payment)]
      guard state.isInForce else { continue }
      // Where the payment suffices for all that is asked, its other allocations stay as they are.
      if max(state.asked, takes ? 0 : state.asked + amount) <= state.limit {
        give(takes ? amount : 0, at: place, on: day)
      } else {
        settle(payment, on: day)
      }
    }
  }

  /// Takes a payment's allocations in their order until it is used up.
  ///
  /// Its cost is the payment's allocations. It is paid when the payment comes or is reversed, and
  /// for each change of an invoice of a payment that is allocated to more than it holds.
  private mutating func settle(_ payment: Int32, on day: CalendarDay) {
    var rest = payments[Int(payment)].isInForce ? payments[Int(payment)].limit : 0
    var place = payments[Int(payment)].firstAllotment
    while place >= 0 {
      let allocation = allocations[Int(place)]
      let takes = invoices[Int(allocation.invoice)].takesPayments
      let given = takes ? min(allocation.amount.billionths, rest) : 0
      rest -= given
      give(given, at: place, on: day)
      place = allotments[Int(place)].next
    }
  }

  private mutating func give(_ amount: Int128, at place: Int32, on day: CalendarDay) {
    let difference = amount - allotments[Int(place)].given
    guard difference != 0 else { return }
    allotments[Int(place)].given = amount
    payments[Int(allocations[Int(place)].payment)].given += difference
    update(allocations[Int(place)].invoice, on: day) { $0.settled += difference }
  }

  private mutating func updatePayment(_ payment: Int32, _ change: (inout Payment) -> Void) {
    let wasUnallocated = payments[Int(payment)].isUnallocated
    change(&payments[Int(payment)])
    unallocatedPayments +=
      (payments[Int(payment)].isUnallocated ? 1 : 0) - (wasUnallocated ? 1 : 0)
  }
}
