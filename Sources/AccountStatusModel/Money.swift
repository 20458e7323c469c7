/// A currency: three capital letters, as in ISO 4217.
public struct Currency: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The letters as a number, first one highest, so that order is the alphabet's.
  package let number: UInt32

  /// Checks the form of a currency code.
  public init(_ code: String) throws(FormError) {
    guard code.utf8.count == 3,
      code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else {
      throw FormError("\"\(code)\" is not a currency; write three capital letters, such as EUR")
    }
    number = code.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The three letters.
  public var code: String {
    String(
      decoding: [UInt8(number >> 16 & 0xff), UInt8(number >> 8 & 0xff), UInt8(number & 0xff)],
      as: UTF8.self)
  }

  /// The three letters.
  public var description: String { code }

  /// Alphabetical order.
  public static func < (left: Currency, right: Currency) -> Bool {
    left.number < right.number
  }
}

extension Currency: ExpressibleByStringLiteral {
  /// A currency known when the program is written; a malformed one is a bug and stops it.
  public init(stringLiteral literal: String) {
    do {
      try self.init(literal)
    } catch {
      preconditionFailure("malformed currency literal: \(error)")
    }
  }
}

/// An exact amount of one currency.
///
/// Kept as a count of billionths in 128 bits: no sum of amounts that fit the wire (64-bit units)
/// can overflow it before 10^10 of them. Amounts of different currencies never net.
public struct Money: Hashable, Sendable, CustomStringConvertible {
  /// Billionths in a unit.
  public static let billionthsPerUnit: Int128 = 1_000_000_000

  /// The currency.
  public let currency: Currency
  /// The amount in billionths of a unit.
  public let billionths: Int128

  /// An amount in billionths of a unit.
  public init(_ currency: Currency, billionths: Int128) {
    self.currency = currency
    self.billionths = billionths
  }

  /// Takes the wire's fields: nanos within ±999 999 999 and of the same sign as units.
  public init(_ currency: Currency, units: Int64, nanos: Int32 = 0) throws(FormError) {
    guard (-999_999_999...999_999_999).contains(nanos) else {
      throw FormError(field: "nanos", "is \(nanos); it must be within ±999999999")
    }
    guard !(units > 0 && nanos < 0), !(units < 0 && nanos > 0) else {
      throw FormError(
        field: "nanos", "is \(nanos) while units is \(units); both must have the same sign")
    }
    self.init(currency, billionths: Int128(units) * Self.billionthsPerUnit + Int128(nanos))
  }

  /// Reads a decimal number, for example `-1234.56`, exactly.
  ///
  /// At most nine fraction digits unless the rest are zeros; an exponent is accepted.
  public init(_ currency: Currency, decimal text: String) throws(FormError) {
    guard let billionths = DecimalReader.billionths(of: text.utf8) else {
      throw FormError(
        "\"\(text)\" is not an amount; write a decimal number with at most nine fraction digits")
    }
    self.init(currency, billionths: billionths)
    guard units != nil else {
      throw FormError("\"\(text)\" is out of range; units must fit 64 bits")
    }
  }

  /// Whole units, rounded towards zero; nil when they do not fit the wire.
  public var units: Int64? { Int64(exactly: billionths / Self.billionthsPerUnit) }

  /// Billionths beyond the whole units, of the same sign.
  public var nanos: Int32 { Int32(billionths % Self.billionthsPerUnit) }

  /// Whether the amount is more than zero.
  public var isPositive: Bool { billionths > 0 }

  /// The amount with at least two decimals, then the currency: `1000.00 EUR`.
  public var description: String {
    let magnitude = billionths.magnitude
    var fraction = decimalDigits(magnitude % 1_000_000_000)
    while fraction.utf8.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(billionths < 0 ? "-" : "")\(magnitude / 1_000_000_000).\(fraction) \(currency)"
  }

  private func decimalDigits(_ value: UInt128) -> String {
    let text = String(value)
    return String(repeating: "0", count: 9 - text.utf8.count) + text
  }
}

/// Reads JSON-style decimal numbers as exact billionths.
private enum DecimalReader {
  static func billionths(of text: String.UTF8View) -> Int128? {
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    var digits: [UInt8] = []
    var scale = 0
    var sawPoint = false
    var sawDigit = false
    while let byte = rest.first {
      if byte == UInt8(ascii: "."), !sawPoint, sawDigit {
        sawPoint = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        sawDigit = true
        digits.append(byte - UInt8(ascii: "0"))
        scale += sawPoint ? 1 : 0
      } else {
        break
      }
      rest.removeFirst()
    }
    guard sawDigit, !(sawPoint && scale == 0), let exponent = exponent(rest) else { return nil }
    return value(digits, exponent: exponent - scale + 9).map { isNegative ? -$0 : $0 }
  }

  private static func exponent(_ text: Substring.UTF8View) -> Int? {
    guard let first = text.first else { return 0 }
    guard first == UInt8(ascii: "e") || first == UInt8(ascii: "E") else { return nil }
    guard let value = Int(String(Substring(text.dropFirst()))) else { return nil }
    return (-1000...1000).contains(value) ? value : nil
  }

  /// digits × 10^exponent, exactly; nil when it has a fraction or does not fit.
  private static func value(_ digits: [UInt8], exponent: Int) -> Int128? {
    var digits = digits
    var exponent = exponent
    while exponent < 0, digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty { return 0 }
    var result: Int128 = 0
    for digit in digits {
      guard let next = shifted(result, adding: digit) else { return nil }
      result = next
    }
    if result == 0 { return 0 }
    guard exponent >= 0 else { return nil }
    for _ in 0..<exponent {
      guard let next = shifted(result, adding: 0) else { return nil }
      result = next
    }
    return result
  }

  private static func shifted(_ value: Int128, adding digit: UInt8) -> Int128? {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(Int128(digit))
    return overflow || carry ? nil : sum
  }
}
