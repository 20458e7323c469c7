import Testing

struct ScalarTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  @Test(arguments: [
    (#"{"oneInt32":1e3}"#, #"{"oneInt32":1000}"#), (#"{"oneInt32":1.0}"#, #"{"oneInt32":1}"#),
    (#"{"oneInt32":"-2147483648"}"#, #"{"oneInt32":-2147483648}"#),
    (#"{"oneInt64":9223372036854775807}"#, #"{"oneInt64":"9223372036854775807"}"#),
    (#"{"oneUint64":"18446744073709551615"}"#, #"{"oneUint64":"18446744073709551615"}"#),
    (#"{"oneSint64":-1}"#, #"{"oneSint64":"-1"}"#), (#"{"oneInt64":"5e0"}"#, #"{"oneInt64":"5"}"#),
    (#"{"oneSfixed32":-7}"#, #"{"oneSfixed32":-7}"#), (#"{"oneBool":true}"#, #"{"oneBool":true}"#),
    (#"{"oneDouble":0.1}"#, #"{"oneDouble":0.1}"#), (#"{"oneFloat":"0.1"}"#, #"{"oneFloat":0.1}"#),
    (#"{"oneDouble":"NaN"}"#, #"{"oneDouble":"NaN"}"#),
    (#"{"oneFloat":"-Infinity"}"#, #"{"oneFloat":"-Infinity"}"#),
    (#"{"oneDouble":-0.0}"#, #"{"oneDouble":-0.0}"#), (#"{"oneDouble":0}"#, "{}"),
    (#"{"oneBytes":"-_8"}"#, #"{"oneBytes":"+/8="}"#),
    (#"{"oneString":"\u00e5"}"#, #"{"oneString":"å"}"#),
  ])
  func `a value is read and shown in its canonical form`(text: String, canonical: String) throws {
    #expect(try conversion.roundTrip(text) == canonical)
  }

  @Test(arguments: [
    #"{"oneInt32":1.5}"#, #"{"oneInt32":2147483648}"#, #"{"oneInt32":"1 "}"#,
    #"{"oneInt32":""}"#, #"{"oneInt32":true}"#, #"{"oneUint32":-1}"#, #"{"oneInt32":"0x1"}"#,
    #"{"oneInt64":"9223372036854775808"}"#, #"{"oneUint64":18446744073709551616}"#,
    #"{"oneFixed32":4294967296}"#, #"{"oneBool":"true"}"#, #"{"oneBool":1}"#,
    #"{"oneString":1}"#, #"{"oneDouble":"infinity"}"#, #"{"oneDouble":1e400}"#,
    #"{"oneFloat":1e39}"#, #"{"oneDouble":""}"#, #"{"oneDouble":" 1"}"#, #"{"oneBytes":1}"#,
  ])
  func `a value of another kind or out of range is refused, and the message shows it`(
    text: String
  ) throws {
    let refusal = try #require(try conversion.refusal(text))
    #expect(refusal.contains("is expected, not "))
  }

  @Test func `long values are cut in messages`() throws {
    let text = #"{"oneInt32":""# + String(repeating: "9", count: 500) + #""}"#
    #expect(try #require(try conversion.refusal(text)).count < 200)
  }

  @Test func `text on the wire must be UTF-8`() throws {
    var encoder = Encoder()
    encoder.append(9, [0xC3, 0x28])
    #expect(throws: (any Error).self) { try conversion.text(encoder.bytes) }
  }
}
