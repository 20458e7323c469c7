import AccountStatusModel
import PartnerCenterImport
import Testing

struct DocumentImporterTests {
  @Test func `a collection of invoices becomes facts`() throws {
    let result = imported(try document("northwind-invoices"))
    #expect(result.rejections == [])
    #expect(
      result.facts.map { "\($0.identity.factID) \($0.kind.contractName) \($0.effectiveAt)" } == [
        "northwind/invoice/D0700AAA01/issued invoiceIssued 2026-05-04T00:00:00Z",
        "northwind/invoice/D0700AAA01/paid/18250.40-EUR paymentReceived 2026-11-15T09:00:00Z",
        "northwind/invoice/D0700AAA02/issued invoiceIssued 2026-07-01T09:00:00.123456700Z",
        "northwind/invoice/G000070001/issued invoiceIssued 2026-07-07T23:22:47Z",
        "northwind/invoice/G000070001/voided invoiceVoided 2026-07-07T23:22:47Z",
        "northwind/invoice/D0700AAA03/issued invoiceIssued 2026-09-02T00:00:00Z",
        "northwind/invoice/D0700AAA03/paid/123456789.07-EUR paymentReceived 2026-11-15T09:00:00Z",
      ])
    #expect(result.facts.allSatisfy { $0.accountID == northwind })
    #expect(result.facts.allSatisfy { $0.identity.source == "partner-center" })
    #expect(result.remarks.map(\.path) == ["items[2].amendments[0]"])
  }

  @Test(arguments: [
    "northwind-invoices", "partly-bad-invoices", "northwind-legal-business-profile",
    "northwind-invoice-summary", "northwind-service-request", "fabrikam-indirect-resellers",
  ])
  func `the same document again yields nothing`(name: String) throws {
    let bytes = try document(name)
    let first = imported(bytes)
    #expect(!first.facts.isEmpty)
    let later: Instant = "2026-12-24T00:00:00Z"
    #expect(imported(bytes, at: later, ledger: first.facts).facts == [])
    #expect(imported(bytes, at: later, ledger: first.facts.reversed()).facts == [])
    #expect(imported(bytes).facts == first.facts)
  }

  @Test func `documents see the facts of those before them`() throws {
    var importer = DocumentImporter(accountID: northwind, observedAt: observedAt, ledger: [])
    let bytes = try document("northwind-invoices")
    #expect(importer.read(Document(bytes)).facts.count == 7)
    #expect(importer.read(Document(bytes)).facts == [])
  }

  @Test func `a bad item is rejected with its path and the good ones are kept`() throws {
    let result = imported(try document("partly-bad-invoices"))
    #expect(
      result.rejections.map(\.path) == [
        "items[0].totalCharges", "items[1].invoiceDate", "items[2].id",
      ])
    #expect(result.facts.map(\.identity.factID) == ["northwind/invoice/D0700GOOD1/issued"])
    #expect(result.remarks.map(\.path) == ["items[3].somethingNew"])
  }

  @Test func `a fact id that was used before gets a number`() throws {
    let first = imported(invoice(["paidAmount": "10"])).facts
    let retractions = try first.map { stored in
      let id = try Identifier("undo-\(stored.identity.factID)")
      return fact(id, at: observedAt, .factRetracted(stored.identity))
    }
    let second = imported(invoice(["paidAmount": "10"]), ledger: first + retractions).facts
    #expect(
      second.map(\.identity.factID) == [
        "northwind/invoice/INV-1/issued/2", "northwind/invoice/INV-1/paid/10.00-EUR/2",
      ])
  }

  @Test func `ids too long to make a fact's id of are rejected`() {
    let id = String(repeating: "x", count: 120)
    let result = imported(invoice(["id": "\"\(id)\""]))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["id"])
  }

  @Test(arguments: [
    "\"1000\"", "\"a lot\"", "true", "{}", "[1]", "1e300", "0.0000000001", "99999999999999999999",
    "\"1,000.00\"", "\"\"", "1e3", "1E+16", "123456789012345678901234567890",
    "0.123456789012345678901234567890",
  ])
  func `a bad amount rejects its item and no other`(amount: String) {
    for member in ["totalCharges", "paidAmount"] {
      let items = [
        invoice(["id": "\"A\""]), invoice([member: amount]), invoice(["id": "\"C\""]),
      ]
      let result = imported("[\(items.joined(separator: ","))]")
      #expect(result.rejections.map(\.path) == ["[1].\(member)"])
      #expect(result.rejections.first?.text.hasPrefix("\(amount) is not an amount; ") == true)
      #expect(result.facts.count == 2)
    }
    let balance = imported(summary(["balanceAmount": amount]))
    #expect(balance.facts == [])
    #expect(balance.rejections.map(\.path) == ["balanceAmount"])
  }

  @Test func `the accounts whose facts a document needs are named once, in its order`() throws {
    var importer = DocumentImporter(accountID: northwind, observedAt: observedAt, ledger: [])
    let document = Document(
      Array(
        """
        [\(relationship(["id": "\"b\""])),\(invoice()),\(relationship(["id": "\"a\""])),
        \(relationship(["id": "\"b\""])),\(relationship(["id": "\"not an id\""])),
        \(relationship(["id": "\"c\"", "relationshipType": "\"is_indirect_reseller_of\""]))]
        """.utf8))
    #expect(importer.accounts(in: document) == ["b", "a"])
    importer.add([], of: "b")
    #expect(importer.accounts(in: document) == ["a"])
    #expect(importer.accounts(in: Document([])) == [])
  }
}
