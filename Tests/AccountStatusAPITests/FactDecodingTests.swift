import AccountStatusAPI
import AccountStatusModel
import Testing

/// A malformed kind of fact and what its refusal says.
struct MalformedFact: Sendable, CustomTestStringConvertible {
  let what: String
  /// The encoded member of the oneof, after the envelope.
  let hex: String
  let field: String
  let message: String

  init(_ what: String, _ hex: String, _ field: String, _ message: String) {
    self.what = what
    self.hex = hex
    self.field = field
    self.message = message
  }

  var testDescription: String { what }

  static let all = [
    MalformedFact(
      "no kind",
      "",
      "",
      "says nothing"),
    MalformedFact(
      "a registration without a cloud",
      "a20106120201031801",
      "accountRegistered.cloud",
      "is not specified; use PUBLIC, US_GOVERNMENT, GERMANY or CHINA_21VIANET"),
    MalformedFact(
      "an unspecified partner type",
      "a2010708011201001801",
      "accountRegistered.partnerTypes[0]",
      "is not specified; use DIRECT_BILL"),
    MalformedFact(
      "a registration without types",
      "a2010408011801",
      "accountRegistered.partnerTypes",
      "is empty"),
    MalformedFact(
      "an unknown cloud",
      "a2010708091201011801",
      "accountRegistered.cloud",
      "is not a value this version knows (9)"),
    MalformedFact(
      "an unknown field",
      "b20103980601",
      "accountClosed.99",
      "is not a field this version knows"),
    MalformedFact(
      "an unknown kind",
      "920600",
      "98",
      "is not a field this version knows"),
    MalformedFact(
      "an invoice without a date",
      "ba01030a0149",
      "invoiceIssued.issueDate",
      "\"\" is not a date; write YYYY-MM-DD"),
    MalformedFact(
      "an invoice without a total",
      "ba010f0a0149120a323032362d30372d3031",
      "invoiceIssued.total",
      "is missing"),
    MalformedFact(
      "a day that does not exist",
      "ba01240a0149120a323032362d30372d30311a0a323032362d30322d33302a070a034555521001",
      "invoiceIssued.dueDate",
      "\"2026-02-30\" is not a date"),
    MalformedFact(
      "a currency in small letters",
      "ba01180a0149120a323032362d30372d30312a070a036575721001",
      "invoiceIssued.total.currencyCode",
      "\"eur\" is not a currency"),
    MalformedFact(
      "mixed signs in an amount",
      "ba01230a0149120a323032362d30372d30312a120a03455552100118ffffffffffffffffff01",
      "invoiceIssued.total.nanos",
      "is -1 while units is 1"),
    MalformedFact(
      "a credit of nothing",
      "ca010d0a01431201491a050a03455552",
      "creditApplied.amount",
      "is 0.00 EUR; it must be more than zero"),
    MalformedFact(
      "an allocation that names no invoice",
      "da010e0a0150120912070a034555521001",
      "paymentAllocated.allocations[0].invoiceId",
      "is empty"),
    MalformedFact(
      "an allocation of less than nothing",
      "da01280a0150120c0a014912070a03455552100112150a014a12100a0345555210ffffffffffffffffff"
        + "01",
      "paymentAllocated.allocations[1].amount",
      "must be more than zero"),
    MalformedFact(
      "a NUL in an id",
      "ea01050a03610062",
      "disputeOpened.invoiceId",
      "has a NUL in its text"),
    MalformedFact(
      "an id that is not UTF-8",
      "ea01030a01ff",
      "disputeOpened.invoiceId",
      "is not UTF-8"),
    MalformedFact(
      "an empty id",
      "ea0100",
      "disputeOpened.invoiceId",
      "is empty"),
    MalformedFact(
      "an id of 129 bytes",
      "ea0184010a81017878787878787878787878787878787878787878787878787878787878787878787878"
        + "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
        + "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
        + "78787878787878787878",
      "disputeOpened.invoiceId",
      "has 129 bytes"),
    MalformedFact(
      "the same check twice",
      "82020c1a04080110031a0408011002",
      "profileVerificationChanged.checks[1].kind",
      "is EMAIL_OWNERSHIP for the second time"),
    MalformedFact(
      "a vetting that says nothing",
      "820200",
      "profileVerificationChanged",
      "says nothing"),
    MalformedFact(
      "a provider that is no account id",
      "9202050a03612062",
      "providerLinked.providerId",
      "\"a b\" holds a character"),
    MalformedFact(
      "an unknown role",
      "b202090a015210011a021007",
      "supportRequestOpened.requestedBy.role",
      "is not a value this version knows (7)"),
    MalformedFact(
      "a waiver without an end",
      "c202090a0144180122020802",
      "reinstatementDecided.waivers[0].until",
      "is missing"),
    MalformedFact(
      "a waiver on a decline",
      "c2020d0a01441802220608021a020801",
      "reinstatementDecided.waivers",
      "come with a decline"),
  ]
}

