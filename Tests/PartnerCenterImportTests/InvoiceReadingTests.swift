import AccountStatusModel
import PartnerCenterImport
import Testing

struct InvoiceReadingTests {
  @Test func `an invoice keeps its dates, total, period and links, and has no due date`() throws {
    let result = imported(try document("northwind-invoices"))
    guard case .invoiceIssued(let first)? = result.facts.first?.kind else {
      Issue.record("the first fact is an invoice")
      return
    }
    #expect(
      first
        == InvoiceIssued(
          invoiceID: "D0700AAA01", issueDate: "2026-05-04", total: try euros("18250.40"),
          periodStart: "2026-06-01", periodEnd: "2026-06-30",
          invoiceURL: "/invoices/D0700AAA01/documents/statement",
          reconciliationURL: "/invoices/Recurring-D0700AAA01/lineitems/Office/BillingLineItems"))
    #expect(first.statedDueDate == nil && first.termDays == 0)
  }

  @Test(arguments: ["1000", "-1000", "1000.00", "-1000.0"])
  func `what was paid is read with either sign, as one payment fully allocated`(
    paid: String
  ) throws {
    let facts = imported(invoice(["paidAmount": paid])).facts
    #expect(
      facts.map(\.kind).last
        == .paymentReceived(
          paymentID: "invoice/INV-1/paid/1000.00-EUR", amount: try euros("1000"),
          allocations: [Allocation(invoiceID: "INV-1", amount: try euros("1000"))]))
    #expect(facts.last?.effectiveAt == observedAt)
  }

  @Test func `a later copy reports only what was paid since`() throws {
    var ledger = imported(invoice(["paidAmount": "-400"])).facts
    let later = imported(invoice(["paidAmount": "-999.99"]), ledger: ledger)
    #expect(
      later.facts.map(\.kind) == [
        .paymentReceived(
          paymentID: "invoice/INV-1/paid/999.99-EUR", amount: try euros("599.99"),
          allocations: [Allocation(invoiceID: "INV-1", amount: try euros("599.99"))])
      ])
    ledger += later.facts
    let smaller = imported(invoice(["paidAmount": "-500"]), ledger: ledger)
    #expect(smaller.facts == [])
    #expect(smaller.remarks.map(\.path) == ["paidAmount"])
  }

  @Test func `what another source reported as paid is not reported again`() throws {
    let paid = fact(
      "1", at: "2026-08-01T00:00:00Z",
      .paymentReceived(paymentID: "P", amount: try euros("700"), allocations: []))
    let allocated = fact(
      "2", at: "2026-08-02T00:00:00Z",
      .paymentAllocated(
        paymentID: "P",
        allocations: [
          Allocation(invoiceID: "INV-0", amount: try euros("100")),
          Allocation(invoiceID: "INV-1", amount: try euros("1000")),
        ]))
    let facts = imported(invoice(["paidAmount": "1000"]), ledger: [allocated, paid]).facts
    guard case .paymentReceived(_, let amount, _)? = facts.last?.kind else {
      Issue.record("a payment is expected")
      return
    }
    // Of the 700, 100 went to the other invoice and 600 were left for this one.
    #expect(amount == (try euros("400")))
  }

  @Test func `a reversed payment is not reported again by the document that first had it`() throws {
    let paid = imported(invoice(["paidAmount": "1000"])).facts
    let reversed = fact(
      "r", at: "2026-11-20T00:00:00Z",
      .paymentReversed(paymentID: "invoice/INV-1/paid/1000.00-EUR"))
    let again = imported(invoice(["paidAmount": "1000"]), ledger: paid + [reversed])
    #expect(again.facts == [])
    #expect(again.remarks.map(\.path) == ["paidAmount"])
  }

  @Test(arguments: [
    ["documentType": "\"void_note\""], ["documentType": "\"VoidNote\""], ["status": "\"Void\""],
    ["status": "\"voided\"", "documentType": "\"Invoice\""],
  ])
  func `a void document is issued and voided at its date`(changes: [String: String]) throws {
    let facts = imported(invoice(changes)).facts
    #expect(facts.map(\.kind.contractName) == ["invoiceIssued", "invoiceVoided"])
    #expect(facts.map(\.effectiveAt) == ["2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z"])
    #expect(imported(invoice(changes), ledger: facts).facts == [])
  }

  @Test func `an invoice that becomes void is only voided`() {
    let ledger = imported(invoice()).facts
    let later = imported(invoice(["status": "\"void\""]), ledger: ledger)
    #expect(later.facts.map(\.kind) == [.invoiceVoided(invoiceID: "INV-1", replacedBy: nil)])
    let back = imported(invoice(), ledger: ledger + later.facts)
    #expect(back.facts == [])
    #expect(back.remarks.count == 1)
  }

  @Test func `a void note with a date of its own voids the invoice that is known`() {
    let ledger = imported(invoice()).facts
    let note = invoice([
      "documentType": "\"void_note\"", "invoiceDate": "\"2026-08-01T00:00:00Z\"",
    ])
    let later = imported(note, ledger: ledger)
    #expect(later.facts.map(\.kind) == [.invoiceVoided(invoiceID: "INV-1", replacedBy: nil)])
    #expect(later.facts.map(\.effectiveAt) == ["2026-08-01T00:00:00Z"])
    #expect(imported(note, ledger: ledger + later.facts).facts == [])
  }

  @Test func `a paid amount that fits only with its sign is rejected`() {
    let result = imported(invoice(["paidAmount": "-9223372036854775808"]))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["paidAmount"])
    #expect(imported(invoice(["paidAmount": "-9223372036854775807"])).facts.count == 2)
  }

  @Test(arguments: ["5", "true", "{}"])
  func `a document type that is no text is not taken for an invoice`(type: String) {
    let result = imported(invoice(["documentType": type]))
    #expect(result.facts == [])
    #expect(result.remarks.map(\.path) == ["documentType"])
  }

  @Test func `adjustment notes and unknown documents are remarks only`() {
    for type in ["adjustment_note", "AdjustmentNote", "credit_note", "pro forma"] {
      let result = imported(invoice(["documentType": "\"\(type)\""]))
      #expect(result.facts == [] && result.rejections == [])
      #expect(result.remarks.map(\.path) == ["documentType"])
    }
  }

  @Test func `unknown members and values are remarks, and the invoice is read`() {
    let result = imported(
      invoice(["status": "\"sleeping\"", "mood": "1", "billingPeriodStartDate": "\"soon\""]))
    #expect(result.facts.count == 1)
    #expect(
      Set(result.remarks.map(\.path)) == ["status", "mood", "billingPeriodStartDate"])
  }

  @Test func `a corrected invoice is retracted and stated anew`() throws {
    let first = imported(invoice()).facts
    let result = imported(invoice(["totalCharges": "900"]), ledger: first)
    #expect(
      result.facts.map(\.kind.contractName) == ["factRetracted", "invoiceIssued"])
    #expect(result.facts.first?.kind == .factRetracted(first[0].identity))
    #expect(result.facts.last?.identity.factID == "northwind/invoice/INV-1/issued/2")
    let ledger = first + result.facts
    #expect(imported(invoice(["totalCharges": "900"]), ledger: ledger).facts == [])
    let third = imported(invoice(["totalCharges": "800"]), ledger: ledger).facts
    #expect(third.first?.kind == .factRetracted(result.facts[1].identity))
  }

  @Test func `an invoice that another source stated differently is left to that source`() throws {
    let other = fact(
      "x", at: "2026-07-01T00:00:00Z",
      .invoiceIssued(
        InvoiceIssued(invoiceID: "INV-1", issueDate: "2026-07-01", total: try euros("1100"))))
    let result = imported(invoice(), ledger: [other])
    #expect(result.facts == [])
    #expect(result.remarks.first?.text.contains("bank stated as x") == true)
  }

  @Test func `an invoice that another source stated equally, with a due date, is known`() throws {
    let other = fact(
      "x", at: "2026-07-02T00:00:00Z",
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-1", issueDate: "2026-07-01", statedDueDate: "2026-09-15",
          total: try euros("1000"), periodStart: "2026-06-01", invoiceURL: "https://elsewhere")))
    let result = imported(invoice(), ledger: [other])
    #expect(result.facts == [] && result.remarks == [])
  }

  @Test func `links that change from copy to copy change nothing`() {
    let first = imported(invoice(["pdfDownloadLink": "\"/a\""])).facts
    #expect(imported(invoice(["pdfDownloadLink": "\"/b\""]), ledger: first).facts == [])
  }

  @Test func `an invoice that owes nothing takes no payment`() {
    for total in ["0", "-50"] {
      let result = imported(invoice(["totalCharges": total, "paidAmount": "50"]))
      #expect(result.facts.map(\.kind.contractName) == ["invoiceIssued"])
      #expect(result.remarks.map(\.path) == ["paidAmount"])
    }
  }

  @Test func `a link too long for a fact is left out`() {
    let link = String(repeating: "x", count: 3000)
    let result = imported(invoice(["pdfDownloadLink": "\"\(link)\""]))
    #expect(result.facts.count == 1)
    #expect(result.remarks.map(\.path) == ["pdfDownloadLink"])
  }

  @Test func `two copies in one collection are one invoice`() {
    let result = imported("[\(invoice()),\(invoice(["paidAmount": "5"]))]")
    #expect(result.facts.map(\.kind.contractName) == ["invoiceIssued", "paymentReceived"])
  }
}
