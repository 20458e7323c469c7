import AccountStatusModel

/// The months up to that of an instant, each as it stood at its end, or at the instant in its own.
struct BillingHistory {
  /// In billionths.
  private struct Sums {
    var invoiced: Int128 = 0
    var credited: Int128 = 0
    var paid: Int128 = 0
    var open: Int128 = 0
  }

  let currencies: [Currency]
  private let asOf: Instant
  /// The one before the first that is shown: the first trend is measured against it.
  private let before: CalendarMonth
  private let monthCount: Int
  /// By currency, then month.
  private var sums: [Sums]
  private let places: [Currency: Int]

  /// No amounts yet; of many currencies fewer months than asked for, none before 1970.
  init(_ currencies: [Currency], asOf: Instant, months: Int) {
    let last = CalendarMonth(of: asOf.day)
    let known = last.months(since: CalendarMonth(of: CalendarDay.range.lowerBound)) + 1
    let fitting = max(1, maximumBillingRows / max(1, currencies.count))
    let shown = min(max(1, months), maximumBillingMonths, known, fitting)
    self.currencies = currencies
    self.asOf = asOf
    before = last.adding(months: -shown)
    monthCount = shown + 1
    sums = Array(repeating: Sums(), count: currencies.count * monthCount)
    places = Dictionary(
      uniqueKeysWithValues: zip(currencies, stride(from: 0, to: sums.count, by: monthCount)))
  }

  /// The instant that a month is shown at.
  private func end(_ month: CalendarMonth) -> Instant { min(month.end ?? asOf, asOf) }

  private func place(_ currency: Currency, _ month: CalendarMonth) -> Int? {
    let offset = month.months(since: before)
    guard let start = places[currency], (0..<monthCount).contains(offset) else { return nil }
    return start + offset
  }

  /// Adds what was issued, credited and paid; what ended by its month's end is left out.
  mutating func add(_ entries: BillingEntries) {
    for (number, invoice) in entries.invoices.enumerated() {
      guard let invoice else { continue }
      let month = CalendarMonth(of: invoice.content.issueDate)
      add(invoice.content.total, to: \.invoiced, in: month, until: entries.voidedAt[number])
    }
    for (credit, at) in entries.effectiveCredits {
      let voidedAt = entries.voidedAt[Int(credit.invoice)]
      add(credit.amount, to: \.credited, in: CalendarMonth(of: at.day), until: voidedAt)
    }
    for (number, payment) in entries.payments.enumerated() {
      guard let payment else { continue }
      let month = CalendarMonth(of: payment.effectiveAt.day)
      add(payment.amount, to: \.paid, in: month, until: entries.reversedAt[number])
    }
  }

  private mutating func add(
    _ amount: Money, to kind: WritableKeyPath<Sums, Int128>, in month: CalendarMonth,
    until ended: Instant?
  ) {
    guard let place = place(amount.currency, month) else { return }
    if let ended, ended <= end(month) { return }
    sums[place][keyPath: kind] += amount.billionths
  }

  /// Adds what was open of each currency, in their order, at the end of each month in turn.
  mutating func addOpen(_ open: (Instant, [Currency]) -> [Int128]) {
    for offset in 0..<monthCount {
      let amounts = open(end(before.adding(months: offset)), currencies)
      for (place, amount) in amounts.enumerated() {
        sums[place * monthCount + offset].open = amount
      }
    }
  }
}

extension BillingHistory {
  /// What was invoiced in the last month, in billionths.
  func currentMonth(_ currency: Currency) -> Int128 {
    places[currency].map { sums[$0 + monthCount - 1].invoiced } ?? 0
  }

  /// By currency, then month, with the change from the month before.
  var rows: [BillingMonth] {
    var rows: [BillingMonth] = []
    rows.reserveCapacity(sums.count)
    for (start, currency) in zip(stride(from: 0, to: sums.count, by: monthCount), currencies) {
      for offset in 1..<monthCount {
        let (now, then) = (sums[start + offset], sums[start + offset - 1])
        rows.append(
          BillingMonth(
            month: before.adding(months: offset), amounts: amounts(now, Sums(), currency),
            trend: amounts(now, then, currency)))
      }
    }
    return rows
  }

  private func amounts(_ now: Sums, _ then: Sums, _ currency: Currency) -> MonthlyAmounts {
    func difference(_ kind: KeyPath<Sums, Int128>) -> Money {
      Money(currency, billionths: now[keyPath: kind] - then[keyPath: kind])
    }
    return MonthlyAmounts(
      invoiced: difference(\.invoiced), credited: difference(\.credited), paid: difference(\.paid),
      open: difference(\.open))
  }
}
