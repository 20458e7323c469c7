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
    #expect(importer.read(bytes).facts.count == 7)
    #expect(importer.read(bytes).facts == [])
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

  @Test(arguments: ["northwind-invoice-summary", "northwind-service-request"])
  func `a resource that is not read yet is rejected by name`(name: String) throws {
    let result = imported(try document(name))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["attributes.objectType"])
    #expect(result.rejections.first?.text.contains("cannot be imported yet") == true)
  }

  @Test func `each relationship of a collection is rejected by name`() throws {
    let result = imported(try document("fabrikam-indirect-resellers"))
    #expect(
      result.rejections.map(\.path) == [
        "items[0].attributes.objectType", "items[1].attributes.objectType",
      ])
  }

  @Test(arguments: [
    ("", ""), ("{", ""), ("{\"items\":[}", ""), ("7", ""), ("[7]", "[0]"), ("null", ""),
    ("{\"items\":[null]}", "items[0]"), ("{}", "attributes.objectType"),
    ("{\"attributes\":{\"objectType\":\"Customer\"}}", "attributes.objectType"),
    ("{\"items\":[{\"items\":[]}]}", "items[0].attributes.objectType"),
  ])
  func `what is no document is rejected where it is wrong`(text: String, path: String) {
    let result = imported(text)
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == [path])
  }

  @Test func `an array and a single resource are read, with or without a byte order mark`() {
    #expect(imported(invoice()).facts.count == 1)
    #expect(imported("[\(invoice())]").facts.count == 1)
    #expect(imported("\u{FEFF}" + invoice()).facts.count == 1)
  }

  @Test func `a page of a collection says that more is missing`() {
    let result = imported("{\"totalCount\":3,\"items\":[\(invoice())]}")
    #expect(result.facts.count == 1)
    #expect(result.remarks.map(\.path) == ["totalCount"])
    #expect(imported("{\"totalCount\":1,\"items\":[\(invoice())]}").remarks == [])
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

  /// The amounts that the documents state, by invoice; a damaged document may lose facts, but
  /// never invents an amount out of digits it does not hold.
  @Test(arguments: [
    "northwind-invoices", "partly-bad-invoices", "northwind-legal-business-profile",
  ])
  func `a damaged document never crashes and never yields money from a bad amount`(
    name: String
  ) throws {
    let bytes = try document(name)
    var random = SeededGenerator(seed: 60)
    var rejected = 0
    for _ in 0..<3000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<damaged.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged.remove(at: place)
        case 2: damaged.insert(UInt8.random(in: 32...126, using: &random), at: place)
        default: damaged = Array(damaged[..<max(1, place)])
        }
      }
      let result = imported(damaged)
      if !result.rejections.isEmpty { rejected += 1 }
      for fact in result.facts { try fact.checkForm() }
      let again = imported(damaged, ledger: result.facts)
      #expect(again.facts == [])
    }
    #expect(rejected > 1000)
  }

  @Test(arguments: [
    "\"1000\"", "\"a lot\"", "true", "{}", "[1]", "1e300", "0.0000000001", "99999999999999999999",
    "\"1,000.00\"", "\"\"",
  ])
  func `a bad amount rejects its item and no other`(amount: String) {
    for member in ["totalCharges", "paidAmount"] {
      let items = [
        invoice(["id": "\"A\""]), invoice([member: amount]), invoice(["id": "\"C\""]),
      ]
      let result = imported("[\(items.joined(separator: ","))]")
      #expect(result.rejections.map(\.path) == ["[1].\(member)"])
      #expect(result.facts.count == 2)
    }
  }
}

/// A generator of random numbers that a seed determines.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
