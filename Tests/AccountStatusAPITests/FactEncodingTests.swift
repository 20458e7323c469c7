import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct FactEncodingTests {
  @Test(arguments: FactVector.all)
  func `a fact is encoded as Python's protobuf encodes it`(_ vector: FactVector) {
    let request = ReportFactsRequest(facts: [vector.fact], mode: .each).encoded()
    let fact = vector.bytes
    // Field 1, the fact; field 2, mode EACH.
    #expect(request.hex == ([0x0a] + varint(fact.count) + fact + [0x10, 2]).hex)
  }

  @Test func `the vectors hold every kind of fact`() {
    #expect(Set(FactVector.all.map(\.kind.contractName)).count == Samples.kindCount)
  }

  @Test func `optional parts that are absent leave no trace`() {
    let fact = Fact(
      accountID: "a", source: "s", factID: "f", effectiveAt: "1970-01-01T00:00:00Z",
      kind: .supportRequestOpened(SupportRequest(requestID: "r", purpose: .other)))
    let request = ReportFactsRequest(facts: [fact], mode: .allOrNothing).encoded()
    #expect(
      request.hex == "0a13 0a0161 120173 1a0166 2200 b20205 0a0172 1003 1001".filter { $0 != " " })
  }

  private func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }
}
