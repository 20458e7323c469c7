import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct ReceivedFactsTests {
  private let good = FactVector.all[3]

  private func report(_ facts: [[UInt8]], _ rest: [UInt8] = []) -> [UInt8] {
    facts.flatMap { field(1, $0) } + rest
  }

  private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = content.count
    while rest >= 0x80 {
      length.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return [number << 3 | 2] + length + [UInt8(rest)] + content
  }

  @Test func `a malformed fact is refused by itself`() throws {
    let bad: [[UInt8]] = [
      [0xff], [0x0a, 5, 1], good.bytes + [0x98, 0x06, 1], [UInt8](hex: FactVector.envelope), [],
    ]
    let facts = bad.flatMap { [good.bytes, $0] } + [good.bytes]
    let received = try ReceivedReport.decode(report(facts, [0x10, 2]))
    #expect(received.mode == .each)
    #expect(received.facts.count == facts.count)
    for (index, fact) in received.facts.enumerated() {
      if index.isMultiple(of: 2) {
        #expect(fact == ReceivedFact(good.fact))
      } else if case .failure(let error) = fact.fact {
        #expect(error.field.hasPrefix("facts[\(index)]"), "\(error)")
      } else {
        Issue.record("fact \(index) accepted")
      }
    }
    #expect(received.facts[5].factID == "f-1")
    #expect(received.facts[1].factID == "")
  }

  @Test func `the mode defaults to all or nothing, and an unknown one is refused`() throws {
    #expect(try ReceivedReport.decode(report([good.bytes])).mode == .allOrNothing)
    #expect(try ReceivedReport.decode(report([good.bytes], [0x10, 1])).mode == .allOrNothing)
    let error = #expect(throws: FormError.self) {
      try ReceivedReport.decode(report([good.bytes], [0x10, 3]))
    }
    #expect(error?.field == "mode")
  }

  @Test func `a report holds 1 to 1 000 facts`() throws {
    #expect(throws: FormError.self) { try ReceivedReport.decode([UInt8]()) }
    let most = report(Array(repeating: good.bytes, count: 1000))
    #expect(try ReceivedReport.decode(most).facts.count == 1000)
    let error = #expect(throws: FormError.self) {
      try ReceivedReport.decode(report(Array(repeating: good.bytes, count: 1001)))
    }
    #expect(error?.field == "facts")
  }

  @Test func `what is unknown outside a fact is tolerated, up to a bound`() throws {
    let unknown: [UInt8] = [0x98, 0x06, 1]
    let some = report([good.bytes], Array(repeating: unknown, count: 64).flatMap { $0 })
    #expect(try ReceivedReport.decode(some).facts == [ReceivedFact(good.fact)])
    #expect(throws: FormError.self) { try ReceivedReport.decode(some + unknown) }
  }

  @Test(arguments: ["0a", "0a05", "08", "0801", "1201 00", "ff", "00", "0b"])
  func `a request that is no message is refused as a whole`(hex: String) {
    #expect(throws: FormError.self) { try ReceivedReport.decode([UInt8](hex: hex)) }
  }

  @Test func `a chunk has its number and its facts`() throws {
    let chunk = ImportFactsRequest(chunk: 300, facts: [good.fact, good.fact])
    let received = try ReceivedChunk.decode(chunk.encoded())
    #expect(received.chunk == 300)
    #expect(received.facts == [ReceivedFact(good.fact), ReceivedFact(good.fact)])
  }

  @Test func `a chunk over 1 MiB is refused`() {
    let error = #expect(throws: FormError.self) {
      try ReceivedChunk.decode([UInt8](repeating: 0, count: 1 << 20 + 1))
    }
    #expect(error?.message.contains("send smaller ones") == true)
  }

  @Test func `random bytes never stop the decoder`() {
    var generator = SeededGenerator(seed: 1)
    var refused = 0
    for round in 0..<20_000 {
      var bytes = report([good.bytes, FactVector.all[round % FactVector.all.count].bytes])
      for _ in 0...round % 4 {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      if (try? ReceivedReport.decode(bytes)) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }
}
