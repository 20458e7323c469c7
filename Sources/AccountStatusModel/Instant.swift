/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Nanoseconds in a day.
  public static let nanosecondsPerDay: Int64 = 86_400_000_000_000
  /// Nanoseconds in a second.
  public static let nanosecondsPerSecond: Int64 = 1_000_000_000

  /// 1970-01-01T00:00:00Z to the last nanosecond of 2261-12-31: what facts and queries may name.
  public static let range =
    Instant(nanoseconds: 0)...Instant(nanoseconds: 106_651 * nanosecondsPerDay - 1)

  /// Later than every instant of the range: "never".
  public static let distantFuture = Instant(nanoseconds: .max)

  /// Nanoseconds since 1970-01-01T00:00:00Z.
  public let nanoseconds: Int64

  /// The instant a number of nanoseconds after 1970-01-01T00:00:00Z.
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Takes a protobuf Timestamp's fields: within the range, nanos 0 to 999 999 999.
  public init(seconds: Int64, nanos: Int32) throws(FormError) {
    guard (0...999_999_999).contains(nanos) else {
      throw FormError("nanos is \(nanos); it must be within 0 and 999999999")
    }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
    let (sum, carry) = whole.addingReportingOverflow(Int64(nanos))
    guard !overflow, !carry, Self.range.contains(Instant(nanoseconds: sum)) else {
      throw FormError(
        "\(seconds) s is out of range; instants run from 1970-01-01 to 2261-12-31")
    }
    nanoseconds = sum
  }

  /// Reads RFC 3339, for example `2026-10-30T00:00:00.5Z` or `2026-10-30T02:00:00+02:00`.
  ///
  /// At most nine fraction digits; a leap second is not an instant here.
  public init(_ text: String) throws(FormError) {
    guard let instant = Self.parse(text), Self.range.contains(instant) else {
      throw FormError(
        "\"\(text)\" is not an instant; write RFC 3339, for example 2026-10-30T00:00:00Z, "
          + "from 1970-01-01 to 2261-12-31")
    }
    self = instant
  }

  /// The UTC day that holds the instant.
  public var day: CalendarDay {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(
      dividingBy: Self.nanosecondsPerDay)
    return CalendarDay(number: Int32(quotient - (remainder < 0 ? 1 : 0)))
  }

  /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
  public var seconds: Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(
      dividingBy: Self.nanosecondsPerSecond)
    return quotient - (remainder < 0 ? 1 : 0)
  }

  /// Nanoseconds within the second, 0 to 999 999 999.
  public var nanos: Int32 {
    let remainder = nanoseconds % Self.nanosecondsPerSecond
    return Int32(remainder < 0 ? remainder + Self.nanosecondsPerSecond : remainder)
  }

  /// The instant a number of nanoseconds later, kept within what Int64 can say.
  public func adding(nanoseconds delta: Int64) -> Instant {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    return Instant(nanoseconds: overflow ? (delta > 0 ? .max : .min) : sum)
  }

  /// RFC 3339 in UTC with as many fraction digits (0, 3, 6 or 9) as needed.
  public var description: String {
    let remainder = nanoseconds % Self.nanosecondsPerDay
    let inDay = remainder < 0 ? remainder + Self.nanosecondsPerDay : remainder
    let second = Int(inDay / Self.nanosecondsPerSecond)
    let time = [second / 3600, second / 60 % 60, second % 60].map { decimal($0, digits: 2) }
    return "\(day)T\(time.joined(separator: ":"))\(fraction)Z"
  }

  private var fraction: String {
    let nanos = Int(nanos)
    if nanos == 0 { return "" }
    if nanos % 1_000_000 == 0 { return "." + decimal(nanos / 1_000_000, digits: 3) }
    if nanos % 1000 == 0 { return "." + decimal(nanos / 1000, digits: 6) }
    return "." + decimal(nanos, digits: 9)
  }

  /// Time order.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  private static func parse(_ text: String) -> Instant? {
    var reader = DigitReader(text.utf8)
    guard let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2),
      let date = CalendarDay(year: year, month: month, day: day),
      reader.skip("T") || reader.skip("t") || reader.skip(" "),
      let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
      let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
      let second = reader.number(digits: 2), second < 60,
      let nanos = parseFraction(&reader),
      let offset = parseOffset(&reader), reader.isAtEnd
    else { return nil }
    let seconds =
      Int64(date.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
    let (sum, carry) = whole.addingReportingOverflow(nanos)
    return overflow || carry ? nil : Instant(nanoseconds: sum)
  }

  private static func parseFraction(_ reader: inout DigitReader) -> Int64? {
    guard reader.skip(".") else { return 0 }
    var nanos: Int64 = 0
    var digits = 0
    while let digit = reader.digit() {
      digits += 1
      guard digits <= 9 else { return nil }
      nanos = nanos * 10 + Int64(digit)
    }
    guard digits > 0 else { return nil }
    for _ in digits..<9 { nanos *= 10 }
    return nanos
  }

  /// Seconds east of UTC.
  private static func parseOffset(_ reader: inout DigitReader) -> Int64? {
    if reader.skip("Z") || reader.skip("z") { return 0 }
    let sign: Int64
    if reader.skip("+") {
      sign = 1
    } else if reader.skip("-") {
      sign = -1
    } else {
      return nil
    }
    guard let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
      let minute = reader.number(digits: 2), minute < 60
    else { return nil }
    return sign * Int64(hour * 3600 + minute * 60)
  }
}

extension Instant: ExpressibleByStringLiteral {
  /// An instant known when the program is written; a malformed one is a bug and stops it.
  public init(stringLiteral literal: String) {
    do {
      try self.init(literal)
    } catch {
      preconditionFailure("malformed instant literal: \(error)")
    }
  }
}

extension CalendarDay: ExpressibleByStringLiteral {
  /// A date known when the program is written; a malformed one is a bug and stops it.
  public init(stringLiteral literal: String) {
    do {
      try self.init(literal)
    } catch {
      preconditionFailure("malformed date literal: \(error)")
    }
  }
}