@Suite struct FactDecodingTests {
  @Test(arguments: FactVector.all)
  func `a fact encoded by Python's protobuf is the same fact here`(_ vector: FactVector) throws {
    let received = try decode(vector.bytes)
    #expect(received.fact == .success(vector.fact))
    #expect(received.source == "erp")
    #expect(received.factID == "f-1")
  }

  @Test(arguments: 0..<Samples.kindCount)
  func `what is encoded decodes to the same`(kind: Int) throws {
    var samples = Samples(seed: UInt64(kind))
    for _ in 0..<200 {
      let fact = samples.fact(kind)
      let request = ReportFactsRequest(facts: [fact], mode: .allOrNothing).encoded()
      #expect(try ReceivedReport.decode(request).facts == [ReceivedFact(fact)])
    }
  }

  @Test(arguments: MalformedFact.all)
  func `a malformed fact is refused by its field`(_ malformed: MalformedFact) throws {
    let received = try decode([UInt8](hex: FactVector.envelope + malformed.hex))
    guard case .failure(let error) = received.fact else {
      Issue.record("accepted")
      return
    }
    let path = malformed.field.isEmpty ? "facts[0]" : "facts[0].\(malformed.field)"
    #expect(error.field == path)
    #expect(error.message.contains(malformed.message), "\(error)")
    #expect(received.source == "erp" && received.factID == "f-1")
  }

  @Test func `every field of the envelope is required`() throws {
    let envelope = [UInt8](hex: FactVector.envelope)
    let parts = [0..<8, 8..<13, 13..<18, 18..<32].map { Array(envelope[$0]) }
    let names = ["accountId", "source", "factId", "effectiveAt"]
    for (missing, name) in names.enumerated() {
      let rest = parts.enumerated().filter { $0.offset != missing }.flatMap(\.element)
      let received = try decode(rest + [UInt8](hex: "b20100"))
      guard case .failure(let error) = received.fact else {
        Issue.record("accepted without \(name)")
        continue
      }
      #expect(error.field == "facts[0].\(name)")
    }
  }

  @Test func `what only the server sets is not looked at`() throws {
    // sequence 7, recorded_at 1 s, recorded_by uid 1.
    let hex = FactVector.envelope + "2807 32020801 3a020801 b20100"
    let expected = FactVector.all[2].fact
    #expect(try decode([UInt8](hex: hex)).fact == .success(expected))
  }

  @Test func `an instant out of range names its field`() throws {
    let hex = FactVector.envelope.replacing(
      "220c0880b191d2061080cab5ee01", with: "220708808080808020")
    let received = try decode([UInt8](hex: hex + "b20100"))
    guard case .failure(let error) = received.fact else {
      Issue.record("accepted")
      return
    }
    #expect(error.field == "facts[0].effectiveAt")
    #expect(error.message.contains("out of range"))
  }

  private func decode(_ fact: [UInt8]) throws -> ReceivedFact {
    precondition(fact.count < 0x4000)
    let length =
      fact.count < 0x80
      ? [UInt8(fact.count)] : [UInt8(fact.count & 0x7f) | 0x80, UInt8(fact.count >> 7)]
    let report = try ReceivedReport.decode([0x0a] + length + fact)
    return try #require(report.facts.first)
  }
}
