internal import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// Which invoices of a billing view are asked for, and at which point of time.
package struct BillingQuery: Sendable {
  package var asOf: Instant
  /// Nil: everything stored.
  package var knownAt: Instant?
  package var months: Int
  /// The last invoice of the page before; nil: this is the first page.
  package var after: Cursor?
  package var limit: Int

  /// An invoice's place in the order of invoices.
  package struct Cursor: Sendable, Hashable {
    package var isOpen: Bool
    package var dueDate: CalendarDay
    package var invoiceID: Identifier

    /// The place of an invoice.
    package init(of invoice: BillingInvoice) {
      self.init(
        isOpen: invoice.open.isPositive, dueDate: invoice.dueDate, invoiceID: invoice.invoiceID)
    }

    init(isOpen: Bool, dueDate: CalendarDay, invoiceID: Identifier) {
      self.isOpen = isOpen
      self.dueDate = dueDate
      self.invoiceID = invoiceID
    }
  }

  package init(
    asOf: Instant, knownAt: Instant? = nil, months: Int = 12, after: Cursor? = nil, limit: Int = 100
  ) {
    self.asOf = asOf
    self.knownAt = knownAt
    self.months = months
    self.after = after
    self.limit = limit
  }
}

/// A page of a billing view, and where the next one begins. Made on a worker.
package struct BillingPage: Sendable {
  /// The most currencies of a view: several times as many as there are.
  package static let maximumCurrencies = 500
  /// The most unallocated payments of a view.
  package static let maximumPayments = 1000
  /// Bytes of the texts of a page's invoices, the last one's aside.
  package static let maximumTextBytes = 1 << 20

  package var view: BillingView
  /// Empty: this is the last page.
  package var nextToken: String

  /// Nil: the account is not registered then.
  package init?(_ query: BillingQuery, of snapshot: AccountSnapshot) throws(RPCError) {
    guard
      var view = billing(
        of: snapshot.facts, asOf: query.asOf, knownAt: query.knownAt, months: query.months)
    else { return nil }
    if let amount = view.unwritableAmount { throw .outOfRange(amount) }
    guard view.balances.count <= Self.maximumCurrencies else {
      throw .tooManyCurrencies(view.balances.count)
    }
    let rest = view.invoices.drop { invoice in query.after.map { invoice.isUpTo($0) } ?? false }
    let page = rest.prefix(Self.count(rest, limit: query.limit))
    view.invoices = Array(page)
    if query.after != nil {
      view.balances = []
      view.history = []
      view.latestPayment = nil
      view.unallocatedPayments = []
    }
    view.unallocatedPayments = Array(view.unallocatedPayments.prefix(Self.maximumPayments))
    self.view = view
    let knownAt = query.knownAt ?? snapshot.facts.stored.last?.recordedAt
    nextToken =
      page.count < rest.count
      ? page.last.map { BillingPageToken(query.asOf, knownAt, .init(of: $0)).text } ?? "" : ""
  }

  /// How many invoices there are room for: one at least.
  private static func count(_ invoices: ArraySlice<BillingInvoice>, limit: Int) -> Int {
    var bytes = 0
    var count = 0
    for invoice in invoices.prefix(limit) where bytes < maximumTextBytes {
      bytes += invoice.invoiceURL.utf8.count + invoice.reconciliationURL.utf8.count
      count += 1
    }
    return count
  }
}

/// Where a page of invoices begins, and the point of time that all pages are of.
struct BillingPageToken: Equatable {
  let asOf: Instant
  let knownAt: Instant?
  let after: BillingQuery.Cursor

  init(_ asOf: Instant, _ knownAt: Instant?, _ after: BillingQuery.Cursor) {
    self.asOf = asOf
    self.knownAt = knownAt
    self.after = after
  }

  /// Reads what `text` wrote; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, let asOf = Instant(pageToken: parts[0]),
      parts[2] == "o" || parts[2] == "s",
      let day = Int32(parts[3]), let id = try? Identifier(String(parts[4]))
    else { return nil }
    let knownAt = Instant(pageToken: parts[1])
    guard knownAt != nil || parts[1].isEmpty else { return nil }
    self.init(
      asOf, knownAt,
      BillingQuery.Cursor(
        isOpen: parts[2] == "o", dueDate: CalendarDay(number: day), invoiceID: id))
  }

  var text: String {
    let known = knownAt?.pageToken ?? ""
    return "\(asOf.pageToken).\(known).\(after.isOpen ? "o" : "s").\(after.dueDate.number)."
      + after.invoiceID.text
  }
}

extension BillingInvoice {
  /// Whether it stands at a place or before it: open ones by due date, then the others, newest due
  /// date first, then by id.
  fileprivate func isUpTo(_ place: BillingQuery.Cursor) -> Bool {
    if open.isPositive != place.isOpen { return open.isPositive }
    if dueDate != place.dueDate { return (dueDate < place.dueDate) == place.isOpen }
    return invoiceID <= place.invoiceID
  }
}

extension BillingView {
  /// An amount whose units do not fit 64 bits; nil: all do. Sums alone can be that large.
  fileprivate var unwritableAmount: Money? {
    for balance in balances {
      for amount in [
        balance.balanceDue, balance.pastDue, balance.currentMonth, balance.unallocated,
      ] where amount.units == nil {
        return amount
      }
    }
    for month in history {
      for amounts in [month.amounts, month.trend] {
        for amount in [amounts.invoiced, amounts.credited, amounts.paid, amounts.open]
        where amount.units == nil {
          return amount
        }
      }
    }
    for invoice in invoices {
      for amount in [invoice.credited, invoice.paid, invoice.open] where amount.units == nil {
        return amount
      }
    }
    return nil
  }
}

extension RPCError {
  fileprivate static func outOfRange(_ amount: Money) -> RPCError {
    RPCError(
      .amountOutOfRange,
      "a sum is \(amount), and the units of an amount must fit 64 bits; ask about an earlier time, "
        + "or retract the facts that are wrong")
  }

  fileprivate static func tooManyCurrencies(_ count: Int) -> RPCError {
    RPCError(
      .tooMuch,
      "the account has amounts in \(count) currencies; at most \(BillingPage.maximumCurrencies) "
        + "can be shown: retract the facts that are wrong")
  }
}
