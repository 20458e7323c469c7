import AccountStatusModel
import JSONText

/// A billing page for a person: balances first, then months, invoices and payments.
struct BillingText {
  private static let longestBar = 40

  private let reply: JSONValue
  private let id: AccountID
  private let isColored: Bool
  /// Columns of the terminal; nil where there is none, and no bar then.
  private let width: Int?

  init(_ reply: JSONValue, of id: AccountID, for console: Console) {
    self.reply = reply
    self.id = id
    isColored = console.isColored
    width = console.width
  }

  /// Several lines, the last without its end.
  var text: String {
    var lines = ["\(id)  billing as of \(reply.string("asOf"))", ""]
    lines += balances
    for currency in currencies { lines += months(of: currency) }
    lines += invoices
    return (lines + payments).joined(separator: "\n")
  }

  private var currencies: [String] {
    reply.array("balances").compactMap { $0.money("balanceDue")?.currency.code }
  }

  // MARK: Balances

  private var balances: [String] {
    let rows = reply.array("balances").map { balance in
      ["balanceDue", "pastDue", "currentMonth", "unallocated"].map { balance.money($0) }
    }
    guard !rows.isEmpty else { return ["  nothing was invoiced or paid", ""] }
    var table = TextTable([.left, .right, .right, .right, .right])
    table.add(["", "BALANCE DUE", "PAST DUE", "THIS MONTH", "UNALLOCATED"])
    for (currency, row) in zip(currencies, rows) {
      table.add(
        [currency] + row.map { $0?.digits ?? "" },
        colors: [2: row[1].map { $0.isPositive ? .red : nil } ?? nil])
    }
    return table.lines(isColored) + [""]
  }

  // MARK: Months

  /// The months from the first in which anything happened; the last one always.
  private func months(of currency: String) -> [String] {
    let all = reply.array("history").filter {
      $0["amounts"]?.money("open")?.currency.code == currency
    }
    let first = all.firstIndex { row in
      Self.kinds.contains { kind in
        guard let money = row["amounts"]?.money(kind) else { return false }
        return money.billionths != 0
      }
    }
    let rows = all[(first ?? max(0, all.count - 1))...]
    guard !rows.isEmpty else { return [] }
    var table = TextTable([.left, .right, .right, .right, .right, .right, .left])
    table.add([currency, "INVOICED", "CREDITED", "PAID", "OPEN", "CHANGE", ""])
    for row in rows {
      let amounts = Self.kinds.map { row["amounts"]?.money($0)?.digits ?? "" }
      let change = row["trend"]?.money("open")
      let sign = change.map { $0.isPositive ? "+" : "" } ?? ""
      table.add([row.string("month")] + amounts + [sign + (change?.digits ?? ""), ""])
    }
    return bars(rows.map { $0["amounts"]?.money("open") }, beside: table.lines(isColored)) + [""]
  }

  private static let kinds = ["invoiced", "credited", "paid", "open"]

  /// Adds a bar to each line but the first, the longest for the largest amount.
  private func bars(_ amounts: [Money?], beside lines: [String]) -> [String] {
    guard let width, let longest = lines.map(\.count).max() else { return lines }
    let room = min(Self.longestBar, width - longest - 3)
    let most = amounts.compactMap { $0?.billionths }.max() ?? 0
    guard room >= 4, most > 0 else { return lines }
    return zip([nil] + amounts, lines).map { amount, line in
      guard let amount, amount.isPositive else { return line }
      // Eighths of a column; an open amount, however small, shows.
      let eighths = max(1, Int(amount.billionths * Int128(room * 8) / most))
      var bar = String(repeating: "█", count: eighths / 8)
      if eighths % 8 > 0 { bar.append(Self.partialBlocks[eighths % 8 - 1]) }
      return line.padded(longest) + "  " + Color.yellow.paint(bar, if: isColored)
    }
  }

  private static let partialBlocks = Array("▏▎▍▌▋▊▉")

  // MARK: Invoices

  private var invoices: [String] {
    let invoices = reply.array("invoices")
    guard !invoices.isEmpty else { return ["  no invoices", ""] }
    var table = TextTable([.left, .left, .left, .right, .right, .left, .left])
    table.add(["INVOICE", "ISSUED", "DUE", "TOTAL", "OPEN", "", ""])
    for invoice in invoices {
      let (status, color) = Self.status(of: invoice)
      table.add(
        [
          invoice.string("invoiceId"), invoice.string("issueDate"), invoice.string("dueDate"),
          invoice.money("total")?.digits ?? "", invoice.money("open")?.digits ?? "",
          invoice.money("open")?.currency.code ?? "", status,
        ], colors: [6: color])
    }
    var lines = table.lines(isColored)
    // Where to read what is to be paid.
    for invoice in invoices.reversed() where invoice.money("open")?.isPositive == true {
      guard let place = invoices.firstIndex(of: invoice) else { continue }
      for link in ["reconciliationUrl", "invoiceUrl"] where !invoice.string(link).isEmpty {
        lines.insert("    \(invoice.string(link).printable)", at: place + 2)
      }
    }
    if reply["nextPageToken"] != nil {
      lines.append("  and more; show them with --invoices \(invoices.count * 10)")
    }
    return lines + [""]
  }

