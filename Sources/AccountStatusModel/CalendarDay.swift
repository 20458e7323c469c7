/// A whole UTC calendar day of the proleptic Gregorian calendar.
///
/// All dates of the domain are such days; days past due are differences of them.
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int32

  /// The day a number of days after 1970-01-01.
  public init(number: Int32) {
    self.number = number
  }

  /// The first and the last day of the calendar served: 1970-01-01 and 2261-12-31.
  public static let range = CalendarDay(number: 0)...CalendarDay(number: 106_650)

  /// Reads `YYYY-MM-DD`.
  public init(_ text: String) throws(FormError) {
    guard let day = Self.parse(text.utf8), Self.range.contains(day) else {
      throw FormError(
        "\"\(text)\" is not a date; write YYYY-MM-DD, from 1970-01-01 to 2261-12-31")
    }
    self = day
  }

  /// The day of a date that exists; nil for one that does not.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), (0...9999).contains(year), (1...31).contains(day) else {
      return nil
    }
    // Days from civil: years begin in March, so that the leap day comes last.
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = Int32(era * 146_097 + dayOfEra - 719_468)
    let back = components
    guard back.year == year, back.month == month, back.day == day else { return nil }
  }

  /// Year, month and day of the month.
  public var components: (year: Int, month: Int, day: Int) {
    let shifted = Int(number) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// 00:00:00Z of the day; nil where an instant cannot say it.
  public var start: Instant? {
    let (nanoseconds, overflow) = Int64(number).multipliedReportingOverflow(
      by: Instant.nanosecondsPerDay)
    return overflow ? nil : Instant(nanoseconds: nanoseconds)
  }

  /// The day a number of days later.
  public func adding(days: Int32) -> CalendarDay {
    let (sum, overflow) = number.addingReportingOverflow(days)
    return CalendarDay(number: overflow ? (days > 0 ? .max : .min) : sum)
  }

  /// Whole days from another day to this one.
  public func days(since other: CalendarDay) -> Int {
    Int(number) - Int(other.number)
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = components
    return "\(decimal(year, digits: 4))-\(decimal(month, digits: 2))-\(decimal(day, digits: 2))"
  }

  /// Calendar order.
  public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
    left.number < right.number
  }

  private static func parse(_ text: String.UTF8View) -> CalendarDay? {
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), reader.isAtEnd
    else { return nil }
    return CalendarDay(year: year, month: month, day: day)
  }
}

/// A number with leading zeros.
func decimal(_ value: Int, digits: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// Reads fixed-width decimal numbers and punctuation.
struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String.UTF8View) {
    rest = text[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  var next: UInt8? { rest.first }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  mutating func digit() -> Int? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    rest.removeFirst()
    return Int(byte - UInt8(ascii: "0"))
  }
}
