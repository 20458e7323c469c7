import AccountStatusModel
import JSONText

/// Every document, with the account that it is about.
let documents: [(name: String, account: AccountID)] = [
  ("northwind-invoices", northwind), ("partly-bad-invoices", northwind),
  ("northwind-invoice-summary", northwind), ("northwind-service-request", northwind),
  ("northwind-legal-business-profile", northwind),
  ("northwind-legal-business-profile-last-finalized", northwind),
  ("fabrikam-indirect-resellers", "fabrikam"),
]

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
}

extension SeededGenerator {
  /// The bytes with one to three of them changed, taken out, put in, or all from one on cut off.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var damaged = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) {
      let place = Int.random(in: 0..<damaged.count, using: &self)
      switch Int.random(in: 0...9, using: &self) {
      case 0...3: damaged[place] = UInt8.random(in: 0...255, using: &self)
      case 4...6: damaged[place] = UInt8.random(in: 32...126, using: &self)
      case 7: damaged.remove(at: place)
      case 8: damaged.insert(UInt8.random(in: 32...126, using: &self), at: place)
      default: damaged = Array(damaged[..<max(1, place)])
      }
    }
    return damaged
  }

  /// The document with one value, anywhere in it, in place of another; and where, as a path.
  mutating func mutated(_ document: JSONValue) -> (document: JSONValue, path: [Step]) {
    var paths: [[Step]] = []
    collect(document, [], &paths)
    let path = paths[Int.random(in: 0..<paths.count, using: &self)]
    let old = document.value(at: path[...])
    var new = replacement(of: old)
    while new == old { new = replacement(of: old) }
    return (document.replacing(at: path[...], with: new), path)
  }

  private func collect(_ value: JSONValue, _ path: [Step], _ paths: inout [[Step]]) {
    paths.append(path)
    switch value {
    case .array(let items):
      for (index, item) in items.enumerated() { collect(item, path + [.item(index)], &paths) }
    case .object(let object):
      for member in object.members { collect(member.value, path + [.member(member.name)], &paths) }
    default: break
    }
  }

  /// `nil`: taken out.
  private mutating func replacement(of old: JSONValue?) -> JSONValue? {
    if Int.random(in: 0..<6, using: &self) == 0 { return nil }
    if Int.random(in: 0..<3, using: &self) == 0, let varied = varied(old) { return varied }
    return Self.values[Int.random(in: 0..<Self.values.count, using: &self)]
  }

  /// Another text or number that looks like the old one.
  private mutating func varied(_ old: JSONValue?) -> JSONValue? {
    switch old {
    case .string(let text) where !text.isEmpty:
      var bytes = Array(text.utf8)
      bytes[Int.random(in: 0..<bytes.count, using: &self)] = UInt8.random(
        in: 32...126, using: &self)
      return .string(String(decoding: bytes, as: UTF8.self))
    case .number(let number):
      let digits = ["0", "1", "9", ".5", "e2", "000000000001"]
      let text = number.text + digits[Int.random(in: 0..<digits.count, using: &self)]
      return JSONNumber(text).map { .number($0) }
    default: return nil
    }
  }

  private static let values: [JSONValue] =
    [
      .null, .bool(true), .string(""), .string("1000"), .string("0001-01-01T00:00:00"),
      .string("2026-08-01T00:00:00.1234567"), .string("2026-13-45"), .string("SEK"),
      .string("void_note"), .string("Closed"), .string("terminated_by_partner"),
      .string("rejected"), .string("a\u{0}b"), .string("\u{1B}[2J"), .string("é\u{301}"),
      .string(String(repeating: "x", count: 5000)), .array([]), .array([.null]), .object([:]),
      .object(["attributes": .object(["objectType": .string("Invoice")])]),
    ]
    + [
      "0", "-0", "1", "-1", "1e3", "1E-5", "1e400", "0.1", "0.000000001", "0.0000000001",
      "9223372036854775807", "-9223372036854775808", "9223372036854775808",
      "123456789012345678901234567890", "-1000.000000000000000000000000000000",
    ].compactMap { JSONNumber($0).map { .number($0) } }
}

/// A step into a document.
enum Step: Hashable {
  case item(Int)
  case member(String)
}

extension JSONValue {
  func value(at path: ArraySlice<Step>) -> JSONValue? {
    guard let step = path.first else { return self }
    switch (step, self) {
    case (.item(let index), .array(let items)): return items[index].value(at: path.dropFirst())
    case (.member(let name), .object(let object)):
      return object[name]?.value(at: path.dropFirst())
    default: return nil
    }
  }

  /// The same with another value at a place, or none.
  func replacing(at path: ArraySlice<Step>, with value: JSONValue?) -> JSONValue {
    guard let step = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    switch (step, self) {
    case (.item(let index), .array(var items)):
      if rest.isEmpty, value == nil {
        items.remove(at: index)
      } else {
        items[index] = items[index].replacing(at: rest, with: value)
      }
      return .array(items)
    case (.member(let name), .object(var object)):
      guard let index = object.members.firstIndex(where: { $0.name == name }) else { return self }
      if rest.isEmpty, value == nil {
        object.members.remove(at: index)
      } else {
        object.members[index].value =
          object.members[index].value.replacing(at: rest, with: value)
      }
      return .object(object)
    default: return self
    }
  }
}

/// The amounts that a text spells as numbers, whatever their place and sign: digits and a point,
/// without needless zeros; none with an exponent. Read by other means than the importer's.
func amounts(in bytes: [UInt8]) -> Set<String> {
  let marks = Set("0123456789.eE+-".utf8)
  var found: Set<String> = ["0"]
  for piece in bytes.split(whereSeparator: { !marks.contains($0) }) {
    for part in piece.split(whereSeparator: { $0 == 0x2B || $0 == 0x2D }) {
      guard !part.contains(where: { $0 | 0x20 == 0x65 }) else { continue }
      found.insert(canonical(String(decoding: part, as: UTF8.self)))
    }
  }
  return found
}

/// An amount as `amounts(in:)` has it.
func canonical(_ money: Money) -> String {
  canonical(String(money.description.split(separator: " ")[0].drop { $0 == "-" }))
}

private func canonical(_ number: String) -> String {
  var parts = number.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  parts[0] = String(parts[0].drop { $0 == "0" })
  if parts[0].isEmpty { parts[0] = "0" }
  guard parts.count > 1 else { return parts[0] }
  while parts[1].hasSuffix("0") { parts[1].removeLast() }
  return parts[1].isEmpty ? parts[0] : "\(parts[0]).\(parts[1])"
}
