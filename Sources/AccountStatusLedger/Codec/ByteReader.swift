package import AccountStatusModel

/// Bytes that are not what `ByteWriter` writes, or of a version that this program does not know.
package struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package var description: String

  /// Says what is wrong.
  package init(_ description: String) {
    self.description = description
  }
}

/// Reads what `ByteWriter` wrote. Takes no byte on trust: every form but the canonical one is an
/// error.
package struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  /// Reads bytes that outlive the reader.
  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// Fails unless every byte was read.
  package func finish() throws(CodecError) {
    guard offset == bytes.count else {
      throw CodecError("\(bytes.count - offset) bytes too many")
    }
  }

  /// One byte.
  @inline(__always)
  package mutating func readByte() throws(CodecError) -> UInt8 {
    guard offset < bytes.count else { throw CodecError("ends too early") }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// An unsigned number.
  package mutating func read<Number: UnsignedInteger & FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(CodecError) -> Number {
    var value: Number = 0
    var shift = 0
    while true {
      let byte = try readByte()
      let part = Number(byte & 0x7f)
      guard shift < Number.bitWidth, (part << shift) >> shift == part else {
        throw CodecError("a number is too large")
      }
      value |= part << shift
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else { throw CodecError("a number has idle bytes") }
        return value
      }
      shift += 7
    }
  }

  /// A signed number.
  package mutating func readSigned() throws(CodecError) -> Int64 {
    let value: UInt64 = try read()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A flag.
  package mutating func readFlag() throws(CodecError) -> Bool {
    switch try readByte() {
    case 0: return false
    case 1: return true
    case let byte: throw CodecError("\(byte) is no flag")
    }
  }

  /// A word of the contract.
  package mutating func readWord<Value: Word>(
    _: Value.Type = Value.self
  ) throws(CodecError) -> Value {
    let byte = try readByte()
    guard let word = Value(rawValue: byte) else { throw CodecError("\(byte) is no \(Value.self)") }
    return word
  }

  /// A set of words that this program knows.
  package mutating func readSet<Value: Word>(
    _: Value.Type = Value.self
  ) throws(CodecError) -> WordSet<Value> {
    let set = WordSet<Value>(bits: try read())
    var rest = set.bits
    while rest != 0 {
      let bit = UInt8(rest.trailingZeroBitCount)
      guard Value(rawValue: bit) != nil else { throw CodecError("\(bit) is no \(Value.self)") }
      rest &= rest - 1
    }
    return set
  }

  /// Text.
  package mutating func readText() throws(CodecError) -> String {
    let count: UInt = try read()
    guard count <= UInt(bytes.count - offset) else { throw CodecError("ends too early") }
    let end = offset + Int(count)
    defer { offset = end }
    guard let text = String(validating: bytes[offset..<end], as: UTF8.self) else {
      throw CodecError("a text is not UTF-8")
    }
    return text
  }

  /// An id; its form was checked before it was written.
  package mutating func readIdentifier() throws(CodecError) -> Identifier {
    Identifier(checked: try readText())
  }

  /// An account id; its form was checked before it was written.
  package mutating func readAccountID() throws(CodecError) -> AccountID {
    AccountID(checked: try readText())
  }

  /// An instant.
  package mutating func readInstant() throws(CodecError) -> Instant {
    Instant(nanoseconds: try readSigned())
  }

  /// A date.
  package mutating func readDay() throws(CodecError) -> CalendarDay {
    guard let number = Int32(exactly: try readSigned()) else {
      throw CodecError("a date is out of range")
    }
    return CalendarDay(number: number)
  }

  /// An amount.
  package mutating func readMoney() throws(CodecError) -> Money {
    guard bytes.count - offset >= 3 else { throw CodecError("ends too early") }
    let code = String(decoding: bytes[offset..<offset + 3], as: UTF8.self)
    offset += 3
    guard let currency = try? Currency(code) else {
      throw CodecError("\"\(code)\" is no currency")
    }
    let value: UInt128 = try read()
    return Money(
      currency, billionths: Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1))
  }

  /// A value that may be absent.
  package mutating func readOptional<Value>(
    _ read: (inout ByteReader) throws(CodecError) -> Value
  ) throws(CodecError) -> Value? {
    try readFlag() ? try read(&self) : nil
  }

  /// A list.
  package mutating func readList<Item>(
    _ read: (inout ByteReader) throws(CodecError) -> Item
  ) throws(CodecError) -> [Item] {
    let count: UInt = try self.read()
    // An item takes at least a byte: a damaged count reserves no memory.
    guard count <= UInt(bytes.count - offset) else { throw CodecError("ends too early") }
    var items: [Item] = []
    items.reserveCapacity(Int(count))
    for _ in 0..<count { items.append(try read(&self)) }
    return items
  }
}