  /// What has become of an invoice, in words.
  private static func status(of invoice: JSONValue) -> (String, Color?) {
    if invoice.flag("voided") {
      let other = invoice.string("replacedBy")
      return (other.isEmpty ? "voided" : "voided, replaced by \(other)", .gray)
    }
    guard invoice.money("open")?.isPositive == true else { return (settled(invoice), .gray) }
    let days = Int(invoice.number("daysPastDue")) ?? 0
    let disputed = invoice.flag("disputed") ? ", disputed" : ""
    if days > 0 { return ("\(counted(days, "day")) past due\(disputed)", .red) }
    return ((days == 0 ? "due today" : "due in \(counted(-days, "day"))") + disputed, .yellow)
  }

  private static func settled(_ invoice: JSONValue) -> String {
    let isPaid = invoice.money("paid")?.isPositive == true
    let isCredited = invoice.money("credited")?.isPositive == true
    switch (isPaid, isCredited) {
    case (true, true): return "paid and credited"
    case (true, false): return "paid"
    case (false, true): return "credited"
    case (false, false): return "nothing to pay"
    }
  }
}

// MARK: - Payments

extension BillingText {
  private var payments: [String] {
    let latest = reply["latestPayment"].map {
      "\($0.string("paymentId")), \($0.money("amount")?.description ?? "") at "
        + $0.string("receivedAt")
    }
    var lines = ["  latest payment  \(latest ?? "none")"]
    let unallocated = reply.array("unallocatedPayments")
    for (index, payment) in unallocated.enumerated() {
      let label = index == 0 ? "unallocated   " : "              "
      lines.append(
        "  \(label)  \(payment.string("paymentId")), \(payment.money("unallocated")?.description ?? "")"
          + " of \(payment.money("amount")?.description ?? "") received at "
          + payment.string("receivedAt"))
    }
    guard !unallocated.isEmpty else { return lines }
    guard let fact = allocation(of: unallocated) else {
      return lines + ["  no invoice of its currency is open; allocate it when one is"]
    }
    // An id may hold the quote that ends it in a shell.
    let quoted = fact.replacing("'", with: #"'\''"#)
    return lines + ["  allocate it with  echo '\(quoted)' | accountstatus report -"]
  }

  /// A fact that gives the first payment that can be given to the first invoice that it can go to.
  private func allocation(of payments: [JSONValue]) -> String? {
    for payment in payments {
      for invoice in reply.array("invoices") {
        guard let rest = payment.money("unallocated"), let open = invoice.money("open"),
          open.isPositive, open.currency == rest.currency
        else { continue }
        let amount = rest.billionths < open.billionths ? rest : open
        return fact(
          payment.string("paymentId"), invoice.string("invoiceId"), amount.json
        ).text()
      }
    }
    return nil
  }

  private func fact(_ payment: String, _ invoice: String, _ amount: JSONValue) -> JSONValue {
    .object([
      "accountId": .string(id.text), "source": .string(FactOptions.source.text),
      "factId": .string("\(id)/allocate/\(payment)/\(invoice)"),
      "effectiveAt": .string(reply.string("asOf")),
      "paymentAllocated": .object([
        "paymentId": .string(payment),
        "allocations": .array([
          .object(["invoiceId": .string(invoice), "amount": amount])
        ]),
      ]),
    ])
  }
}

extension JSONValue {
  /// An amount of money; nil where it is absent or unreadable.
  func money(_ member: String) -> Money? {
    guard let value = self[member], let units = Int64(value.number("units")),
      let nanos = Int32(value.number("nanos")),
      let currency = try? Currency(value.string("currencyCode"))
    else { return nil }
    return try? Money(currency, units: units, nanos: nanos)
  }
}

extension Money {
  /// The amount without its currency: `1000.00`.
  fileprivate var digits: String { String(description.dropLast(4)) }

  /// The amount as the contract's JSON.
  fileprivate var json: JSONValue {
    var members: [JSONObject.Member] = [
      .init("currencyCode", .string(currency.code)), .init("units", .string(String(units ?? 0))),
    ]
    if nanos != 0 { members.append(.init("nanos", .number(JSONNumber(nanos)))) }
    return .object(JSONObject(members))
  }
}
