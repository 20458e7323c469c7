import AccountStatusModel
import JSONText

// What an Invoice says, and what of it the ledger lacks:
//
//   id, invoiceDate, totalCharges, currencyCode     required; there is no due date: the default term
//   paidAmount                                      paid so far, with either sign
//   documentType void_note, or status void          the invoice is void from its date
//   documentType adjustment_note, amendments        part of the total already: remarks only

extension DocumentImporter {
  private static let knownMembers: Set<String> = [
    "id", "invoiceDate", "billingPeriodStartDate", "billingPeriodEndDate", "totalCharges",
    "paidAmount", "currencyCode", "currencySymbol", "pdfDownloadLink", "invoiceDetails",
    "documentType", "invoiceType", "status", "state", "amendments", "amendsOf", "taxReceipts",
    "links", "attributes",
  ]

  /// Reads an Invoice.
  func invoice(_ resource: Resource) throws(Remark) -> Reading {
    var reading = Reading()
    reading.remarks = resource.remarks(onMembersBeside: Self.knownMembers)
    let id = try resource.identifier("id")
    guard let type = documentType(of: resource, &reading) else { return reading }
    guard let issuedAt = try resource.instant("invoiceDate") else {
      throw resource.missing("invoiceDate", "\"2026-07-01T00:00:00Z\"")
    }
    let currency = try resource.currency("currencyCode")
    guard let total = try resource.amount("totalCharges", in: currency) else {
      throw resource.missing("totalCharges", "1000.00")
    }
    let paid = try resource.amount("paidAmount", in: currency)
    let stated = InvoiceIssued(
      invoiceID: id, issueDate: issuedAt.day, total: total,
      periodStart: day("billingPeriodStartDate", of: resource, &reading),
      periodEnd: day("billingPeriodEndDate", of: resource, &reading),
      invoiceURL: link(resource.text("pdfDownloadLink"), "pdfDownloadLink", resource, &reading),
      reconciliationURL: link(
        lineItemsLink(of: resource), "invoiceDetails[0].links.self.uri", resource, &reading))

    // A void document of an invoice that is known only voids it: its date may be the voiding's.
    if type == .invoice || ledger.invoice(id).issued.isEmpty {
      try issue(stated, at: issuedAt, resource, &reading)
    }
    try void(id, type, at: issuedAt, resource, &reading)
    if let paid { try pay(paid, of: stated, resource, &reading) }
    remarkOnAmendments(of: resource, &reading)
    return reading
  }

  // MARK: - What kind of document it is

  private enum DocumentType {
    case invoice
    case voidNote
  }

  /// What the document does to the ledger; `nil`, with a remark that says why, when nothing.
  private func documentType(of resource: Resource, _ reading: inout Reading) -> DocumentType? {
    var type = DocumentType.invoice
    switch resource.word("documentType") {
    case nil, "", "invoice": break
    case "voidnote": type = .voidNote
    case "adjustmentnote":
      reading.remarks.append(
        Remark(
          path: resource.path(of: "documentType"),
          "an adjustment note changes nothing: the invoice's totalCharges includes it"))
      return nil
    default:
      // Taking it for an invoice could suspend an account over a credit.
      reading.remarks.append(
        Remark(
          path: resource.path(of: "documentType"),
          "\(resource.shown("documentType")) is not known, so the document was left out; "
            + "invoice, void_note and adjustment_note are known"))
      return nil
    }
    switch resource.word("status") {
    case nil, "", "active": break
    case "void", "voided": type = .voidNote
    default:
      reading.remarks.append(
        Remark(
          path: resource.path(of: "status"),
          "\(resource.shown("status")) is not known and was left out"))
    }
    return type
  }

  private func remarkOnAmendments(of resource: Resource, _ reading: inout Reading) {
    if let amended = resource.text("amendsOf") {
      reading.remarks.append(
        Remark(path: resource.path(of: "amendsOf"), "\(amended) itself is not changed by this"))
    }
    guard case .array(let amendments)? = resource.object["amendments"] else { return }
    for (index, amendment) in amendments.enumerated() {
      var name = "an amendment"
      if case .string(let id)? = amendment["id"] { name = "the amendment \(id)" }
      reading.remarks.append(
        Remark(
          path: resource.path(of: "amendments[\(index)]"),
          "\(name) changes nothing: the invoice's totalCharges includes it"))
    }
  }

  // MARK: - What may be absent

  /// A date that no rule reads; a malformed one is left out.
  private func day(
    _ member: String, of resource: Resource, _ reading: inout Reading
  ) -> CalendarDay? {
    do throws(Remark) {
      return try resource.instant(member)?.day
    } catch {
      reading.remarks.append(Remark(path: error.path, error.text + "; it was left out"))
      return nil
    }
  }

