internal import Glibc

/// An id chosen outside: a source, a fact's id, an invoice's, a payment's, a finding's.
///
/// 1 to 128 bytes of UTF-8 without control characters (`domain` rule: facts, form). Two ids are
/// equal when their bytes are; they are ordered byte by byte, as the database orders them, never
/// by Unicode equivalence as `String` would.
public struct Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest id, in bytes.
  public static let maximumLength = 128

  /// The id as text.
  public let text: String

  /// Checks the form of an id.
  public init(_ text: String) throws(FormError) {
    var text = text
    text.makeContiguousUTF8()
    guard !text.isEmpty else { throw FormError("is empty; give an id of 1 to 128 bytes") }
    guard text.utf8.count <= Self.maximumLength else {
      throw FormError("has \(text.utf8.count) bytes; an id has at most \(Self.maximumLength)")
    }
    guard !text.withUTF8(Self.holdsControl) else {
      throw FormError("holds a control character; remove it")
    }
    self.text = text
  }

  /// Takes text whose form was checked when it was stored.
  package init(checked text: String) {
    self.text = text
  }

  /// Whether UTF-8 holds a control character: U+0000 to U+001F, or U+007F to U+009F, which is C2 80
  /// to C2 9F.
  private static func holdsControl(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var previous: UInt8 = 0
    for byte in bytes {
      if byte < 0x20 || byte == 0x7f || (previous == 0xc2 && byte < 0xa0) { return true }
      previous = byte
    }
    return false
  }

  /// The id as text.
  public var description: String { text }

  /// Whether the bytes are the same.
  public static func == (left: Identifier, right: Identifier) -> Bool {
    var (left, right) = (left.text, right.text)
    guard left.utf8.count == right.utf8.count else { return false }
    return left.withUTF8 { left in right.withUTF8 { right in compare(left, right) == 0 } }
  }

  /// Byte order.
  public static func < (left: Identifier, right: Identifier) -> Bool {
    var (left, right) = (left.text, right.text)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        let order = compare(left, right)
        return order == 0 ? left.count < right.count : order < 0
      }
    }
  }

  /// The order of the bytes that both have.
  private static func compare(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Int32 {
    guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
    return memcmp(first, second, min(left.count, right.count))
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension Identifier: ExpressibleByStringLiteral {
  /// An id known when the program is written; a malformed one is a bug and stops it.
  public init(stringLiteral literal: String) {
    do {
      try self.init(literal)
    } catch {
      preconditionFailure("malformed identifier literal: \(error)")
    }
  }
}

/// The id of a partner account: 1 to 64 bytes of `[A-Za-z0-9._:@-]`.
public struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest id, in bytes.
  public static let maximumLength = 64

  /// The id as text, all ASCII.
  public let text: String

  /// Checks the form of an account id.
  public init(_ text: String) throws(FormError) {
    guard !text.isEmpty else {
      throw FormError("is empty; give an account id of 1 to \(Self.maximumLength) bytes")
    }
    guard text.utf8.count <= Self.maximumLength else {
      throw FormError(
        "has \(text.utf8.count) bytes; an account id has at most \(Self.maximumLength)")
    }
    var text = text
    guard text.withUTF8({ $0.allSatisfy(Self.isAllowed) }) else {
      throw FormError("\"\(text)\" holds a character outside A-Z a-z 0-9 . _ : @ -")
    }
    self.text = text
  }

  /// Takes text whose form was checked when it was stored.
  package init(checked text: String) {
    self.text = text
  }

  /// Whether an account id may hold the byte.
  public static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "-"):
      true
    default:
      false
    }
  }

  /// The id as text.
  public var description: String { text }

  /// Byte order.
  public static func < (left: AccountID, right: AccountID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

extension AccountID: ExpressibleByStringLiteral {
  /// An id known when the program is written; a malformed one is a bug and stops it.
  public init(stringLiteral literal: String) {
    do {
      try self.init(literal)
    } catch {
      preconditionFailure("malformed account id literal: \(error)")
    }
  }
}
