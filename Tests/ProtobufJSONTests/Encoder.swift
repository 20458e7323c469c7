/// Builds encoded messages by hand, apart from the code under test.
struct Encoder {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: Int, varint: UInt64) {
    tag(number, 0)
    raw(varint: varint)
  }

  mutating func append(_ number: Int, fixed64: UInt64) {
    tag(number, 1)
    raw(fixed64, width: 8)
  }

  mutating func append(_ number: Int, fixed32: UInt32) {
    tag(number, 5)
    raw(UInt64(fixed32), width: 4)
  }

  mutating func append(_ number: Int, _ content: [UInt8]) {
    tag(number, 2)
    raw(varint: UInt64(content.count))
    bytes += content
  }

  mutating func append(_ number: Int, _ text: String) {
    append(number, Array(text.utf8))
  }

  mutating func raw(_ content: [UInt8]) {
    bytes += content
  }

  mutating func raw(varint: UInt64) {
    var rest = varint
    while rest > 127 {
      bytes.append(UInt8(rest % 128) + 128)
      rest /= 128
    }
    bytes.append(UInt8(rest))
  }

  mutating func raw(_ number: UInt64, width: Int) {
    for index in 0..<width { bytes.append(UInt8(number >> (index * 8) & 255)) }
  }

  mutating func tag(_ number: Int, _ wireType: UInt64) {
    raw(varint: UInt64(number) * 8 + wireType)
  }
}
