import TTRPC
import Testing

@Suite("Fields on the wire, read in place")
struct WireReaderTests {
  private func fields(_ bytes: [UInt8]) throws(WireError) -> [UInt64] {
    var values: [UInt64] = []
    var failure: WireError?
    bytes.withUnsafeBytes { bytes in
      var reader = WireReader(bytes)
      do throws(WireError) {
        while let field = try reader.next() {
          values.append(UInt64(field.number))
          values.append(field.type == .lengthDelimited ? UInt64(field.content.count) : field.value)
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  @Test func `every wire type is read`() throws {
    #expect(
      try fields(hex("08 96 01 11 01 02 00 00 00 00 00 80 1a 02 61 62 25 02 01 00 80"))
        == [1, 150, 2, 0x8000_0000_0000_0201, 3, 2, 4, 0x8000_0102])
  }

  @Test func `a varint has up to ten bytes and 64 bits`() throws {
    #expect(try fields(hex("08 ff ff ff ff ff ff ff ff ff 01")) == [1, .max])
    // Overlong but in range: what an encoder that pads writes.
    #expect(try fields(hex("08 81 80 80 00")) == [1, 1])
    #expect(throws: WireError.overlongVarint) {
      try fields(hex("08 ff ff ff ff ff ff ff ff ff 02"))
    }
    #expect(throws: WireError.overlongVarint) {
      try fields(hex("08 80 80 80 80 80 80 80 80 80 80 01"))
    }
  }

  @Test func `a varint is read alike wherever it stands and whatever follows`() throws {
    for bits in 0..<64 {
      for value in [UInt64(1) << bits, (UInt64(1) << bits) - 1, .max >> (63 - bits)] {
        var varint: [UInt8] = []
        var rest = value
        repeat {
          varint.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
          rest >>= 7
        } while rest > 0
        // Padded, too, as far as ten bytes go.
        for padding in 0...(10 - varint.count) {
          var padded = varint
          if padding > 0 {
            padded[padded.count - 1] |= 0x80
            padded += Array(repeating: 0x80, count: padding - 1) + [0]
          }
          for before in 0...8 {
            for after in 0...8 {
              let lead = Array(repeating: [0x10, 0x7f] as [UInt8], count: before).flatMap(\.self)
              let tail = Array(repeating: [0x18, 0x01] as [UInt8], count: after).flatMap(\.self)
              let read = try fields(lead + [0x08] + padded + tail)
              #expect(read.dropFirst(2 * before).prefix(2) == [1, value])
              #expect(read.count == 2 * (before + 1 + after))
            }
            #expect(throws: WireError.truncated) {
              try fields(
                Array(repeating: [0x10, 0x7f] as [UInt8], count: before).flatMap(\.self) + [0x08]
                  + padded.dropLast())
            }
          }
        }
      }
    }
  }

  @Test(arguments: [
    "08", "08 80", "0a", "0a 01", "0a ff ff ff ff 0f 61", "09 01 02", "0d 01 02 03",
  ])
  func `what goes past the end is truncated`(_ text: String) {
    #expect(throws: WireError.truncated) { try fields(hex(text)) }
  }

  @Test func `groups and wire types that are none are refused`() {
    for text in ["0b", "0c", "0e 00", "0f 00"] {
      #expect(throws: WireError.unexpectedWireType) { try fields(hex(text)) }
    }
  }

  @Test func `field numbers are 1 to 536 870 911`() throws {
    #expect(throws: WireError.invalidFieldNumber) { try fields(hex("00 00")) }
    #expect(try fields(hex("f8 ff ff ff 0f 00")) == [536_870_911, 0])
    #expect(throws: WireError.invalidFieldNumber) { try fields(hex("80 80 80 80 10 00")) }
  }

  @Test func `text is utf-8 without a nul, as Swift sees it`() {
    var generator = SystemRandomNumberGenerator()
    let seeds: [[UInt8]] = [
      Array("añ€𐍈".utf8), [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf], [0xf5, 0x80, 0x80, 0x80], [0xc2], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
      [0x80],
    ]
    for round in 0..<20_000 {
      var bytes = seeds[round % seeds.count]
      if round >= seeds.count, let index = bytes.indices.randomElement(using: &generator) {
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      let expected = !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
      guard bytes.withUnsafeBytes({ $0.isText }) == expected else {
        Issue.record("\(bytes) should be \(expected ? "" : "no ")text")
        return
      }
    }
  }

  @Test func `a prefix is compared to its last byte and not beyond`() {
    let long = Array(0..<40 as Range<UInt8>)
    for count in 0...40 {
      let prefix = Array(long[..<count])
      #expect(long.withUnsafeBytes { long in prefix.withUnsafeBytes { long.starts(with: $0) } })
      for changed in 0..<count {
        var other = prefix
        other[changed] ^= 1
        #expect(!long.withUnsafeBytes { long in other.withUnsafeBytes { long.starts(with: $0) } })
      }
      let longer = prefix + [0xff]
      #expect(
        !prefix.withUnsafeBytes { short in longer.withUnsafeBytes { short.starts(with: $0) } })
    }
  }
}
