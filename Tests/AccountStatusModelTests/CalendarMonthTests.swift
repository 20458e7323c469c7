import AccountStatusModel
import Testing

@Suite struct CalendarMonthTests {
  @Test func `a month runs from its first day to its last nanosecond`() throws {
    let february = try CalendarMonth("2028-02")
    #expect(CalendarMonth(of: "2028-02-01") == february)
    #expect(CalendarMonth(of: "2028-02-29") == february)
    #expect(february.firstDay == "2028-02-01")
    #expect(february.end == "2028-02-29T23:59:59.999999999Z")
    #expect(try CalendarMonth("2261-12").end == Instant.range.upperBound)
  }

  @Test func `months are counted over the years`() throws {
    let december = try CalendarMonth("2026-12")
    #expect(december.adding(months: 1).description == "2027-01")
    #expect(december.adding(months: -12).description == "2025-12")
    #expect(december.adding(months: -12 * 57).firstDay.description == "1969-12-01")
    #expect(december.months(since: try CalendarMonth("2025-11")) == 13)
    #expect(try CalendarMonth("2025-11") < december)
  }

  @Test(arguments: ["", "2026", "2026-13", "2026-1", "2026-01-01", "1969-12", "2262-01"])
  func `what is no month is refused`(_ text: String) {
    #expect(throws: FormError.self) { try CalendarMonth(text) }
  }
}
