import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct ByteReaderTests {
  private func read<Value>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws -> Value
  ) throws -> Value {
    try bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let value = try body(&reader)
      try reader.finish()
      return value
    }
  }

  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, .max] as [UInt64])
  func `numbers come back`(number: UInt64) throws {
    var writer = ByteWriter()
    writer.write(number)
    #expect(try read(writer.bytes) { reader throws(CodecError) in try reader.read() } == number)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max])
  func `signed numbers come back`(number: Int64) throws {
    var writer = ByteWriter()
    writer.write(signed: number)
    #expect(
      try read(writer.bytes) { reader throws(CodecError) in try reader.readSigned() } == number)
  }

  @Test(
    arguments: [
      [0x80, 0], [0x80, 0x80, 0], [0x80, 0x80, 0x80, 0x80, 0x10],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x80],
    ] as [[UInt8]])
  func `a 32-bit number that is too long, too large or cut short is refused`(bytes: [UInt8]) {
    #expect(throws: CodecError.self) {
      try read(bytes) { reader throws(CodecError) in try reader.read(UInt32.self) }
    }
  }

  @Test func `a flag is 0 or 1`() {
    #expect(throws: CodecError("2 is no flag")) {
      try read([2]) { reader throws(CodecError) in try reader.readFlag() }
    }
  }

  @Test(arguments: [0, 7, 255] as [UInt8])
  func `a word that is not known is refused`(byte: UInt8) {
    #expect(throws: CodecError.self) {
      try read([byte]) { reader throws(CodecError) in try reader.readWord(Role.self) }
    }
  }

  @Test func `a set with a word that is not known is refused`() {
    #expect(throws: CodecError.self) {
      try read([0x11]) { reader throws(CodecError) in try reader.readSet(Role.self) }
    }
  }

  @Test func `text that is not UTF-8 is refused`() {
    #expect(throws: CodecError("a text is not UTF-8")) {
      try read([1, 0xff]) { reader throws(CodecError) in try reader.readText() }
    }
  }

  @Test func `a length beyond the end reserves nothing and is refused`() {
    let bytes: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]
    #expect(throws: CodecError("ends too early")) {
      try read(bytes) { reader throws(CodecError) in try reader.readText() }
    }
    #expect(throws: CodecError("ends too early")) {
      try read(bytes) { reader throws(CodecError) in
        try reader.readList { reader throws(CodecError) in try reader.readFlag() }
      }
    }
  }

  @Test func `a currency of other than three capital letters is refused`() {
    #expect(throws: CodecError.self) {
      try read([0x65, 0x75, 0x72, 0]) { reader throws(CodecError) in try reader.readMoney() }
    }
  }
}
