import JSONText
import ProtobufJSON
import Testing

struct ConversionErrorTests {
  @Test func `an error reads as path and message`() {
    let error = ConversionError(path: "facts[2].invoiceIssued.total", message: "why")
    #expect(error.description == "facts[2].invoiceIssued.total: why")
    #expect(ConversionError(message: "why").description == "why")
  }

  @Test(arguments: [
    (
      #"{"facts":[{},{},{"invoiceIssued":{"total":{"unit":1}}}]}"#,
      "facts[2].invoiceIssued.total.unit"
    ),
    (#"{"facts":[{"invoice_issued":{"total":7}}]}"#, "facts[0].invoice_issued.total"),
    (#"{"facts":{}}"#, "facts"), (#"{"fact":[]}"#, "fact"), ("[]", ""),
  ])
  func `a path leads to the culprit`(text: String, path: String) throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: ConversionError.self) {
      try pool.bytes(of: json, as: "accountstatus.v1.ReportFactsRequest")
    }
    #expect(error?.path == path)
  }

  @Test func `a path names map keys, and leaves out fields that the JSON does not show`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.kinds)
    let cases = [
      (#"{"ofInt32":{"a.b":"x"}}"#, #"ofInt32["a.b"]"#),
      (#"{"oneStruct":{"a":1e400}}"#, #"oneStruct["a"]"#),
      (#"{"manyInt32Value":[1,"x"]}"#, "manyInt32Value[1]"),
      (#"{"oneAny":{"@type":"x/test.Kinds","oneBool":1}}"#, "oneAny.oneBool"),
    ]
    for (text, path) in cases {
      let json = try JSONValue(parsing: text)
      let error = #expect(throws: ConversionError.self) {
        try pool.bytes(of: json, as: "test.Kinds")
      }
      #expect(error?.path == path)
    }
  }
}
