import JSONText

/// Conversion of single values that are neither messages nor enums.
enum Scalar {
  /// A value from the wire as JSON: 64-bit integers as strings, bytes as base64.
  static func json(
    _ value: WireValue, _ kind: FieldDescriptor.Kind
  ) throws(ConversionError) -> JSONValue {
    switch (kind, value) {
    case (.double, .fixed64(let bits)): return json(Double(bitPattern: bits))
    case (.float, .fixed32(let bits)): return json(Float(bitPattern: bits))
    case (.int32, .varint(let bits)): return .number(JSONNumber(Int32(truncatingIfNeeded: bits)))
    case (.uint32, .varint(let bits)): return .number(JSONNumber(UInt32(truncatingIfNeeded: bits)))
    case (.sint32, .varint(let bits)):
      return .number(JSONNumber(Int32(truncatingIfNeeded: zigZagDecoded(bits & 0xFFFF_FFFF))))
    case (.fixed32, .fixed32(let bits)): return .number(JSONNumber(bits))
    case (.sfixed32, .fixed32(let bits)): return .number(JSONNumber(Int32(bitPattern: bits)))
    case (.int64, .varint(let bits)), (.sfixed64, .fixed64(let bits)):
      return .string(String(Int64(bitPattern: bits)))
    case (.uint64, .varint(let bits)), (.fixed64, .fixed64(let bits)): return .string(String(bits))
    case (.sint64, .varint(let bits)): return .string(String(zigZagDecoded(bits)))
    case (.bool, .varint(let bits)): return .bool(bits != 0)
    case (.string, .bytes(let bytes)):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ConversionError(message: "the text is not UTF-8")
      }
      return .string(text)
    case (.bytes, .bytes(let bytes)): return .string(Base64.text(of: bytes))
    default: throw ConversionError(message: "the value on the wire does not fit its field")
    }
  }

  private static func json<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ number: Number
  ) -> JSONValue {
    if number.isNaN { return .string("NaN") }
    if number.isInfinite { return .string(number < 0 ? "-Infinity" : "Infinity") }
    // Swift prints the shortest text that reads back as the same number, and it is JSON.
    return JSONNumber(number.description).map { .number($0) } ?? .null
  }

  /// A JSON value for the wire. Integers may be written as strings or with an exponent, as long
  /// as they are whole.
  static func wire(
    _ json: JSONValue, _ kind: FieldDescriptor.Kind
  ) throws(ConversionError) -> WireValue {
    switch kind {
    case .double: return .fixed64(try float(json, as: Double.self).bitPattern)
    case .float: return .fixed32(try float(json, as: Float.self).bitPattern)
    case .int32: return .varint(UInt64(bitPattern: Int64(try integer(json, as: Int32.self))))
    case .int64: return .varint(UInt64(bitPattern: try integer(json, as: Int64.self)))
    case .uint32: return .varint(UInt64(try integer(json, as: UInt32.self)))
    case .uint64: return .varint(try integer(json, as: UInt64.self))
    case .sint32: return .varint(zigZagEncoded(Int64(try integer(json, as: Int32.self))))
    case .sint64: return .varint(zigZagEncoded(try integer(json, as: Int64.self)))
    case .fixed32: return .fixed32(try integer(json, as: UInt32.self))
    case .sfixed32: return .fixed32(UInt32(bitPattern: try integer(json, as: Int32.self)))
    case .fixed64: return .fixed64(try integer(json, as: UInt64.self))
    case .sfixed64: return .fixed64(UInt64(bitPattern: try integer(json, as: Int64.self)))
    case .bool:
      guard case .bool(let bool) = json else { throw json.isNot("true or false") }
      return .varint(bool ? 1 : 0)
    case .string:
      guard case .string(let text) = json else { throw json.isNot("a string") }
      return .bytes(Array(text.utf8)[...])
    case .bytes:
      guard case .string(let text) = json, let bytes = Base64.bytes(of: text) else {
        throw json.isNot("base64 in a string")
      }
      return .bytes(bytes[...])
    case .message, .enumeration: throw json.isNot("a single value")
    }
  }

  private static func integer<Integer: FixedWidthInteger>(
    _ json: JSONValue, as _: Integer.Type
  ) throws(ConversionError) -> Integer {
    var number: JSONNumber?
    if case .number(let bare) = json { number = bare }
    if case .string(let quoted) = json { number = JSONNumber(quoted) }
    guard let integer = number?.integer(as: Integer.self) else {
      throw json.isNot("a whole number from \(Integer.min) to \(Integer.max)")
    }
    return integer
  }

  private static func float<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ json: JSONValue, as _: Number.Type
  ) throws(ConversionError) -> Number {
    let number: JSONNumber?
    switch json {
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    case .string(let quoted): number = JSONNumber(quoted)
    case .number(let bare): number = bare
    default: number = nil
    }
    guard let number, let float = Number(number.text), float.isFinite else {
      throw json.isNot("a number in range, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }
    return float
  }

  /// Bytes that order the keys of a map: numbers by value, text by bytes.
  static func rank(of key: WireValue, _ kind: FieldDescriptor.Kind) -> [UInt8] {
    let order: UInt64
    switch (kind, key) {
    case (_, .bytes(let bytes)): return Array(bytes)
    case (.int32, .varint(let bits)): order = signed(Int64(Int32(truncatingIfNeeded: bits)))
    case (.int64, .varint(let bits)), (.sfixed64, .fixed64(let bits)):
      order = signed(Int64(bitPattern: bits))
    case (.sint32, .varint(let bits)), (.sint64, .varint(let bits)):
      order = signed(zigZagDecoded(bits))
    case (.sfixed32, .fixed32(let bits)): order = signed(Int64(Int32(bitPattern: bits)))
    case (.uint32, .varint(let bits)): order = bits & 0xFFFF_FFFF
    case (.bool, .varint(let bits)): order = bits == 0 ? 0 : 1
    case (_, .varint(let bits)), (_, .fixed64(let bits)): order = bits
    case (_, .fixed32(let bits)): order = UInt64(bits)
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: order >> (56 - 8 * $0)) }
  }

  /// A signed number moved so that the order of its bits is that of its values.
  private static func signed(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: number) ^ (1 << 63)
  }

  private static func zigZagDecoded(_ bits: UInt64) -> Int64 {
    Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }

  private static func zigZagEncoded(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: number << 1 ^ number >> 63)
  }
}

extension JSONValue {
  /// The error that says what should stand in this value's place.
  func isNot(_ expected: String) -> ConversionError {
    var shown = text()
    if shown.count > 60 { shown = shown.prefix(57) + "..." }
    return ConversionError(message: "\(expected) is expected, not \(shown)")
  }
}
