import JSONText
import Testing

struct JSONNumberTests {
  @Test(arguments: [
    ("0", 0), ("-0", 0), ("-0.0e9", 0), ("1", 1), ("1.0", 1), ("1e3", 1000), ("12.50e2", 1250),
    ("1000e-3", 1), ("-9223372036854775808", Int64.min), ("9223372036854775807", Int64.max),
    ("9223372036854775807.000", Int64.max), ("0e999999999999", 0),
  ])
  func `whole numbers are integers however they are written`(text: String, value: Int64) throws {
    #expect(try #require(JSONNumber(text)).integer(as: Int64.self) == value)
  }

  @Test(arguments: [
    "0.5", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e999999999999",
    "1e-999999999999", "123e-3",
  ])
  func `what has a fraction or does not fit is no integer`(text: String) throws {
    #expect(try #require(JSONNumber(text)).integer(as: Int64.self) == nil)
  }

  @Test func `the sign must fit too`() throws {
    #expect(try #require(JSONNumber("-1")).integer(as: UInt64.self) == nil)
    #expect(try #require(JSONNumber("18446744073709551615")).integer(as: UInt64.self) == .max)
  }

  @Test(arguments: ["", "1 ", " 1", "1.", "01", "1e", "--1", "one", "1,0", "１"])
  func `other text is no number`(text: String) {
    #expect(JSONNumber(text) == nil)
  }

  @Test func `equal values have equal decimals`() throws {
    let spellings = ["1250", "1250.00", "1.25e3", "125e1", "0.125E+4", "125000e-2"]
    let decimals = try spellings.map { try #require(JSONNumber($0)).decimal }
    #expect(Set(decimals.map(\.digits)) == [[1, 2, 5]])
    #expect(Set(decimals.map(\.exponent)) == [1])
    #expect(try #require(JSONNumber("-123456789.07")).decimal.isNegative)
    #expect(try #require(JSONNumber("123456789.07")).decimal.exponent == -2)
    #expect(try #require(JSONNumber("-0.00")).decimal == #require(JSONNumber("0")).decimal)
  }
}
