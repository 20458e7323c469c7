/// A UTC calendar month.
public struct CalendarMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Months since 0000-01.
  private let number: Int32

  private init(number: Int32) {
    self.number = number
  }

  /// The month that holds a day.
  public init(of day: CalendarDay) {
    let (year, month, _) = day.components
    number = Int32(year * 12 + month - 1)
  }

  /// Reads `YYYY-MM`.
  public init(_ text: String) throws(FormError) {
    guard let day = try? CalendarDay("\(text)-01") else {
      throw FormError("\"\(text)\" is not a month; write YYYY-MM, from 1970-01 to 2261-12")
    }
    self.init(of: day)
  }

  /// Its first day.
  public var firstDay: CalendarDay {
    guard let day = CalendarDay(year: Int(number / 12), month: Int(number % 12) + 1, day: 1) else {
      preconditionFailure("every month has a first day")
    }
    return day
  }

  /// Its last nanosecond; nil where an instant cannot say it.
  public var end: Instant? { adding(months: 1).firstDay.start?.adding(nanoseconds: -1) }

  /// The month a number of months later.
  public func adding(months: Int) -> CalendarMonth {
    CalendarMonth(number: number + Int32(months))
  }

  /// Months from another month to this one.
  public func months(since other: CalendarMonth) -> Int {
    Int(number) - Int(other.number)
  }

  /// `YYYY-MM`.
  public var description: String { String(firstDay.description.dropLast(3)) }

  /// Calendar order.
  public static func < (left: CalendarMonth, right: CalendarMonth) -> Bool {
    left.number < right.number
  }
}
