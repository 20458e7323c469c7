/// A number of less than 56 bits as a varint: its groups of seven bits, spread over bytes.
package struct Varint {
  /// The first byte is the lowest one. Those from `count` on are 0.
  package let bytes: UInt64
  package let count: Int

  @inline(__always)
  package init(_ value: UInt64) {
    count = (70 - (value | 1).leadingZeroBitCount) / 7
    var groups = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4
    groups = groups & 0x0000_3fff_0000_3fff | (groups & 0x0fff_c000_0fff_c000) << 2
    groups = groups & 0x007f_007f_007f_007f | (groups & 0x3f80_3f80_3f80_3f80) << 1
    // All but the last say that another follows.
    bytes = groups | 0x0080_8080_8080_8080 &>> UInt64(64 - 8 * count)
  }
}

/// A timestamp's fields, from nanoseconds since 1970-01-01T00:00:00Z that are not negative.
package struct EncodedTimestamp {
  package let seconds: Varint
  package let nanos: Varint
  /// Of the field with its tag; 0 where it is left out, being 0.
  package let secondsCount: Int
  package let nanosCount: Int

  @inline(__always)
  package init(_ nanoseconds: Int64) {
    let (whole, rest) = UInt64(nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
    seconds = Varint(whole)
    nanos = Varint(rest)
    secondsCount = whole == 0 ? 0 : 1 + seconds.count
    nanosCount = rest == 0 ? 0 : 1 + nanos.count
  }

  /// 1970-01-01T00:00:00Z.
  @inline(__always)
  package init() {
    seconds = Varint(0)
    nanos = Varint(0)
    secondsCount = 0
    nanosCount = 0
  }

  /// Bytes of the message; less than 128.
  @inline(__always)
  package var count: Int { secondsCount + nanosCount }
}

/// Writes fields one after the other, without a branch for what is left out: that is stored as well
/// and then written over.
///
/// Of what is stored up to `spareLength` bytes lie after the last byte that counts.
package struct FieldOutput {
  package static let spareLength = MemoryLayout<SIMD64<UInt8>>.size
  /// The most that a tag and a length take, or a timestamp with both.
  package static let headLength = 9
  package static let timestampLength = 2 + 7 + 6

  package private(set) var place: UnsafeMutableRawPointer

  @inline(__always)
  package init(_ start: UnsafeMutableRawPointer) { place = start }

  @inline(__always)
  package mutating func byte(_ value: UInt8) {
    place.storeBytes(of: value, as: UInt8.self)
    place += 1
  }

  /// A length below 1 << 14.
  @inline(__always)
  package mutating func length(_ value: Int) {
    let bits = UInt16(truncatingIfNeeded: value)
    let bytes = value < 0x80 ? bits : bits & 0x7f | 0x80 | (bits >> 7) << 8
    place.storeBytes(of: bytes.littleEndian, as: UInt16.self)
    place += Self.lengthCount(value)
  }

  /// Bytes of a length below 1 << 14.
  @inline(__always)
  package static func lengthCount(_ value: Int) -> Int { value < 0x80 ? 1 : 2 }

  @inline(__always)
  package mutating func varint(_ value: Varint) {
    place.storeBytes(of: value.bytes.littleEndian, as: UInt64.self)
    place += value.count
  }

  /// A varint field of `count` bytes in all, or of none.
  @inline(__always)
  package mutating func number(_ tag: UInt8, _ value: Varint, count: Int) {
    place.storeBytes(of: tag, as: UInt8.self)
    (place + 1).storeBytes(of: value.bytes.littleEndian, as: UInt64.self)
    place += count
  }

  /// A field with a number of one byte, or nothing.
  @inline(__always)
  package mutating func pair(_ tag: UInt8, _ value: UInt8, isPresent: Bool) {
    place.storeBytes(of: tag, as: UInt8.self)
    (place + 1).storeBytes(of: value, as: UInt8.self)
    place += isPresent ? 2 : 0
  }

  @inline(__always)
  package mutating func timestamp(_ tag: UInt8, _ timestamp: EncodedTimestamp) {
    byte(tag)
    byte(UInt8(truncatingIfNeeded: timestamp.count))
    number(0x08, timestamp.seconds, count: timestamp.secondsCount)
    number(0x10, timestamp.nanos, count: timestamp.nanosCount)
  }

  /// Encoded fields as they are.
  @inline(__always)
  package mutating func copy(_ fields: FieldBytes) {
    if fields.count <= Self.spareLength {
      copy(fields.start.loadUnaligned(as: SIMD64<UInt8>.self), count: fields.count)
    } else {
      copy(UnsafeRawBufferPointer(start: fields.start, count: fields.count))
    }
  }

  @inline(__always)
  package mutating func copy(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    place.copyMemory(from: source, byteCount: bytes.count)
    place += bytes.count
  }

  /// The first bytes of encoded fields.
  @inline(__always)
  package mutating func copy(_ fields: SIMD64<UInt8>, count: Int) {
    place.storeBytes(of: fields, as: SIMD64<UInt8>.self)
    place += count
  }

  /// A field of text or bytes; an empty one is left out.
  @inline(__always)
  package mutating func slice(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
    guard !content.isEmpty else { return }
    byte(tag)
    varint(Varint(UInt64(content.count)))
    copy(content)
  }
}

/// Encoded fields that are kept, to be copied. Plain memory, its owner's to deallocate.
package struct FieldBytes {
  package let start: UnsafeMutableRawPointer
  private let capacity: Int
  package private(set) var count = 0

  package init(capacity: Int) {
    self.capacity = capacity
    start = .allocate(byteCount: capacity + FieldOutput.spareLength, alignment: 8)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + FieldOutput.spareLength)
  }

  package func deallocate() { start.deallocate() }

  /// Replaces them by what is written, at most as many bytes as there is room for.
  @inline(__always)
  package mutating func write(_ fields: (inout FieldOutput) -> Void) {
    var output = FieldOutput(start)
    fields(&output)
    count = output.place - start
    precondition(count <= capacity)
  }
}
