import AccountStatusModel
import Testing

@Suite struct CalendarDayTests {
  @Test func `every day of the calendar is the day after the one before it`() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var (year, month, day) = (1970, 1, 1)
    for number in CalendarDay.range.lowerBound.number...CalendarDay.range.upperBound.number {
      let date = CalendarDay(number: number)
      guard date.components == (year, month, day),
        CalendarDay(year: year, month: month, day: day) == date
      else {
        Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
      (day, month, year) =
        day < length
        ? (day + 1, month, year) : month < 12 ? (1, month + 1, year) : (1, 1, year + 1)
    }
    #expect((year, month, day) == (2262, 1, 1))
  }

  @Test(arguments: ["1970-01-01", "2000-02-29", "2026-08-30", "2261-12-31"])
  func `a date is written as it is read`(_ text: String) throws {
    #expect(try CalendarDay(text).description == text)
  }

  @Test(arguments: [
    "", "2026", "2026-8-30", "2026-08-32", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01",
    "2026-01-00", "1969-12-31", "2262-01-01", "2026-08-30Z", " 2026-08-30", "2026/08/30",
    "+026-08-30", "２０２６-08-30",
  ])
  func `what is no date of the calendar is refused`(_ text: String) {
    #expect(throws: FormError.self) { try CalendarDay(text) }
  }

  @Test func `no combination of numbers traps`() {
    for value in [Int.min, -1, 0, 1, 12, 13, 31, 32, 9999, 10_000, .max] {
      #expect(CalendarDay(year: value, month: 13, day: 1) == nil)
      #expect(CalendarDay(year: 10_000, month: value, day: 1) == nil)
      _ = CalendarDay(year: 2026, month: 1, day: value)
      _ = CalendarDay(year: 2026, month: value, day: 1)
      _ = CalendarDay(year: value, month: 1, day: 1)
    }
    #expect(CalendarDay(year: 2026, month: 1, day: .max) == nil)
  }

  @Test func `a day's start is its first instant, where one can say it`() {
    let day: CalendarDay = "2026-10-30"
    #expect(day.start == "2026-10-30T00:00:00Z")
    #expect(day.start?.day == day)
    #expect(day.start?.adding(nanoseconds: -1).day == "2026-10-29")
    #expect(CalendarDay(number: .max).start == nil)
    #expect(CalendarDay(number: .min).start == nil)
  }

  @Test func `days are added and subtracted whole, and stop at the ends`() {
    let due: CalendarDay = "2026-08-30"
    #expect(due.adding(days: 61) == "2026-10-30")
    #expect(due.adding(days: -60) == "2026-07-01")
    #expect(CalendarDay("2026-10-29").days(since: due) == 60)
    #expect(due.days(since: "2026-10-29") == -60)
    #expect(CalendarDay(number: .max).adding(days: 1).number == .max)
    #expect(CalendarDay(number: .min).adding(days: -1).number == .min)
    #expect(CalendarDay(number: .max).days(since: CalendarDay(number: .min)) == 4_294_967_295)
  }

  @Test func `the extremes of the type are written without a trap`() {
    for number in [Int32.min, -1, .max] { #expect(!"\(CalendarDay(number: number))".isEmpty) }
  }
}
