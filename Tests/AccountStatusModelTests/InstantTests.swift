import AccountStatusModel
import Testing

@Suite struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000000001Z", 1),
    ("2026-10-30T00:00:00Z", 1_793_318_400_000_000_000),
    ("2026-10-30T02:30:00+02:30", 1_793_318_400_000_000_000),
    ("2026-10-29T23:00:00.5-01:00", 1_793_318_400_500_000_000),
    ("2026-10-30t00:00:00z", 1_793_318_400_000_000_000),
    ("2261-12-31T23:59:59.999999999Z", 106_651 * 86_400_000_000_000 - 1),
  ])
  func `RFC 3339 is read to the nanosecond`(_ text: String, _ nanoseconds: Int64) throws {
    #expect(try Instant(text).nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2026-10-30", "2026-10-30T00:00:00", "2026-10-30T24:00:00Z", "2026-10-30T00:60:00Z",
    "2026-10-30T00:00:60Z", "2026-10-30T00:00:00.Z", "2026-10-30T00:00:00.1234567890Z",
    "2026-10-30T00:00:00+2:00", "2026-10-30T00:00:00+24:00", "2026-10-30T00:00:00ZZ",
    "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
    "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
  ])
  func `what is no instant of the calendar is refused`(_ text: String) {
    #expect(throws: FormError.self) { try Instant(text) }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000000001Z"),
    (1000, "1970-01-01T00:00:00.000001Z"), (500_000_000, "1970-01-01T00:00:00.500Z"),
    (86_399_999_999_999, "1970-01-01T23:59:59.999999999Z"), (-1, "1969-12-31T23:59:59.999999999Z"),
  ])
  func `an instant is written with as many digits as it needs`(
    _ nanoseconds: Int64, _ text: String
  ) {
    #expect(Instant(nanoseconds: nanoseconds).description == text)
  }

  @Test func `what is written is read back`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let range = Instant.range.lowerBound.nanoseconds...Instant.range.upperBound.nanoseconds
      var nanoseconds = Int64.random(in: range, using: &random)
      nanoseconds -=
        nanoseconds % [1, 1000, 1_000_000, 1_000_000_000].randomElement(using: &random)!
      let instant = Instant(nanoseconds: nanoseconds)
      #expect(try Instant(instant.description) == instant)
      #expect(try Instant(seconds: instant.seconds, nanos: instant.nanos) == instant)
    }
  }

  @Test func `a timestamp's fields are checked`() throws {
    #expect(try Instant(seconds: 1, nanos: 2).nanoseconds == 1_000_000_002)
    #expect(throws: FormError.self) { try Instant(seconds: 0, nanos: -1) }
    #expect(throws: FormError.self) { try Instant(seconds: 0, nanos: 1_000_000_000) }
    #expect(throws: FormError.self) { try Instant(seconds: -1, nanos: 0) }
    #expect(throws: FormError.self) { try Instant(seconds: .max, nanos: 0) }
    #expect(throws: FormError.self) { try Instant(seconds: .min, nanos: 0) }
    let end = Instant.range.upperBound
    #expect(try Instant(seconds: end.seconds, nanos: end.nanos) == end)
    #expect(throws: FormError.self) { try Instant(seconds: end.seconds + 1, nanos: 0) }
  }

  @Test func `the day of an instant is that of UTC`() {
    #expect(Instant("2026-10-29T23:59:59.999999999Z").day == "2026-10-29")
    #expect(Instant("2026-10-30T00:00:00Z").day == "2026-10-30")
    #expect(Instant("2026-10-30T00:30:00+01:00").day == "2026-10-29")
    #expect(Instant(nanoseconds: -1).day == CalendarDay(number: -1))
  }

  @Test func `the extremes of the type are read and written without a trap`() {
    for nanoseconds in [Int64.min, .min + 1, -1, .max] {
      let instant = Instant(nanoseconds: nanoseconds)
      #expect((0...999_999_999).contains(instant.nanos))
      #expect(!instant.description.isEmpty)
      let back = Int128(instant.seconds) * 1_000_000_000 + Int128(instant.nanos)
      #expect(back == Int128(nanoseconds))
    }
    #expect(Instant.distantFuture > Instant.range.upperBound)
    #expect(Instant.distantFuture.adding(nanoseconds: 1) == .distantFuture)
    #expect(Instant(nanoseconds: .min).adding(nanoseconds: -1).nanoseconds == .min)
  }
}
