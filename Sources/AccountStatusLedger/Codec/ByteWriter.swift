package import AccountStatusModel

/// Writes values as canonical bytes: one value, one form.
///
///     number    unsigned LEB128, shortest form        signed    zigzag, then as number
///     flag      one byte, 0 or 1                      word      one byte, its raw value
///     text      number of bytes, then UTF-8           optional  flag, then the value
///     list      number of items, then the items
package struct ByteWriter {
  /// What was written.
  package private(set) var bytes: [UInt8] = []

  /// Writes nothing yet.
  package init() {}

  /// Forgets what was written and keeps the room.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// One byte.
  @inline(__always)
  package mutating func write(byte: UInt8) {
    bytes.append(byte)
  }

  /// An unsigned number.
  package mutating func write(_ value: some UnsignedInteger & FixedWidthInteger) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A signed number.
  package mutating func write(signed value: Int64) {
    write(UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  /// A flag.
  package mutating func write(_ flag: Bool) {
    bytes.append(flag ? 1 : 0)
  }

  /// A word of the contract.
  package mutating func write(_ word: some Word) {
    bytes.append(word.rawValue)
  }

  /// A set of words.
  package mutating func write(_ set: WordSet<some Word>) {
    write(set.bits)
  }

  /// Text.
  package mutating func write(_ text: String) {
    write(UInt(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// An id.
  package mutating func write(_ id: Identifier) {
    write(id.text)
  }

  /// An account id.
  package mutating func write(_ id: AccountID) {
    write(id.text)
  }

  /// An instant.
  package mutating func write(_ instant: Instant) {
    write(signed: instant.nanoseconds)
  }

  /// A date.
  package mutating func write(_ day: CalendarDay) {
    write(signed: Int64(day.number))
  }

  /// An amount: the currency's letters, then zigzag billionths.
  package mutating func write(_ money: Money) {
    let letters = money.currency.number
    bytes.append(UInt8(truncatingIfNeeded: letters >> 16))
    bytes.append(UInt8(truncatingIfNeeded: letters >> 8))
    bytes.append(UInt8(truncatingIfNeeded: letters))
    write(UInt128(bitPattern: money.billionths << 1 ^ money.billionths >> 127))
  }

  /// A value that may be absent.
  package mutating func write<Value>(
    optional value: Value?, _ write: (inout ByteWriter, Value) -> Void
  ) {
    self.write(value != nil)
    if let value { write(&self, value) }
  }

  /// The number of items, then each.
  package mutating func write<Item>(
    list items: [Item], _ write: (inout ByteWriter, Item) -> Void
  ) {
    self.write(UInt(items.count))
    for item in items { write(&self, item) }
  }
}
