import AccountStatusModel
import JSONText

// What an InvoiceSummary says:
//
//   balanceAmount, currencyCode    required; one series of balances per currency
//   accountingDate                 since when the balance is so; never or absent: when observed
//   details                        parts of the same balance, so no more to report
//
// A balance that is the same as the one in effect at its date is no change, whatever its date.

extension DocumentImporter {
  private static let knownMembers: Set<String> = [
    "balanceAmount", "currencyCode", "currencySymbol", "accountingDate",
    "firstInvoiceCreationDate", "lastPaymentDate", "lastPaymentAmount", "latestInvoiceDate",
    "details", "links", "attributes",
  ]

  /// Reads an InvoiceSummary.
  func invoiceSummary(_ resource: Resource) throws(Remark) -> Reading {
    var reading = Reading()
    reading.remarks = resource.remarks(onMembersBeside: Self.knownMembers)
    let currency = try resource.currency("currencyCode")
    guard let balance = try resource.amount("balanceAmount", in: currency) else {
      throw resource.missing("balanceAmount", "1000.00")
    }
    let instant = try resource.instant("accountingDate") ?? observedAt
    let kind = FactKind.balanceReported(balance)
    guard ledger.balance(in: currency, at: instant) != balance else { return reading }
    if hasSaid(kind, about: .balance(currency), at: instant) {
      reading.remark(
        on: "balanceAmount", of: resource,
        "\(balance) was imported before, and another source states otherwise for \(instant)")
      return reading
    }
    reading.facts.append(
      try fact(numbered("balance/\(currency)"), effectiveAt: instant, kind: kind, in: resource))
    return reading
  }
}
