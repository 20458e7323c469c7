import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct ByteWriterTests {
  @Test(
    arguments: [
      (0, [0]), (127, [0x7f]), (128, [0x80, 1]), (300, [0xac, 2]),
      (UInt64.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ] as [(UInt64, [UInt8])])
  func `numbers take the shortest form`(number: UInt64, bytes: [UInt8]) {
    var writer = ByteWriter()
    writer.write(number)
    #expect(writer.bytes == bytes)
  }

  @Test(
    arguments: [(0, [0]), (-1, [1]), (1, [2]), (-64, [0x7f]), (64, [0x80, 1])]
      as [(Int64, [UInt8])])
  func `signed numbers near zero are short`(number: Int64, bytes: [UInt8]) {
    var writer = ByteWriter()
    writer.write(signed: number)
    #expect(writer.bytes == bytes)
  }

  @Test func `text is its length in bytes and its UTF-8`() {
    var writer = ByteWriter()
    writer.write("ö")
    #expect(writer.bytes == [2, 0xc3, 0xb6])
  }

  @Test func `what is absent takes one byte`() {
    var writer = ByteWriter()
    writer.write(optional: Identifier?.none) { $0.write($1) }
    writer.write(optional: Identifier("x")) { $0.write($1) }
    #expect(writer.bytes == [0, 1, 1, 0x78])
  }

  @Test func `it can be used again`() {
    var writer = ByteWriter()
    writer.write("first")
    writer.removeAll()
    writer.write(true)
    #expect(writer.bytes == [1])
  }
}
