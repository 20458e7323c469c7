import Testing

struct TimeTextTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  private func shown(seconds: Int64, nanos: Int32, as type: String) throws -> String {
    var encoder = Encoder()
    encoder.append(1, varint: UInt64(bitPattern: seconds))
    encoder.append(2, varint: UInt64(bitPattern: Int64(nanos)))
    return try conversion.text(encoder.bytes, as: "google.protobuf.\(type)")
  }

  @Test(
    arguments: [
      (0, 0, "1970-01-01T00:00:00Z"), (1_793_318_400, 0, "2026-10-30T00:00:00Z"),
      (0, 20_000_000, "1970-01-01T00:00:00.020Z"), (0, 1000, "1970-01-01T00:00:00.000001Z"),
      (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400, 0, "2000-02-29T00:00:00Z"), (-2_203_891_200, 0, "1900-03-01T00:00:00Z"),
      (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
      (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
    ] as [(Int64, Int32, String)])
  func `timestamps are shown with 0, 3, 6 or 9 digits`(
    seconds: Int64, nanos: Int32, text: String
  ) throws {
    #expect(try shown(seconds: seconds, nanos: nanos, as: "Timestamp") == "\"\(text)\"")
    #expect(
      try conversion.roundTrip("\"\(text)\"", as: "google.protobuf.Timestamp") == "\"\(text)\"")
  }

  @Test(arguments: [
    ("2026-10-30T00:00:00+02:00", "2026-10-29T22:00:00Z"),
    ("2026-12-31T20:00:00-05:30", "2027-01-01T01:30:00Z"),
    ("2026-07-01T09:00:00.1234567Z", "2026-07-01T09:00:00.123456700Z"),
    ("2026-07-01T09:00:00.5Z", "2026-07-01T09:00:00.500Z"),
  ])
  func `offsets and any number of digits are read`(text: String, canonical: String) throws {
    #expect(
      try conversion.roundTrip("\"\(text)\"", as: "google.protobuf.Timestamp")
        == "\"\(canonical)\"")
  }

  @Test(arguments: [
    "2026-10-30", "2026-10-30T00:00:00", "2026-10-30 00:00:00Z", "2026-10-30t00:00:00Z",
    "2026-10-30T00:00:00z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
    "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00Z",
    "26-01-01T00:00:00Z", "02026-01-01T00:00:00Z", "0000-12-31T00:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "", "now",
  ])
  func `other times are refused`(text: String) throws {
    #expect(try conversion.refusal("\"\(text)\"", as: "google.protobuf.Timestamp") != nil)
  }

  @Test(
    arguments: [
      (-62_135_596_801, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000),
    ] as [(Int64, Int32)])
  func `timestamps out of range are not shown`(seconds: Int64, nanos: Int32) {
    #expect(throws: (any Error).self) {
      try shown(seconds: seconds, nanos: nanos, as: "Timestamp")
    }
  }

  @Test(
    arguments: [
      (0, 0, "0s"), (1, 500_000_000, "1.500s"), (-1, -500_000_000, "-1.500s"),
      (0, -1, "-0.000000001s"), (0, 1000, "0.000001s"),
      (315_576_000_000, 999_999_999, "315576000000.999999999s"),
      (-315_576_000_000, 0, "-315576000000s"),
    ] as [(Int64, Int32, String)])
  func `durations are seconds with an s`(seconds: Int64, nanos: Int32, text: String) throws {
    #expect(try shown(seconds: seconds, nanos: nanos, as: "Duration") == "\"\(text)\"")
    #expect(
      try conversion.roundTrip("\"\(text)\"", as: "google.protobuf.Duration") == "\"\(text)\"")
  }

  @Test(arguments: [
    "1", "s", "1.s", ".5s", "1s ", "--1s", "+1s", "1m", "1.0000000001s", "315576000001s",
    "99999999999999999999s", "1e3s", "",
  ])
  func `other durations are refused`(text: String) throws {
    #expect(try conversion.refusal("\"\(text)\"", as: "google.protobuf.Duration") != nil)
  }

  @Test(
    arguments: [(1, -1), (-1, 1), (315_576_000_001, 0), (Int64.min, 0), (0, 1_000_000_000)]
      as [(Int64, Int32)])
  func `durations out of range or of two signs are not shown`(seconds: Int64, nanos: Int32) {
    #expect(throws: (any Error).self) { try shown(seconds: seconds, nanos: nanos, as: "Duration") }
  }
}
