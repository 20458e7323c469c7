/// Frames → bytes to be sent.
///
/// Every call appends whole frames. What a frame may hold is the protocol's to say (PROTOCOL.md):
/// an error has no payload, an empty reply is an empty status, the frame that ends a stream has no
/// message.
package struct FrameEncoder: ~Copyable {
  private let frameLength: Int
  private var buffer = ByteBuffer()

  package init(frameLength: Int = Limits().frameLength) {
    self.frameLength = frameLength
  }

  package var count: Int { buffer.count }

  /// What is to be sent. Valid until the next change.
  package var bytes: UnsafeRawBufferPointer { buffer.bytes }

  /// Forgets bytes that were sent.
  @inline(__always)
  package mutating func consume(_ count: Int) {
    buffer.consume(count)
  }

  package mutating func removeAll() {
    buffer.removeAll()
  }

  @inline(__always)
  private mutating func frame(
    _ stream: UInt32, _ type: FrameType, _ flags: FrameFlags = [], length: Int
  ) -> UnsafeMutableRawPointer {
    let start = buffer.append(count: FrameHeader.byteCount + length)
    FrameHeader(length: length, stream: stream, type: type, flags: flags).write(to: start)
    return start + FrameHeader.byteCount
  }
}

// MARK: - What a server sends

extension FrameEncoder {
  /// A Response with a payload, all of which `write` fills in.
  ///
  /// False, and nothing appended, when it would be over the frame limit.
  @inline(__always)
  package mutating func response(
    _ stream: UInt32, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> Bool {
    guard byteCount > 0 else {
      emptyResponse(stream)
      return true
    }
    guard let room = responseRoom(stream, byteCount: byteCount) else { return false }
    write(UnsafeMutableRawBufferPointer(start: room, count: byteCount))
    return true
  }

  /// Room for the payload, of one byte or more, of a Response that is otherwise there.
  ///
  /// nil, and nothing appended, when it would be over the frame limit.
  @inline(__always)
  package mutating func responseRoom(
    _ stream: UInt32, byteCount: Int
  ) -> UnsafeMutableRawPointer? {
    let length = 1 + byteCount.varintLength + byteCount
    guard length <= frameLength else { return nil }
    let room = frame(stream, .response, length: length)
    room.storeBytes(of: ResponseEnvelope.payloadTag, as: UInt8.self)
    return (room + 1).storeVarint(UInt64(byteCount))
  }

  /// A reply with nothing in it: `0a 00`, which every shipped client takes for OK.
  private mutating func emptyResponse(_ stream: UInt32) {
    let room = frame(stream, .response, length: 2)
    room.storeBytes(of: ResponseEnvelope.statusTag, as: UInt8.self)
    room.storeBytes(of: 0, toByteOffset: 1, as: UInt8.self)
  }

  /// A Response with a status and nothing else.
  ///
  /// An error over the frame limit goes without its details, a text over it without the text.
  package mutating func failure(_ stream: UInt32, _ error: RPCError) {
    var body = ResponseEnvelope.encode(error)
    if body.count > frameLength {
      let short = error.message.utf8.count < 1_024 ? error.message : ""
      body = ResponseEnvelope.encode(RPCError(error.code, short))
    }
    let room = frame(stream, .response, length: body.count)
    body.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: room, count: bytes.count).copyMemory(from: bytes)
    }
  }

  /// The end of a stream that went well.
  package mutating func endOfStream(_ stream: UInt32) {
    _ = frame(stream, .data, [.remoteClosed, .noData], length: 0)
  }
}

// MARK: - What both sides send

extension FrameEncoder {
  /// One message of a stream, all of which `write` fills in.
  ///
  /// False, and nothing appended, when it would be over the frame limit.
  package mutating func message(
    _ stream: UInt32, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> Bool {
    guard byteCount <= frameLength else { return false }
    let room = frame(stream, .data, length: byteCount)
    write(UnsafeMutableRawBufferPointer(start: room, count: byteCount))
    return true
  }
}

// MARK: - What a client sends

extension FrameEncoder {
  /// Opens a stream: an encoded `Request`.
  ///
  /// False, and nothing appended, when it would be over the frame limit.
  package mutating func request(
    _ stream: UInt32, _ envelope: [UInt8], _ flags: FrameFlags
  ) -> Bool {
    guard envelope.count <= frameLength else { return false }
    let room = frame(stream, .request, flags, length: envelope.count)
    envelope.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: room, count: bytes.count).copyMemory(from: bytes)
    }
    return true
  }

  /// Says that no more messages come on a stream.
  package mutating func halfClose(_ stream: UInt32) {
    _ = frame(stream, .data, [.remoteClosed, .noData], length: 0)
  }
}

extension Int {
  /// Bytes of this length as a varint.
  @inline(__always)
  fileprivate var varintLength: Int {
    self < 1 << 7 ? 1 : self < 1 << 14 ? 2 : self < 1 << 21 ? 3 : 4
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a varint and returns what follows it.
  @inline(__always)
  fileprivate func storeVarint(_ value: UInt64) -> UnsafeMutableRawPointer {
    var rest = value
    var room = self
    while rest >= 0x80 {
      room.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      room += 1
      rest >>= 7
    }
    room.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    return room + 1
  }
}
