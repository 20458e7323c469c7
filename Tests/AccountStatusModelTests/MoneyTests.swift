import AccountStatusModel
import Testing

@Suite struct MoneyTests {
  @Test(arguments: ["EUR", "USD", "AAA", "ZZZ"])
  func `three capital letters are a currency`(_ code: String) throws {
    #expect(try Currency(code).code == code)
  }

  @Test(arguments: ["", "EU", "EURO", "eur", "EU1", "ÉUR", "EU ", "ＥＵＲ"])
  func `anything else is not`(_ code: String) {
    #expect(throws: FormError.self) { try Currency(code) }
  }

  @Test func `currencies are ordered by the alphabet`() {
    #expect(
      ["USD", "EUR", "EUA", "CHF"].map(Currency.init(stringLiteral:)).sorted().map(\.code)
        == ["CHF", "EUA", "EUR", "USD"])
  }

  @Test(
    arguments: [
      (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (5, 999_999_999), (-5, -999_999_999),
      (Int64.max, 999_999_999), (.min, -999_999_999),
    ] as [(Int64, Int32)])
  func `the wire's fields come back as they went`(_ units: Int64, _ nanos: Int32) throws {
    let money = try Money("EUR", units: units, nanos: nanos)
    #expect(money.units == units)
    #expect(money.nanos == nanos)
    #expect(money.billionths == Int128(units) * 1_000_000_000 + Int128(nanos))
    #expect(money.isPositive == (units > 0 || nanos > 0))
  }

  @Test(
    arguments: [
      (1, -1), (-1, 1), (0, 1_000_000_000), (0, -1_000_000_000), (0, .max), (0, .min),
    ] as [(Int64, Int32)])
  func `malformed fields are refused, naming nanos`(_ units: Int64, _ nanos: Int32) throws {
    let error = try #require(throws: FormError.self) {
      try Money("EUR", units: units, nanos: nanos)
    }
    #expect(error.field == "nanos")
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1", 1_000_000_000), ("1000.00", 1_000_000_000_000),
      ("-1234.56", -1_234_560_000_000), ("0.000000001", 1), ("1.5e3", 1_500_000_000_000),
      ("15E-1", 1_500_000_000), ("1e+2", 100_000_000_000), ("0.10000000000000000000", 100_000_000),
      ("1000000000e-9", 1_000_000_000), ("0e999", 0), ("0.0000000000e5", 0),
      ("9223372036854775807.999999999", 9_223_372_036_854_775_807_999_999_999),
      ("-9223372036854775808.999999999", -9_223_372_036_854_775_808_999_999_999),
    ] as [(String, Int128)])
  func `decimals are read exactly`(_ text: String, _ billionths: Int128) throws {
    #expect(try Money("EUR", decimal: text).billionths == billionths)
  }

  @Test(arguments: [
    "", "-", ".", ".5", "1.", "+1", "1,5", "1 ", "0x1", "1e", "1e+", "e1", "NaN", "Infinity",
    "0.0000000001", "1e-10", "9223372036854775808", "1e19", "1e1001", "--1", "1.2.3", "１",
    "99999999999999999999999999999999999999999999999999",
  ])
  func `what is no exact amount is refused`(_ text: String) {
    #expect(throws: FormError.self) { try Money("EUR", decimal: text) }
  }

  @Test func `a decimal far too long is refused in no time`() {
    let long = String(repeating: "9", count: 1_000_000)
    #expect(throws: FormError.self) { try Money("EUR", decimal: long) }
    #expect(throws: FormError.self) { try Money("EUR", decimal: "0." + long) }
  }

  @Test(
    arguments: [
      (0, "0.00 EUR"), (1, "0.000000001 EUR"), (1_000_000_000_000, "1000.00 EUR"),
      (-10_000_000, "-0.01 EUR"), (1_500_000_000, "1.50 EUR"),
      (-1_234_567_000_000, "-1234.567 EUR"),
    ] as [(Int128, String)])
  func `an amount is written with at least two decimals`(_ billionths: Int128, _ text: String) {
    #expect(Money("EUR", billionths: billionths).description == text)
  }

  @Test func `what is written is read back`() throws {
    for _ in 0..<2000 {
      let units = Int64.random(in: .min ... .max) >> Int64.random(in: 0...62)
      let nanos = Int32.random(in: 0...999_999_999)
      let money = try Money("EUR", units: units, nanos: units < 0 ? -nanos : nanos)
      let text = money.description.replacing(" EUR", with: "")
      #expect(try Money("EUR", decimal: text) == money)
    }
  }

  @Test func `a sum beyond the wire has no units, and is written all the same`() throws {
    let most = try Money("EUR", units: .max)
    let sum = Money("EUR", billionths: most.billionths * 2)
    #expect(sum.units == nil)
    #expect(sum.description == "18446744073709551614.00 EUR")
    #expect(!Money("EUR", billionths: .min).description.isEmpty)
  }
}
