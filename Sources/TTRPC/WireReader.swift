/// Why bytes are not a message.
package enum WireError: Error, Sendable, Hashable {
  /// A field, a length or a varint goes past the end.
  case truncated
  /// More than ten bytes or 64 bits.
  case overlongVarint
  /// Field number 0 or above 2^29 − 1.
  case invalidFieldNumber
  /// A group, no wire type at all, or not the field's.
  case unexpectedWireType
  /// Not UTF-8, or a NUL inside text.
  case invalidText
}

/// One field as it stands on the wire; its bytes are a slice of the input.
package struct WireField {
  package enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  package var number: UInt32
  package var type: WireType
  /// The value of a varint or a fixed field.
  package var value: UInt64
  /// The content of a length-delimited field.
  package var content: UnsafeRawBufferPointer

  @inline(__always)
  package func varint() throws(WireError) -> UInt64 {
    guard type == .varint else { throw .unexpectedWireType }
    return value
  }

  @inline(__always)
  package func bytes() throws(WireError) -> UnsafeRawBufferPointer {
    guard type == .lengthDelimited else { throw .unexpectedWireType }
    return content
  }

  package func message() throws(WireError) -> WireReader {
    WireReader(try bytes())
  }

  /// The content as text. Allocates.
  package func string() throws(WireError) -> String {
    let bytes = try bytes()
    guard bytes.isText else { throw .invalidText }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Walks over the fields of one encoded message, in place.
///
/// Reads nothing outside of the bytes given and allocates nothing. Unknown fields are the caller's
/// to skip: it does so by not looking at them.
package struct WireReader {
  private let start: UnsafeRawPointer
  private var place: UnsafeRawPointer
  private let end: UnsafeRawPointer

  /// - offset: where the first field begins.
  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer, from offset: Int = 0) {
    // Of no bytes none is looked at, wherever they are.
    start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    place = start + offset
    end = start + bytes.count
  }

  /// The next field, nil at the end.
  @inline(__always)
  package mutating func next() throws(WireError) -> WireField? {
    guard place < end else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number > 0, number < 1 << 29 else { throw .invalidFieldNumber }
    guard let type = WireField.WireType(rawValue: UInt8(truncatingIfNeeded: tag & 7)) else {
      throw .unexpectedWireType
    }
    var field = WireField(
      number: UInt32(truncatingIfNeeded: number), type: type, value: 0,
      content: UnsafeRawBufferPointer(start: nil, count: 0))
    // Not a switch: it would become a jump that is guessed anew for every field.
    if type == .varint {
      field.value = try varint()
    } else if type == .lengthDelimited {
      let length = try varint()
      guard length <= UInt64(end - place) else { throw .truncated }
      field.content = UnsafeRawBufferPointer(start: take(Int(length)), count: Int(length))
    } else {
      field.value = try fixed(type == .fixed64 ? 8 : 4)
    }
    return field
  }

  /// A little-endian number of so many bytes.
  @inline(never)
  private mutating func fixed(_ count: Int) throws(WireError) -> UInt64 {
    guard end - place >= count else { throw .truncated }
    let bytes = UnsafeRawBufferPointer(start: take(count), count: count)
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  @inline(__always)
  private mutating func take(_ count: Int) -> UnsafeRawPointer {
    defer { place += count }
    return place
  }

  @inline(__always)
  private mutating func varint() throws(WireError) -> UInt64 {
    guard place < end else { throw .truncated }
    let first = place.load(as: UInt8.self)
    if first < 0x80 {
      place += 1
      return UInt64(first)
    }
    return try longVarint()
  }

  /// A varint of more than one byte: up to eight bytes at once, where they are.
  @inline(__always)
  private mutating func longVarint() throws(WireError) -> UInt64 {
    let rest = end - place
    var bytes: UInt64
    if rest >= 8 {
      bytes = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    } else if end - start >= 8 {
      // The message's last eight bytes, without those that come before the varint.
      bytes = UInt64(littleEndian: (end - 8).loadUnaligned(as: UInt64.self))
      bytes = bytes &>> UInt64(64 - 8 * rest)
    } else {
      return try bytewiseVarint()
    }
    let last = ~bytes & 0x8080_8080_8080_8080
    let bits = last.trailingZeroBitCount + 1
    guard last != 0, bits <= 8 * rest else { return try bytewiseVarint() }
    place += bits / 8
    bytes &= 0x7f7f_7f7f_7f7f_7f7f & (.max &>> UInt64(64 - bits))
    bytes = bytes & 0x007f_007f_007f_007f | (bytes & 0x7f00_7f00_7f00_7f00) >> 1
    bytes = bytes & 0x0000_3fff_0000_3fff | (bytes & 0x3fff_0000_3fff_0000) >> 2
    return bytes & 0x0fff_ffff | (bytes & 0x0fff_ffff_0000_0000) >> 4
  }

  @inline(never)
  private mutating func bytewiseVarint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while place < end {
      let byte = take(1).load(as: UInt8.self)
      // The tenth byte has room for one bit.
      guard shift < 63 || byte <= 1 else { throw .overlongVarint }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .truncated
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are UTF-8 without a NUL: what a proto3 `string` may hold here.
  package var isText: Bool {
    var offset = 0
    while offset < count {
      let byte = self[offset]
      if byte == 0 { return false }
      if byte < 0x80 {
        offset += 1
        continue
      }
      let length = scalarLength(at: offset)
      if length == 0 { return false }
      offset += length
    }
    return true
  }

  /// Bytes of the multi-byte scalar there; 0 when it is not one. Table 3-7 of the Unicode Standard.
  private func scalarLength(at offset: Int) -> Int {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch self[offset] {
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: length = 4
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    default: return 0
    }
    guard count - offset >= length, second.contains(self[offset + 1]) else { return 0 }
    for position in offset + 2..<offset + length where self[position] & 0xc0 != 0x80 { return 0 }
    return length
  }

  /// Whether two runs of bytes are the same.
  @inline(__always)
  package func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
    count == other.count && starts(with: other)
  }

  /// Whether the bytes begin with others. By words: names are too short for a call to pay.
  @inline(__always)
  package func starts(with other: UnsafeRawBufferPointer) -> Bool {
    guard count >= other.count else { return false }
    guard other.count >= 8 else {
      for offset in 0..<other.count where self[offset] != other[offset] { return false }
      return true
    }
    var offset = 0
    while offset < other.count - 8 {
      if word(at: offset) != other.word(at: offset) { return false }
      offset += 8
    }
    // The last word overlaps the one before it.
    return word(at: other.count - 8) == other.word(at: other.count - 8)
  }

  @inline(__always)
  private func word(at offset: Int) -> UInt64 {
    loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
}
