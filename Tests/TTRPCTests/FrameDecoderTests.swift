import TTRPC
import Testing

@Suite("Bytes to frames")
struct FrameDecoderTests {
  /// A frame whose slices were copied.
  struct Copy: Equatable {
    var stream: UInt32
    var payload: [UInt8]
    var content: Frame.Content
  }

  /// Everything that a decoder makes of pieces.
  private func decode(
    _ pieces: [[UInt8]], frameLength: Int = 16
  ) throws(ProtocolViolation) -> [Copy] {
    var decoder = FrameDecoder(frameLength: frameLength)
    var frames: [Copy] = []
    for piece in pieces {
      try feed(&decoder, piece) { frames.append($0) }
    }
    return frames
  }

  private func feed(
    _ decoder: inout FrameDecoder, _ piece: [UInt8], _ body: (Copy) -> Void
  ) throws(ProtocolViolation) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: piece)
    var input = UnsafeRawBufferPointer(memory)
    while let frame = try decoder.next(&input) {
      body(
        Copy(
          stream: frame.header.stream, payload: [UInt8](frame.payload), content: frame.content))
    }
    #expect(input.isEmpty)
  }

  private let three =
    frame(1, type: 1, [1, 2, 3]) + frame(3, type: 3)
    + frame(5, type: 3, Array(repeating: 7, count: 17))
    + frame(7, type: 2, [9])
  private let expected = [
    Copy(stream: 1, payload: [1, 2, 3], content: .whole),
    Copy(stream: 3, payload: [], content: .whole),
    Copy(stream: 5, payload: [], content: .tooLong),
    Copy(stream: 7, payload: [9], content: .whole),
  ]

  @Test func `frames come out whole, empty ones too, and too long ones without their payload`()
    throws
  {
    #expect(try decode([three]) == expected)
  }

  @Test func `any two cuts give the same frames`() throws {
    for first in 0...three.count {
      for second in first...three.count {
        let pieces = [
          Array(three[..<first]), Array(three[first..<second]), Array(three[second...]),
        ]
        guard try decode(pieces) == expected else {
          Issue.record("differs when cut after \(first) and \(second)")
          return
        }
      }
    }
  }

  @Test func `byte by byte gives the same frames`() throws {
    #expect(try decode(three.map { [$0] }) == expected)
  }

  @Test func `not enough bytes is nil, not an error`() throws {
    var decoder = FrameDecoder()
    try feed(&decoder, Array(three[..<9])) { _ in Issue.record("a frame from nine bytes") }
    let (isMidFrame, held) = (decoder.isMidFrame, decoder.heldCount)
    #expect(isMidFrame)
    #expect(held == 9)
  }

  @Test func `a length with a first byte is a violation`() {
    #expect(throws: ProtocolViolation(length: 1 << 24)) {
      try decode([frame(1, type: 1, length: 1 << 24)])
    }
    #expect(throws: ProtocolViolation(length: 0xffff_ffff)) {
      try decode([Array(repeating: 0xff, count: 10)].flatMap { $0.map { [$0] } })
    }
  }

  @Test func `a frame of the limit is whole, one byte more is too long`() throws {
    let payload = Array(repeating: UInt8(1), count: 16)
    #expect(
      try decode([frame(1, type: 1, payload)])
        == [Copy(stream: 1, payload: payload, content: .whole)])
    #expect(
      try decode([frame(1, type: 1, payload + [1])])
        == [Copy(stream: 1, payload: [], content: .tooLong)])
  }

  @Test func `a torn frame can be abandoned, and what follows it is found`() throws {
    var decoder = FrameDecoder()
    let bytes = frame(1, type: 1, Array(repeating: 0, count: 100)) + frame(3, type: 3, [4])
    try feed(&decoder, Array(bytes[..<50])) { _ in }
    decoder.abandonFrame()
    let held = decoder.heldCount
    #expect(held == 0)
    var frames: [Copy] = []
    try feed(&decoder, Array(bytes[50...])) { frames.append($0) }
    #expect(
      frames == [
        Copy(stream: 1, payload: [], content: .abandoned),
        Copy(stream: 3, payload: [4], content: .whole),
      ])
  }

  @Test func `abandoning between frames, or before a header is whole, changes nothing`() throws {
    var decoder = FrameDecoder()
    decoder.abandonFrame()
    let bytes = frame(1, type: 1, [1])
    try feed(&decoder, Array(bytes[..<9])) { _ in }
    decoder.abandonFrame()
    var frames: [Copy] = []
    try feed(&decoder, Array(bytes[9...])) { frames.append($0) }
    #expect(frames == [Copy(stream: 1, payload: [1], content: .whole)])
  }
}
