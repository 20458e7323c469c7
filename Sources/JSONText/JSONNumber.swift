/// A JSON number, kept as the text it was written with.
package struct JSONNumber: Sendable, Equatable {
  /// The number as written, for example `18250.40` or `1e3`.
  package let text: String

  /// A number with this text; `nil` unless the text is one JSON number and nothing else.
  package init?(_ text: String) {
    var scanner = NumberScanner(Array(text.utf8))
    guard scanner.scan(), scanner.isAtEnd else { return nil }
    self.text = text
  }

  package init(_ integer: some BinaryInteger) {
    text = String(integer)
  }

  /// A number with text that the caller has checked already.
  init(unchecked text: String) {
    self.text = text
  }

  /// The exact value; see ``JSONDecimal``.
  package var decimal: JSONDecimal { JSONDecimal(self) }

  /// The value as an integer; `nil` when it has a fraction or does not fit.
  ///
  /// `1e3` and `1.0` are integers, `1.5` and `1e-1` are not.
  package func integer<Integer: FixedWidthInteger>(
    as _: Integer.Type = Integer.self
  ) -> Integer? {
    decimal.integer()
  }
}

/// The exact value of a JSON number: ±digits × 10^exponent.
///
/// `digits` has neither leading nor trailing zeros and is empty for zero, so that two numbers of
/// equal value have equal parts. An exponent beyond ±1 000 000 000 is held there: such a value
/// is out of every range that a caller can have.
package struct JSONDecimal: Sendable, Equatable {
  package let isNegative: Bool
  /// Each 0 to 9, the most significant first.
  package let digits: [UInt8]
  package let exponent: Int

  private static let exponentLimit = 1_000_000_000

  package init(_ number: JSONNumber) {
    var digits: [UInt8] = []
    var fractionDigits = 0
    var exponent = 0
    var exponentIsNegative = false
    var part = NumberPart.whole
    for byte in number.text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let digit = byte - UInt8(ascii: "0")
        if part == .exponent {
          exponent = min(exponent * 10 + Int(digit), Self.exponentLimit)
        } else {
          if part == .fraction { fractionDigits += 1 }
          if digit != 0 || !digits.isEmpty { digits.append(digit) }
        }
      case UInt8(ascii: "."): part = .fraction
      case UInt8(ascii: "e"), UInt8(ascii: "E"): part = .exponent
      case UInt8(ascii: "-"): if part == .exponent { exponentIsNegative = true }
      default: break
      }
    }
    var scale = (exponentIsNegative ? -exponent : exponent) - fractionDigits
    while digits.last == 0 {
      digits.removeLast()
      scale += 1
    }
    self.digits = digits
    self.exponent = digits.isEmpty ? 0 : scale
    isNegative = number.text.utf8.first == UInt8(ascii: "-") && !digits.isEmpty
  }

  private enum NumberPart {
    case whole
    case fraction
    case exponent
  }

  /// The value as an integer; `nil` when it has a fraction or does not fit.
  package func integer<Integer: FixedWidthInteger>(
    as _: Integer.Type = Integer.self
  ) -> Integer? {
    guard exponent >= 0, digits.count + exponent <= 40 else { return nil }
    var value = Integer.zero
    for digit in digits + Array(repeating: 0, count: exponent) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, overflowOfDigit) =
        isNegative
        ? product.subtractingReportingOverflow(Integer(digit))
        : product.addingReportingOverflow(Integer(digit))
      if overflow || overflowOfDigit { return nil }
      value = next
    }
    return value
  }
}

/// Walks over one number of RFC 8259's grammar.
struct NumberScanner {
  private let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.count }

  /// Steps over a number; false, somewhere inside it, when there is none.
  mutating func scan() -> Bool {
    skip("-")
    if skip("0") {
      if isDigit { return false }
    } else if !skipDigits() {
      return false
    }
    if skip("."), !skipDigits() { return false }
    if skip("e") || skip("E") {
      if !skip("+") { skip("-") }
      if !skipDigits() { return false }
    }
    return true
  }

  private var isDigit: Bool {
    position < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
  }

  @discardableResult
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Steps over one digit or more; false when there is none.
  private mutating func skipDigits() -> Bool {
    let start = position
    while isDigit { position += 1 }
    return position > start
  }
}
