/// The JSON text of Timestamp and Duration.
///
/// Timestamps are RFC 3339 in UTC from year 1 to 9999, durations are seconds with an `s`; both
/// show 0, 3, 6 or 9 digits of a second and read any number of digits up to nine.
enum TimeText {
  /// Whole seconds and billionths of one.
  struct Seconds: Equatable {
    var seconds: Int64
    var nanos: Int32
  }

  // 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
  private static let timestamps: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  // Ten thousand years.
  private static let durationLimit: UInt64 = 315_576_000_000

  /// The text of a Timestamp; `nil` when it is out of range.
  static func timestamp(_ time: Seconds) -> String? {
    guard timestamps.contains(time.seconds), (0...999_999_999).contains(time.nanos) else {
      return nil
    }
    let (days, second) = time.seconds.flooredQuotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = civilDate(daysSinceEpoch: days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
      + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + "\(fraction(time.nanos))Z"
  }

  /// The Timestamp of an RFC 3339 text, `Z` or with an offset.
  static func timestamp(parsing text: String) -> Seconds? {
    var scanner = TextScanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2),
      scanner.skip("-"), let day = scanner.digits(2), scanner.skip("T"),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
      scanner.skip(":"), let second = scanner.digits(2), let nanos = scanner.fraction(),
      let offset = scanner.offset(), scanner.isAtEnd,
      (1...12).contains(month), hour < 24, minute < 60, second < 60
    else { return nil }
    let days = daysSinceEpoch(year, month, day)
    guard civilDate(daysSinceEpoch: days) == (year, month, day) else { return nil }
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return timestamps.contains(seconds) ? Seconds(seconds: seconds, nanos: nanos) : nil
  }

  /// The text of a Duration; `nil` when it is out of range or its parts differ in sign.
  static func duration(_ time: Seconds) -> String? {
    guard time.seconds.magnitude <= durationLimit, time.nanos.magnitude <= 999_999_999,
      time.seconds == 0 || time.nanos == 0 || (time.seconds < 0) == (time.nanos < 0)
    else { return nil }
    let sign = time.seconds < 0 || time.nanos < 0 ? "-" : ""
    return "\(sign)\(time.seconds.magnitude)\(fraction(Int32(time.nanos.magnitude)))s"
  }

  /// The Duration of a text such as `1.5s`.
  static func duration(parsing text: String) -> Seconds? {
    var scanner = TextScanner(text)
    let isNegative = scanner.skip("-")
    guard let seconds = scanner.number(), let nanos = scanner.fraction(), scanner.skip("s"),
      scanner.isAtEnd, UInt64(seconds) <= durationLimit
    else { return nil }
    return isNegative
      ? Seconds(seconds: -seconds, nanos: -nanos) : Seconds(seconds: seconds, nanos: nanos)
  }

  private static func fraction(_ nanos: Int32) -> String {
    if nanos == 0 { return "" }
    if nanos % 1_000_000 == 0 { return "." + padded(Int64(nanos / 1_000_000), 3) }
    if nanos % 1000 == 0 { return "." + padded(Int64(nanos / 1000), 6) }
    return "." + padded(Int64(nanos), 9)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  // Both conversions count years from March, so that the leap day ends a year, in eras of 400
  // years, which are 146 097 days each; 719 468 days lie between 0000-03-01 and 1970-01-01.

  private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let (era, yearOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civilDate(
    daysSinceEpoch days: Int64
  ) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }
}

extension Int64 {
  /// Quotient rounded down, and a remainder that is never negative.
  fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// Walks over the parts of a time's text.
private struct TextScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard !isAtEnd, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// A number of exactly `count` digits.
  mutating func digits(_ count: Int) -> Int64? {
    let start = position
    guard let number = number(), position - start == count else { return nil }
    return number
  }

  /// A number of 1 to 18 digits.
  mutating func number() -> Int64? {
    let start = position
    var number: Int64 = 0
    while !isAtEnd, (0x30...0x39).contains(bytes[position]), position - start < 19 {
      if position - start < 18 { number = number * 10 + Int64(bytes[position] - 0x30) }
      position += 1
    }
    return (1...18).contains(position - start) ? number : nil
  }

  /// Nothing, or a point and 1 to 9 digits, in billionths.
  mutating func fraction() -> Int32? {
    guard skip(".") else { return 0 }
    let start = position
    guard var nanos = number(), position - start <= 9 else { return nil }
    for _ in (position - start)..<9 { nanos *= 10 }
    return Int32(nanos)
  }

  /// `Z`, or `+hh:mm` or `-hh:mm` in seconds.
  mutating func offset() -> Int64? {
    if skip("Z") { return 0 }
    let isNegative = skip("-")
    guard isNegative || skip("+"), let hours = digits(2), skip(":"), let minutes = digits(2),
      hours < 24, minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
  }
}
