import Testing

struct Base64Tests {
  private let conversion: Conversion

  init() throws {
    conversion = try Conversion()
  }

  // The vectors of RFC 4648, section 10.
  @Test(arguments: [
    ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func `bytes are shown padded`(content: String, base64: String) throws {
    var encoder = Encoder()
    encoder.append(10, content)
    #expect(try conversion.text(encoder.bytes) == #"{"oneBytes":"\#(base64)"}"#)
    #expect(try conversion.bytes(#"{"oneBytes":"\#(base64)"}"#) == encoder.bytes)
  }

  @Test func `padding may be absent and the alphabet that of URLs`() throws {
    #expect(try conversion.roundTrip(#"{"oneBytes":"Zg"}"#) == #"{"oneBytes":"Zg=="}"#)
    #expect(try conversion.roundTrip(#"{"oneBytes":"_-8"}"#) == #"{"oneBytes":"/+8="}"#)
  }

  @Test(arguments: [
    "Z", "Zg=", "Zg===", "Zh==", "Z===", "Zm9v=", "Z g=", "Zg\\n", "å", "====", "Zm=v",
  ])
  func `other text is refused`(text: String) throws {
    #expect(try conversion.refusal(#"{"oneBytes":"\#(text)"}"#) != nil)
  }

  @Test func `all bytes survive`() throws {
    for count in 0...255 {
      var encoder = Encoder()
      encoder.append(10, (0...UInt8(count)).map { $0 &* 7 })
      #expect(try conversion.bytes(try conversion.text(encoder.bytes)) == encoder.bytes)
    }
  }
}