  /// The link to the first part's line items, which are what is reconciled.
  private func lineItemsLink(of resource: Resource) -> String? {
    guard case .array(let details)? = resource.object["invoiceDetails"],
      case .string(let uri)? = details.first?["links"]?["self"]?["uri"]
    else { return nil }
    return uri
  }

  private func link(
    _ text: String?, _ member: String, _ resource: Resource, _ reading: inout Reading
  ) -> String {
    guard let text else { return "" }
    guard text.utf8.count <= Fact.maximumTextLength else {
      reading.remarks.append(
        Remark(
          path: resource.path(of: member),
          "has \(text.utf8.count) bytes and was left out; at most \(Fact.maximumTextLength) fit"))
      return ""
    }
    return text
  }

  // MARK: - What the ledger lacks

  /// Reports the invoice where it is new, and anew where a rule reads it differently.
  ///
  /// An invoice is stated once, so what an earlier import stated is retracted first. What another
  /// source stated is not ours to retract.
  private func issue(
    _ stated: InvoiceIssued, at instant: Instant, _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) {
    let name = "invoice/\(stated.invoiceID)"
    let known = ledger.invoice(stated.invoiceID).issued
    let different = known.filter { !$0.invoice.agrees(with: stated) }
    guard known.isEmpty || !different.isEmpty else { return }
    for (fact, old) in different where fact.identity.source != Self.source {
      reading.remarks.append(
        Remark(
          path: resource.path,
          "\(stated.invoiceID) differs from what \(fact.identity.source) stated as "
            + "\(fact.identity.factID) (\(old.total), issued \(old.issueDate)) and was left out; "
            + "retract that fact to import it"))
      return
    }
    for (old, _) in different {
      // Its own effect on time is none: it counts from when it is recorded.
      reading.facts.append(
        try fact(
          unused("\(name)/retracted"), effectiveAt: observedAt,
          kind: .factRetracted(old.identity), in: resource))
    }
    reading.facts.append(
      try fact(
        unused("\(name)/issued"), effectiveAt: instant, kind: .invoiceIssued(stated),
        in: resource))
  }

  private func void(
    _ id: Identifier, _ type: DocumentType, at instant: Instant, _ resource: Resource,
    _ reading: inout Reading
  ) throws(Remark) {
    let wasVoided = ledger.invoice(id).isVoid
    if type == .voidNote && !wasVoided {
      reading.facts.append(
        try fact(
          unused("invoice/\(id)/voided"), effectiveAt: instant,
          kind: .invoiceVoided(invoiceID: id, replacedBy: nil), in: resource))
    } else if type == .invoice && wasVoided {
      reading.remarks.append(
        Remark(path: resource.path, "\(id) is void in the ledger and stays so"))
    }
  }

  /// Reports one payment for what was paid since the ledger was told, all of it allocated.
  private func pay(
    _ stated: Money, of invoice: InvoiceIssued, _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) {
    // Samples and prose disagree on the sign; only the size says anything.
    let paid = Money(stated.currency, billionths: Int128(stated.billionths.magnitude))
    let path = resource.path(of: "paidAmount")
    guard paid.units != nil else {
      throw Remark(path: path, "\(stated) is out of range; units must fit 64 bits with either sign")
    }
    let known = ledger.paid(on: invoice.invoiceID, in: stated.currency)
    guard invoice.total.isPositive || !paid.isPositive else {
      reading.remarks.append(
        Remark(path: path, "\(paid) was left out: the total of \(invoice.total) owes nothing"))
      return
    }
    if paid.billionths < known.allocated.billionths {
      reading.remarks.append(
        Remark(
          path: path,
          "\(paid) is less than the \(known.allocated) that the ledger has; nothing was taken back, "
            + "report the payment's reversal if it was reversed"))
    } else if known.reversed.isPositive {
      reading.remarks.append(
        Remark(
          path: path,
          "\(known.reversed) of it was reversed in the ledger and stays so; "
            + "report a new payment if it was paid again"))
    }
    let increase = paid.billionths - known.allocated.billionths
    guard increase > 0 else { return }
    let amount = Money(stated.currency, billionths: increase)
    let name = unused(
      "invoice/\(invoice.invoiceID)/paid/\(paid.description.replacing(" ", with: "-"))")
    reading.facts.append(
      try fact(
        name, effectiveAt: observedAt,
        kind: .paymentReceived(
          paymentID: try identifier(name, in: resource), amount: amount,
          allocations: [Allocation(invoiceID: invoice.invoiceID, amount: amount)]),
        in: resource))
  }
}

extension InvoiceIssued {
  /// Whether another statement of the invoice says the same to every rule and on the bill. Links
  /// change from copy to copy, and a due date or term is no part of the document.
  fileprivate func agrees(with other: InvoiceIssued) -> Bool {
    issueDate == other.issueDate && total == other.total
      && (other.periodStart == nil || periodStart == other.periodStart)
      && (other.periodEnd == nil || periodEnd == other.periodEnd)
  }
}
