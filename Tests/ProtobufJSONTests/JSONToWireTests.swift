import JSONText
import ProtobufJSON
import Testing

struct JSONToWireTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  @Test(arguments: [
    (#"{"one_int32":1}"#, #"{"oneInt32":1}"#), (#"{"oneColor":1}"#, #"{"oneColor":"COLOR_RED"}"#),
    (#"{"oneColor":1.0}"#, #"{"oneColor":"COLOR_RED"}"#),
    (#"{"oneColor":42}"#, #"{"oneColor":42}"#),
    (#"{"oneInt32":null,"manyInt32":null,"oneKinds":null,"byString":null}"#, "{}"),
    (#"{"choiceInt32":null,"choiceBool":false}"#, #"{"choiceBool":false}"#),
    (#"{"manyInt32":[]}"#, "{}"), (#"{"oneKinds":{}}"#, #"{"oneKinds":{}}"#),
    (#"{"maybeInt32":0,"oneInt32":0}"#, #"{"maybeInt32":0}"#),
    (#"{"choiceValue":null}"#, #"{"choiceValue":null}"#),
  ])
  func `every permitted form is read`(text: String, canonical: String) throws {
    #expect(try conversion.roundTrip(text) == canonical)
  }

  @Test(arguments: [
    (#"{"oneInt31":1}"#, "oneInt31: there is no such field"),
    (#"{"OneInt32":1}"#, "OneInt32: there is no such field"),
    (#"{"[test.ext]":1}"#, "[test.ext]: there is no such field"),
    (#"{"oneInt32":1,"one_int32":1}"#, "one_int32: the field is given twice"),
    (#"{"oneInt32":null,"one_int32":1}"#, "one_int32: the field is given twice"),
    (#"{"choiceInt32":1,"choiceBool":true}"#, "choiceBool: only one of choiceInt32 and choiceBool"),
    (#"{"oneColor":"COLOR_PINK"}"#, "oneColor: one of COLOR_UNSPECIFIED, COLOR_RED"),
    (#"{"oneColor":"red"}"#, "oneColor: one of"), (#"{"oneColor":1.5}"#, "oneColor: one of"),
    (#"{"oneColor":true}"#, "oneColor: one of"), (#"{"oneColor":"1"}"#, "oneColor: one of"),
    (#"{"oneKinds":[]}"#, "oneKinds: an object is expected, not []"),
    (#"{"manyInt32":1}"#, "manyInt32: an array is expected"),
    (#"{"manyInt32":[1,null]}"#, "manyInt32[1]: a whole number"),
    (#"{"manyKinds":[null]}"#, "manyKinds[0]: an object is expected"),
    (#"{"byInt32":[]}"#, "byInt32: an object is expected"),
    (#"{"byInt32":{"x":""}}"#, #"byInt32["x"]: a whole number"#),
    (#"{"byInt32":{"1":"","1.0":""}}"#, #"byInt32["1.0"]: the key stands twice"#),
    (#"{"byBool":{"1":""}}"#, #"byBool["1"]: "true" or "false" is expected"#),
    (#"{"byString":{"a":null}}"#, #"byString["a"]: a string is expected"#),
    ("null", "an object is expected"), ("1", "an object is expected"),
  ])
  func `what would have to be guessed at is refused, with its path`(
    text: String, refusal: String
  ) throws {
    let message = try #require(try conversion.refusal(text))
    #expect(message.hasPrefix(refusal), "\(message)")
  }

  @Test func `the message of an unknown field lists the known ones`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
    let json = try JSONValue(parsing: #"{"total":1}"#)
    let money = #expect(throws: ConversionError.self) {
      try pool.bytes(of: json, as: "accountstatus.v1.Money")
    }
    #expect(money?.message == "there is no such field; Money has currencyCode, units, nanos")
    let closed = #expect(throws: ConversionError.self) {
      try pool.bytes(of: json, as: "accountstatus.v1.AccountClosed")
    }
    #expect(closed?.message == "there is no such field; AccountClosed has none")
  }

  @Test func `equal messages give equal bytes`() throws {
    let one = try conversion.bytes(
      #"{"byString":{"b":"2","a":"1"},"oneBool":true,"oneInt32":7,"manyInt32":[1,2]}"#)
    let other = try conversion.bytes(
      #"{"many_int32":["1",2e0],"oneInt32":"7","byString":{"a":"1","b":"2"},"oneBool":true}"#)
    #expect(one == other)
  }

  @Test func `repeated numbers are packed unless the field says otherwise`() throws {
    var packed = Encoder()
    packed.append(105, [1, 2])
    #expect(try conversion.bytes(#"{"manyInt32":[1,2]}"#) == packed.bytes)
    var spread = Encoder()
    spread.append(301, varint: 1)
    spread.append(301, varint: 2)
    #expect(try conversion.bytes(#"{"spreadInt32":[1,2]}"#) == spread.bytes)
  }
}
