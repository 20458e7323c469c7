import TTRPC
import Testing

@Suite("A frame's header")
struct FrameTests {
  @Test func `the header's fields stand where the protocol says`() throws {
    var decoder = FrameDecoder()
    let bytes = hex("00 00 00 02 01 02 03 05 03 05 aa bb")
    let header = try bytes.withUnsafeBytes { bytes in
      var input = bytes
      return try decoder.next(&input)?.header
    }
    #expect(
      header
        == FrameHeader(
          length: 2, stream: 0x0102_0305, type: .data, flags: [.remoteClosed, .noData]))
  }

  @Test func `the largest length leaves the first byte zero`() {
    #expect(FrameHeader.largestLength == 16 * 1_024 * 1_024 - 1)
    #expect(FrameHeader.byteCount == 10)
  }
}
