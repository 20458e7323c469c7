// The protobuf encoding: a message is a run of fields.
//
//   tag     varint, field number << 3 | wire type
//   value   0 varint · 1 eight bytes · 2 varint length, then bytes · 5 four bytes
//           (3 and 4 open and close a group; none of ours uses them, they are stepped over)

/// One field's value as it stands on the wire.
enum WireValue: Equatable {
  case varint(UInt64)
  case fixed64(UInt64)
  case fixed32(UInt32)
  case bytes(ArraySlice<UInt8>)

  /// Whether it is the value that a proto3 field without presence leaves out.
  var isDefault: Bool {
    switch self {
    case .varint(let bits), .fixed64(let bits): bits == 0
    case .fixed32(let bits): bits == 0
    case .bytes(let bytes): bytes.isEmpty
    }
  }

  fileprivate var wireType: UInt64 {
    switch self {
    case .varint: 0
    case .fixed64: 1
    case .bytes: 2
    case .fixed32: 5
    }
  }
}

/// Reads the fields of one encoded message.
struct WireReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private let malformed = ConversionError(message: "the bytes are not an encoded message")

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  /// The next field; `nil` at the end. Groups are stepped over.
  mutating func next() throws(ConversionError) -> (number: Int, value: WireValue)? {
    while !isAtEnd {
      let (number, wireType) = try tag()
      if wireType != 3 { return (number, try value(wireType)) }
      try skipGroup(number, depth: 1)
    }
    return nil
  }

  /// Values of one kind that follow each other without tags, as packed fields hold them.
  mutating func nextPacked(like kind: FieldDescriptor.Kind) throws(ConversionError) -> WireValue? {
    if isAtEnd { return nil }
    return try value(kind.wireType)
  }

  private mutating func tag() throws(ConversionError) -> (number: Int, wireType: UInt64) {
    let tag = try varint()
    guard tag >> 3 > 0, tag <= UInt64(UInt32.max) else { throw malformed }
    return (Int(tag >> 3), tag & 7)
  }

  private mutating func value(_ wireType: UInt64) throws(ConversionError) -> WireValue {
    switch wireType {
    case 0: return .varint(try varint())
    case 1: return .fixed64(try fixed(8))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - position) else { throw malformed }
      defer { position += Int(length) }
      return .bytes(bytes[position..<position + Int(length)])
    case 5: return .fixed32(UInt32(try fixed(4)))
    default: throw malformed
    }
  }

  private mutating func skipGroup(_ number: Int, depth: Int) throws(ConversionError) {
    guard depth <= DescriptorPool.maximumDepth else { throw malformed }
    while true {
      let (inner, wireType) = try tag()
      switch wireType {
      case 3: try skipGroup(inner, depth: depth + 1)
      case 4:
        guard inner == number else { throw malformed }
        return
      default: _ = try value(wireType)
      }
    }
  }

  private mutating func varint() throws(ConversionError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard !isAtEnd else { throw malformed }
      let byte = bytes[position]
      position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw malformed
  }

  private mutating func fixed(_ width: Int) throws(ConversionError) -> UInt64 {
    guard bytes.endIndex - position >= width else { throw malformed }
    defer { position += width }
    return bytes[position..<position + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// Appends fields to an encoded message.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: WireValue, number: Int) {
    append(varint: UInt64(number) << 3 | value.wireType)
    append(value)
  }

  /// Appends a value without its tag, as packed fields hold them.
  mutating func append(_ value: WireValue) {
    switch value {
    case .varint(let bits): append(varint: bits)
    case .fixed64(let bits): append(bits, width: 8)
    case .fixed32(let bits): append(UInt64(bits), width: 4)
    case .bytes(let content):
      append(varint: UInt64(content.count))
      bytes.append(contentsOf: content)
    }
  }

  private mutating func append(varint bits: UInt64) {
    var rest = bits
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(_ bits: UInt64, width: Int) {
    for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * index))) }
  }
}
