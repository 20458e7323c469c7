import TTRPC
import Testing

@Suite("Frames to bytes")
struct FrameEncoderTests {
  private func encoded(_ write: (inout FrameEncoder) -> Void) -> [UInt8] {
    var encoder = FrameEncoder(frameLength: 1_024)
    write(&encoder)
    return [UInt8](encoder.bytes)
  }

  @Test func `a reply is a payload without a status`() {
    let bytes = encoded { _ = $0.response(1, byteCount: 2) { $0.copyBytes(from: [0x08, 0x01]) } }
    #expect(bytes == hex("00 00 00 04 00 00 00 01 02 00 12 02 08 01"))
  }

  @Test func `an empty reply is an empty status`() {
    let bytes = encoded { _ = $0.response(1, byteCount: 0) { _ in } }
    #expect(bytes == hex("00 00 00 02 00 00 00 01 02 00 0a 00"))
  }

  @Test func `the length of a long reply takes more bytes`() {
    let bytes = encoded {
      _ = $0.response(1, byteCount: 300) { $0.initializeMemory(as: UInt8.self, repeating: 7) }
    }
    #expect(bytes.prefix(13) == hex("00 00 01 2f 00 00 00 01 02 00 12 ac 02")[...])
    #expect(bytes.count == 10 + 3 + 300)
  }

  @Test func `an error is a status without a payload`() {
    let bytes = encoded { $0.failure(3, RPCError(.unimplemented, "service Not")) }
    #expect(
      bytes
        == hex("00 00 00 11 00 00 00 03 02 00 0a 0f 08 0c 12 0b 73 65 72 76 69 63 65 20 4e 6f 74"))
  }

  @Test func `a message has flags zero, and may be empty`() {
    #expect(
      encoded { _ = $0.message(7, byteCount: 4) { $0.copyBytes(from: hex("0a 02 75 31")) } }
        == hex("00 00 00 04 00 00 00 07 03 00 0a 02 75 31"))
    #expect(
      encoded { _ = $0.message(7, byteCount: 0) { _ in } } == hex("00 00 00 00 00 00 00 07 03 00"))
  }

  @Test func `the end of a stream carries no message`() {
    #expect(encoded { $0.endOfStream(7) } == hex("00 00 00 00 00 00 00 07 03 05"))
    #expect(encoded { $0.halfClose(7) } == hex("00 00 00 00 00 00 00 07 03 05"))
  }

  @Test func `what is over the limit is not appended`() {
    let bytes = encoded { encoder in
      let fits = [
        encoder.response(1, byteCount: 1_022) { _ in },
        encoder.message(1, byteCount: 1_025) { _ in },
        encoder.request(1, Array(repeating: 0, count: 1_025), []),
      ]
      #expect(fits == [false, false, false])
    }
    #expect(bytes == [])
  }

  @Test func `an error over the limit loses its details, then its text`() throws {
    let detail = ErrorDetail(typeURL: "x", value: Array(repeating: 1, count: 2_000))
    #expect(
      encoded { $0.failure(1, RPCError(.aborted, "short", details: [detail])) }
        == failure(1, .aborted, "short"))
    let long = String(repeating: "x", count: 2_000)
    #expect(encoded { $0.failure(1, RPCError(.aborted, long)) } == failure(1, .aborted, ""))
  }

  @Test func `what was sent is forgotten, the rest stays in order`() {
    var encoder = FrameEncoder()
    encoder.endOfStream(1)
    encoder.endOfStream(3)
    encoder.consume(13)
    let bytes = [UInt8](encoder.bytes)
    #expect(bytes == Array((halfClose(1) + halfClose(3))[13...]))
  }
}
