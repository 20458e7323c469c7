/// Encodes small messages field by field.
///
/// Proto3: a field that has its default value is left out.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  /// - capacity: bytes to make room for at once.
  package init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  package mutating func varint(_ number: UInt32, _ value: UInt64) {
    guard value != 0 else { return }
    raw(UInt64(number) << 3)
    raw(value)
  }

  package mutating func string(_ number: UInt32, _ text: String) {
    guard !text.isEmpty else { return }
    raw(UInt64(number) << 3 | 2)
    raw(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func data(_ number: UInt32, _ content: [UInt8]) {
    guard !content.isEmpty else { return }
    raw(UInt64(number) << 3 | 2)
    raw(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// A sub-message; present even when it is empty.
  package mutating func message(_ number: UInt32, _ write: (inout WireWriter) -> Void) {
    var inner = WireWriter()
    write(&inner)
    raw(UInt64(number) << 3 | 2)
    raw(UInt64(inner.bytes.count))
    bytes.append(contentsOf: inner.bytes)
  }

  private mutating func raw(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
