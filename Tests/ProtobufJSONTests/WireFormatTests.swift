import Testing

struct WireFormatTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  @Test(
    arguments: [
      [0x28], [0x28, 0x80], [0x2D, 1, 2, 3], [0x29, 1, 2, 3, 4, 5, 6, 7], [0x4A, 2, 0x61],
      [0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x00, 0x00], [0x2E, 0],
      [0x28, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x2C], [0x2B],
      [0x2B, 0x34], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0],
    ] as [[UInt8]])
  func `bytes that are no message are refused`(bytes: [UInt8]) {
    #expect(throws: (any Error).self) { try conversion.text(bytes) }
  }

  @Test func `groups of unknown fields are stepped over, up to a depth`() throws {
    let group: [UInt8] = [0x2B, 0x08, 0x01, 0x13, 0x12, 0x01, 0x61, 0x14, 0x2C]
    #expect(try conversion.text(group + [0x40, 1]) == #"{"oneBool":true}"#)
    let deep = Array(repeating: UInt8(0x2B), count: 100_000)
    #expect(throws: (any Error).self) { try conversion.text(deep) }
  }

  @Test func `numbers are little-endian and varints`() throws {
    #expect(try conversion.bytes(#"{"oneFixed32":258}"#) == [0x3D, 2, 1, 0, 0])
    #expect(try conversion.bytes(#"{"oneUint32":300}"#) == [0x58, 0xAC, 0x02])
    #expect(
      try conversion.bytes(#"{"oneInt32":-1}"#)
        == [0x28] + Array(repeating: 0xFF, count: 9) + [0x01])
    #expect(try conversion.bytes(#"{"oneSint32":-1}"#) == [0x70, 0x01])
  }
}
