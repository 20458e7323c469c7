import ProtobufJSON

/// A generator of random numbers that a seed determines.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ part: Int, of whole: Int) -> Bool {
    Int.random(in: 0..<whole, using: &self) < part
  }
}

/// Makes encoded messages of any type, with all that the encoding allows: packed and unpacked
/// runs, messages in pieces, oneofs set twice, unknown fields and enum values.
struct MessageGenerator {
  let pool: DescriptorPool
  var random: SeededGenerator

  mutating func message(_ type: MessageDescriptor, depth: Int = 0) throws -> [UInt8] {
    if let special = try wellKnown(type, depth: depth) { return special }
    var encoder = Encoder()
    // Types with very many fields get a few each time.
    let odds = type.fields.count > 30 ? (1, 12) : (3, 5)
    for field in type.fields where random.chance(odds.0, of: odds.1) {
      if case .message = field.kind, depth >= 3 { continue }
      try append(field, to: &encoder, depth: depth)
    }
    if random.chance(1, of: 10) { encoder.append(9999, varint: random.next()) }
    return encoder.bytes
  }

  private mutating func append(
    _ field: FieldDescriptor, to encoder: inout Encoder, depth: Int
  ) throws {
    let count = field.isRepeated ? Int.random(in: 1...3, using: &random) : 1
    if field.isRepeated, isPackable(field.kind), random.chance(1, of: 2) {
      var run = Encoder()
      for _ in 0..<count { try appendValue(field.kind, number: nil, to: &run, depth: depth) }
      encoder.append(field.number, run.bytes)
      return
    }
    for _ in 0..<count {
      try appendValue(field.kind, number: field.number, to: &encoder, depth: depth)
    }
    if case .message(let name) = field.kind, !field.isRepeated,
      !name.hasPrefix("google.protobuf"), random.chance(1, of: 8)
    {
      try appendValue(field.kind, number: field.number, to: &encoder, depth: depth)
    }
  }

  private func isPackable(_ kind: FieldDescriptor.Kind) -> Bool {
    switch kind {
    case .message, .string, .bytes: false
    default: true
    }
  }

