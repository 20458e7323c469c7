import JSONText
import ProtobufJSON
import Testing

struct WireToJSONTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  @Test func `members stand in the order of their numbers and map entries of their keys`() throws {
    let text = #"{"oneBool":true,"oneInt32":1,"byInt32":{"10":"b","-1":"a","9":""}}"#
    #expect(
      try conversion.roundTrip(text)
        == #"{"oneInt32":1,"oneBool":true,"byInt32":{"-1":"a","9":"","10":"b"}}"#)
    #expect(
      try conversion.roundTrip(#"{"byString":{"b":"","a":""},"byBool":{"true":"","false":""}}"#)
        == #"{"byBool":{"false":"","true":""},"byString":{"a":"","b":""}}"#)
  }

  @Test func `the last of several values counts, of a oneof the last member`() throws {
    var encoder = Encoder()
    encoder.append(5, varint: 1)
    encoder.append(5, varint: 2)
    encoder.append(205, varint: 7)
    encoder.append(208, varint: 0)
    #expect(try conversion.text(encoder.bytes) == #"{"oneInt32":2,"choiceBool":false}"#)
  }

  @Test func `a message in pieces is merged`() throws {
    var first = Encoder()
    first.append(5, varint: 1)
    first.append(105, varint: 1)
    var second = Encoder()
    second.append(8, varint: 1)
    second.append(105, varint: 2)
    var whole = Encoder()
    whole.append(17, first.bytes)
    whole.append(17, second.bytes)
    #expect(
      try conversion.text(whole.bytes)
        == #"{"oneKinds":{"oneInt32":1,"oneBool":true,"manyInt32":[1,2]}}"#)
  }

  @Test func `repeated numbers are read packed and unpacked`() throws {
    var encoder = Encoder()
    encoder.append(105, varint: 1)
    encoder.append(105, [2, 3])
    #expect(try conversion.text(encoder.bytes) == #"{"manyInt32":[1,2,3]}"#)
  }

  @Test func `unknown fields and values of another wire type are left out`() throws {
    var encoder = Encoder()
    encoder.append(9999, "x")
    encoder.append(5, "x")
    encoder.append(9, varint: 1)
    #expect(try conversion.text(encoder.bytes) == "{}")
  }

  @Test func `unknown enum values are numbers`() throws {
    var encoder = Encoder()
    encoder.append(16, varint: 42)
    encoder.append(116, varint: UInt64(bitPattern: -7))
    #expect(
      try conversion.text(encoder.bytes) == #"{"oneColor":42,"manyColor":["COLOR_NEGATIVE"]}"#)
  }

  @Test func `defaults are left out, unless they are asked for or have presence`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
    let all = PrintingOptions(includesDefaults: true)
    #expect(try pool.json(of: [], as: "accountstatus.v1.AccountStatus").text() == "{}")
    #expect(
      try pool.json(of: [], as: "accountstatus.v1.AccountStatus", options: all).text()
        == #"{"accountId":"","state":"ACCOUNT_STATE_UNSPECIFIED","reasons":[],"capabilities":[],"#
        + #""notices":[],"eligibleForReinstatement":false,"#
        + #""reinstatementState":"REINSTATEMENT_STATE_UNSPECIFIED","policyEdition":"","#
        + #""revision":"0","projected":false}"#)
    #expect(
      try pool.json(of: [], as: "google.rpc.ErrorInfo", options: all).text()
        == #"{"reason":"","domain":"","metadata":{}}"#)
    var maybe = Encoder()
    maybe.append(300, varint: 0)
    #expect(try conversion.text(maybe.bytes) == #"{"maybeInt32":0}"#)
  }

  @Test func `nesting is bounded`() throws {
    var encoder = Encoder()
    for _ in 0..<99 {
      var outer = Encoder()
      outer.append(17, encoder.bytes)
      encoder = outer
    }
    _ = try conversion.text(encoder.bytes)
    var outer = Encoder()
    outer.append(17, encoder.bytes)
    #expect(throws: ConversionError.self) { try conversion.text(outer.bytes) }
  }
}
