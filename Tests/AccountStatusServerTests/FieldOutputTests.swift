import AccountStatusServer
import Testing

@Suite("Fields written without a branch")
struct FieldOutputTests {
  private func written(_ fields: (inout FieldOutput) -> Void) -> [UInt8] {
    var room = [UInt8](repeating: 0xaa, count: 4_096)
    let count = room.withUnsafeMutableBytes { room in
      guard let start = room.baseAddress else { return 0 }
      var output = FieldOutput(start)
      fields(&output)
      return output.place - start
    }
    return Array(room[..<count])
  }

  private func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  @Test func `varints of every length`() {
    for bits in 0..<56 {
      for value in [UInt64(1) << bits, (UInt64(1) << bits) - 1] {
        #expect(written { $0.varint(Varint(value)) } == varint(value))
      }
    }
  }

  @Test func `lengths up to 16 383`() {
    for length in 0..<16_384 {
      let bytes = varint(UInt64(length))
      #expect(written { $0.length(length) } == bytes)
      #expect(FieldOutput.lengthCount(length) == bytes.count)
    }
  }

  @Test(arguments: [0, 1, 999_999_999, 1_000_000_000, 1_794_000_000_000_000_001, Int64.max])
  func `timestamps leave out what is zero`(nanoseconds: Int64) {
    let (seconds, nanos) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let content =
      (seconds == 0 ? [] : [0x08] + varint(UInt64(seconds)))
      + (nanos == 0 ? [] : [0x10] + varint(UInt64(nanos)))
    let timestamp = EncodedTimestamp(nanoseconds)
    #expect(timestamp.count == content.count)
    #expect(
      written { $0.timestamp(0x62, timestamp) } == [0x62, UInt8(content.count)] + content)
    #expect(content.count + 2 <= FieldOutput.timestampLength)
  }

  @Test func `what is left out is written over`() {
    let bytes = written { output in
      output.pair(0x40, 1, isPresent: false)
      output.pair(0x48, 2, isPresent: true)
      output.number(0x58, Varint(300), count: 0)
      output.number(0x58, Varint(300), count: 3)
      output.slice(0x12, UnsafeRawBufferPointer(start: nil, count: 0))
      output.byte(0xff)
    }
    #expect(bytes == [0x48, 2, 0x58, 0xac, 0x02, 0xff])
  }

  @Test(arguments: [0, 1, 63, 64, 65, 300])
  func `kept fields are copied whole`(count: Int) {
    var kept = FieldBytes(capacity: FieldOutput.headLength + count)
    defer { kept.deallocate() }
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    content.withUnsafeBytes { content in kept.write { $0.slice(0x12, content) } }
    let field = count == 0 ? [] : [0x12] + varint(UInt64(count)) + content
    #expect(kept.count == field.count)
    #expect(written { $0.copy(kept) } == field)
  }
}