  /// Appends a value with a tag, or without one inside a packed run.
  private mutating func appendValue(
    _ kind: FieldDescriptor.Kind, number: Int?, to encoder: inout Encoder, depth: Int
  ) throws {
    switch kind {
    case .double:
      if let number { encoder.tag(number, 1) }
      encoder.raw(randomDouble().bitPattern, width: 8)
    case .float:
      if let number { encoder.tag(number, 5) }
      encoder.raw(UInt64(Float(randomDouble()).bitPattern), width: 4)
    case .fixed64, .sfixed64:
      if let number { encoder.tag(number, 1) }
      encoder.raw(randomBits(), width: 8)
    case .fixed32, .sfixed32:
      if let number { encoder.tag(number, 5) }
      encoder.raw(randomBits() & 0xFFFF_FFFF, width: 4)
    case .int32:
      if let number { encoder.tag(number, 0) }
      let value = Int32(truncatingIfNeeded: randomBits())
      encoder.raw(varint: UInt64(bitPattern: Int64(value)))
    case .uint32, .sint32:
      if let number { encoder.tag(number, 0) }
      encoder.raw(varint: randomBits() & 0xFFFF_FFFF)
    case .int64, .uint64, .sint64:
      if let number { encoder.tag(number, 0) }
      encoder.raw(varint: randomBits())
    case .bool:
      if let number { encoder.tag(number, 0) }
      encoder.raw(varint: random.next() & 1)
    case .enumeration(let name):
      if let number { encoder.tag(number, 0) }
      encoder.raw(varint: UInt64(bitPattern: Int64(try enumNumber(name))))
    case .string: encoder.append(number ?? 0, randomText())
    case .bytes:
      let count = Int.random(in: 0...9, using: &random)
      encoder.append(
        number ?? 0, (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
    case .message(let name):
      encoder.append(number ?? 0, try message(try pool.message(name), depth: depth + 1))
    }
  }

  private mutating func enumNumber(_ name: String) throws -> Int32 {
    let known = try pool.enumeration(name).values.map(\.number)
    if name != "google.protobuf.NullValue", random.chance(1, of: 12) { return 4242 }
    return known.randomElement(using: &random) ?? 0
  }

  /// Messages whose JSON form allows only some contents.
  private mutating func wellKnown(_ type: MessageDescriptor, depth: Int) throws -> [UInt8]? {
    var encoder = Encoder()
    switch type.name {
    case "google.protobuf.Timestamp":
      let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
      encoder.append(1, varint: UInt64(bitPattern: seconds))
      encoder.append(2, varint: UInt64(randomNanos()))
    case "google.protobuf.Duration":
      let sign: Int64 = random.chance(1, of: 2) ? -1 : 1
      let seconds =
        random.chance(1, of: 3) ? 0 : Int64.random(in: 0...315_575_999_999, using: &random)
      encoder.append(1, varint: UInt64(bitPattern: seconds * sign))
      encoder.append(2, varint: UInt64(bitPattern: randomNanos() * sign))
    case "google.protobuf.Any":
      guard random.chance(9, of: 10) else { return [] }
      let names = pool.messageNames.filter { !$0.hasPrefix("google.protobuf.Any") }
      let name = names.randomElement(using: &random) ?? ""
      encoder.append(1, "type.googleapis.com/\(name)")
      encoder.append(2, try message(try pool.message(name), depth: max(depth, 2) + 1))
    case "google.protobuf.FieldMask":
      for path in ["display_name", "a.b_c.d", "x"] where random.chance(1, of: 2) {
        encoder.append(1, path)
      }
    case "google.protobuf.Value":
      switch Int.random(in: 0...(depth < 3 ? 5 : 3), using: &random) {
      case 0: encoder.append(1, varint: 0)
      case 1: encoder.append(2, fixed64: Double.random(in: -1e9...1e9, using: &random).bitPattern)
      case 2: encoder.append(3, randomText())
      case 3: encoder.append(4, varint: random.next() & 1)
      case 4:
        encoder.append(5, try message(try pool.message("google.protobuf.Struct"), depth: depth + 1))
      default:
        encoder.append(
          6, try message(try pool.message("google.protobuf.ListValue"), depth: depth + 1))
      }
    default: return nil
    }
    return encoder.bytes
  }

  private mutating func randomNanos() -> Int64 {
    let nanos = Int64.random(in: 0...999_999_999, using: &random)
    let steps: [Int64] = [1_000_000_000, 1_000_000, 1000, 1]
    return nanos / (steps.randomElement(using: &random) ?? 1)
      * (steps.randomElement(using: &random) ?? 1) % 1_000_000_000
  }

  /// Small, large and extreme numbers alike.
  private mutating func randomBits() -> UInt64 {
    let edges: [UInt64] = [
      0, 1, UInt64.max, UInt64(Int64.max), 1 << 63, UInt64(Int32.max), 0xFFFF_FFFF_8000_0000,
    ]
    if random.chance(1, of: 3) { return edges.randomElement(using: &random) ?? 0 }
    return random.next() >> UInt64.random(in: 0...63, using: &random)
  }

  private mutating func randomDouble() -> Double {
    let edges: [Double] = [
      0, -0.0, 1, -1.5, 0.1, 1e16, 123_456_789.25, .nan, .infinity, -.infinity,
    ]
    if random.chance(1, of: 2) { return edges.randomElement(using: &random) ?? 0 }
    return Double.random(in: -1...1, using: &random) * 1e30
  }

  private mutating func randomText() -> String {
    let pieces = [
      "INV-1", "é", "e\u{301}", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{2028}",
      "😀", "\u{10FFFF}", "𝄞", " ", "<&>", "å",
    ]
    let count = Int.random(in: 0...5, using: &random)
    return (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }
}
