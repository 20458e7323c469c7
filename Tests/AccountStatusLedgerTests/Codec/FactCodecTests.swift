import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct FactCodecTests {
  static func encoded(_ kind: FactKind) -> [UInt8] {
    var writer = ByteWriter()
    FactCodec.encode(kind, into: &writer)
    return writer.bytes
  }

  static func decoded(_ bytes: [UInt8]) throws -> FactKind {
    try bytes.withUnsafeBytes { try FactCodec.decode($0) }
  }

  @Test func `every fact comes back as it went in, and by the same bytes`() throws {
    var facts = RandomFacts(seed: 1)
    var kinds: Set<String> = []
    for id in 0..<20_000 {
      let kind =
        id % 50 == 0
        ? facts.registration("a", id: id, at: newYear).kind : facts.fact("a", id: id).kind
      kinds.insert(kind.contractName)
      let bytes = Self.encoded(kind)
      let back = try Self.decoded(bytes)
      #expect(back == kind)
      #expect(Self.encoded(back) == bytes)
    }
    #expect(kinds.count == 23)
  }

  @Test(arguments: [
    (FactKind.accountClosed, [1, 3]),
    (.invoiceVoided(invoiceID: "I-1", replacedBy: nil), [1, 5, 3, 0x49, 0x2d, 0x31, 0]),
    (
      .balanceReported(Money("EUR", billionths: -1_500_000_000)),
      [1, 12, 0x45, 0x55, 0x52, 0xff, 0xbb, 0xc1, 0x96, 0x0b]
    ),
    (
      .accountRegistered(
        AccountRegistered(
          cloud: .usGovernment, partnerTypes: [.directBill, .indirectReseller], program: .maicpp,
          displayName: "Å", country: "")),
      [1, 1, 2, 0x0a, 2, 2, 0xc3, 0x85, 0]
    ),
    (
      .profileVerificationChanged(
        ProfileVerification(
          overall: .pending, checks: [.identity: .passed, .emailOwnership: .rejected])),
      [1, 13, 1, 2, 0, 2, 1, 4, 5, 3]
    ),
  ]) func `stored bytes never change`(kind: FactKind, bytes: [UInt8]) throws {
    #expect(Self.encoded(kind) == bytes)
    #expect(try Self.decoded(bytes) == kind)
  }

  @Test func `amounts at the ends of what the wire can say are exact`() throws {
    for units in [Int64.min, -1, 0, 1, .max] {
      let nanos: Int32 = units < 0 ? -999_999_999 : 999_999_999
      let kind = FactKind.balanceReported(try Money("JPY", units: units, nanos: nanos))
      #expect(try Self.decoded(Self.encoded(kind)) == kind)
    }
  }

  @Test func `a version that is not known is refused by name`() {
    #expect(throws: CodecError("a fact has version 2; this program knows version 1")) {
      try Self.decoded([2, 3])
    }
  }

  @Test func `a kind that is not known is refused by name`() {
    #expect(throws: CodecError("a fact has kind 24, which this program does not know")) {
      try Self.decoded([1, 24])
    }
  }

  @Test func `a fact cut short anywhere, or followed by anything, is refused`() {
    var facts = RandomFacts(seed: 2)
    for id in 0..<500 {
      let bytes = Self.encoded(facts.fact("a", id: id).kind)
      for count in 0..<bytes.count {
        #expect(throws: CodecError.self) { try Self.decoded(Array(bytes[..<count])) }
      }
      #expect(throws: CodecError.self) { try Self.decoded(bytes + [0]) }
    }
  }

  @Test func `damaged bytes are refused, or are the canonical bytes of another fact`() {
    var facts = RandomFacts(seed: 3)
    for id in 0..<20_000 {
      var bytes = Self.encoded(facts.fact("a", id: id).kind)
      let place = Int.random(in: bytes.indices, using: &facts.generator)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &facts.generator)
      if let other = try? Self.decoded(bytes) { #expect(Self.encoded(other) == bytes) }
    }
  }
}
