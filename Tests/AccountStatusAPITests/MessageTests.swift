import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct MessageTests {
  @Test func `the size is exact and all bytes are written`() {
    var samples = Samples(seed: 11)
    for _ in 0..<100 {
      let response = GetStatusResponse(status: samples.status(), token: [1, 2, 3])
      let bytes = response.encoded()
      response.withEncoding { encoding in
        #expect(encoding.byteCount == bytes.count)
        // A longer buffer: what lies behind the message is not touched.
        var buffer = [UInt8](repeating: 0xaa, count: bytes.count + 8)
        buffer.withUnsafeMutableBytes { encoding.write($0) }
        #expect(Array(buffer.prefix(bytes.count)) == bytes)
        #expect(buffer.suffix(8).allSatisfy { $0 == 0xaa })
      }
    }
  }

  @Test func `an empty message has no bytes`() throws {
    #expect(GetInfoRequest().encoded().isEmpty)
    #expect(try GetInfoRequest.decode([UInt8]()) == GetInfoRequest())
  }

  @Test func `messages can be encoded and decoded inside another's encoding`() throws {
    let outer = HealthCheckRequest(service: "outer")
    let inner = HealthCheckRequest(service: "inner")
    let bytes = outer.withEncoding { encoding in
      #expect((try? HealthCheckRequest.decode(inner.encoded())) == inner)
      var buffer = [UInt8](repeating: 0, count: encoding.byteCount)
      buffer.withUnsafeMutableBytes { encoding.write($0) }
      return buffer
    }
    #expect(try HealthCheckRequest.decode(bytes) == outer)
  }

  @Test func `a text with a NUL is refused before it is sent`() {
    #expect(throws: FormError.self) {
      try HealthCheckRequest(service: "a\0b").checkedEncoding()
    }
    #expect(throws: Never.self) { try HealthCheckRequest(service: "ab").checkedEncoding() }
  }

  @Test func `a malformed request is INVALID_ARGUMENT with its field`() throws {
    let error = try #require(throws: RPCError.self) {
      try ([0x0a, 1, UInt8(ascii: "!")] as [UInt8]).withUnsafeBytes { bytes in
        _ = try GetStatusRequest.decodeRequest(bytes)
      }
    }
    #expect(error.code == .invalidArgument)
    #expect(error.fieldViolations.map(\.field) == ["accountId"])
    #expect(error.reason == .malformedField)
    #expect(error.message == "accountId: \"!\" holds a character outside A-Z a-z 0-9 . _ : @ -")
  }

  @Test func `unknown fields outside facts are tolerated`() throws {
    let request = GetStatusRequest(accountID: "acct-1")
    #expect(try GetStatusRequest.decode(request.encoded() + [0x98, 0x06, 1]) == request)
  }

  @Test func `a hostile nesting is refused`() {
    // reasons[0] inside status, over and over as unknown groups and lengths.
    #expect(throws: FormError.self) {
      try GetStatusResponse.decode([UInt8](repeating: 0x0b, count: 10_000))
    }
  }
}
