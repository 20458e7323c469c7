import JSONText
import ProtobufJSON
import Testing

struct WellKnownTypeTests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  @Test(arguments: [
    #"{"oneAny":{"@type":"type.googleapis.com/test.Kinds","oneBool":true}}"#,
    #"{"oneAny":{"@type":"x/google.protobuf.Duration","value":"1s"}}"#,
    #"{"oneAny":{"@type":"a/b/google.protobuf.Any","value":{"@type":"c/test.Kinds"}}}"#,
    #"{"oneAny":{}}"#, #"{"oneMask":"displayName,a.bC"}"#, #"{"oneMask":""}"#,
    #"{"oneStruct":{"a":null,"b":[true,{}],"c":1.5}}"#, #"{"oneValue":null}"#,
    #"{"oneValue":[]}"#, #"{"oneList":[null,"x"]}"#, #"{"oneDoubleValue":0.0}"#,
    #"{"oneInt64Value":"0"}"#, #"{"oneStringValue":""}"#, #"{"oneBytesValue":"Zg=="}"#,
    #"{"oneBoolValue":false}"#, #"{"manyValue":[null,1.0]}"#,
  ])
  func `each has a JSON form of its own, both ways`(text: String) throws {
    #expect(try conversion.roundTrip(text) == text)
  }

  @Test(arguments: [
    #"{"oneAny":{"oneBool":true}}"#, #"{"oneAny":{"@type":"test.Kinds"}}"#,
    #"{"oneAny":{"@type":"x/unknown.Type"}}"#, #"{"oneAny":{"@type":1}}"#, #"{"oneAny":"x"}"#,
    #"{"oneAny":{"@type":"x/google.protobuf.Duration"}}"#,
    #"{"oneAny":{"@type":"x/google.protobuf.Duration","value":"1s","more":1}}"#,
    #"{"oneMask":"display_name"}"#, #"{"oneMask":[]}"#, #"{"oneStruct":[]}"#,
    #"{"oneList":{}}"#, #"{"manyStringValue":[null]}"#, #"{"manyStruct":[null]}"#,
    #"{"oneInt32Value":"x"}"#, #"{"oneTimestamp":0}"#, #"{"oneDuration":1}"#,
  ])
  func `other forms are refused`(text: String) throws {
    #expect(try conversion.refusal(text) != nil)
  }

  @Test func `an Any of an unknown type or without one cannot be shown`() {
    var unknown = Encoder()
    unknown.append(1, "x/unknown.Type")
    var nameless = Encoder()
    nameless.append(2, [1])
    for bytes in [unknown.bytes, nameless.bytes] {
      #expect(throws: (any Error).self) {
        try conversion.text(bytes, as: "google.protobuf.Any")
      }
    }
  }

  @Test func `an Any of an unknown type is shown by its bytes where that is tolerated`() throws {
    var unknown = Encoder()
    unknown.append(1, "x/unknown.Type")
    unknown.append(2, [1, 2])
    let json = try conversion.pool.json(
      of: unknown.bytes, as: "google.protobuf.Any",
      options: PrintingOptions(toleratesUnknownTypes: true))
    #expect(json.text() == #"{"@type":"x/unknown.Type","value":"AQI="}"#)
  }

  @Test func `a Value is never NaN`() {
    var value = Encoder()
    value.append(2, fixed64: Double.nan.bitPattern)
    #expect(throws: (any Error).self) {
      try conversion.text(value.bytes, as: "google.protobuf.Value")
    }
  }
}
