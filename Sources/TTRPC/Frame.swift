//   offset 0   u32 length      payload bytes, big-endian; the first byte is reserved and 0
//   offset 4   u32 stream id   big-endian; odd: opened by the client, even: reserved
//   offset 8   u8  type        1 Request, 2 Response, 3 Data
//   offset 9   u8  flags       0x01 remote-closed, 0x02 remote-open, 0x04 no-data
//   offset 10  payload

/// What a frame carries. Other values exist on the wire and are ignored.
package struct FrameType: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let request = FrameType(rawValue: 1)
  package static let response = FrameType(rawValue: 2)
  package static let data = FrameType(rawValue: 3)
}

/// What a frame says about its stream. Unknown bits are ignored.
package struct FrameFlags: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The sender sends no more on this stream.
  package static let remoteClosed = FrameFlags(rawValue: 0x01)
  /// The sender will send more on this stream.
  package static let remoteOpen = FrameFlags(rawValue: 0x02)
  /// There is no message in this frame, not even an empty one.
  package static let noData = FrameFlags(rawValue: 0x04)
}

/// The ten bytes before a payload.
package struct FrameHeader: Sendable, Hashable {
  package static let byteCount = 10
  /// The largest length whose first byte is 0.
  package static let largestLength = 1 << 24 - 1

  package var length: Int
  package var stream: UInt32
  package var type: FrameType
  package var flags: FrameFlags

  package init(length: Int, stream: UInt32, type: FrameType, flags: FrameFlags = []) {
    self.length = length
    self.stream = stream
    self.type = type
    self.flags = flags
  }

  /// Reads ten bytes.
  @inline(__always)
  init(_ bytes: UnsafeRawPointer) {
    length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    stream = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    type = FrameType(rawValue: bytes.loadUnaligned(fromByteOffset: 8, as: UInt8.self))
    flags = FrameFlags(rawValue: bytes.loadUnaligned(fromByteOffset: 9, as: UInt8.self))
  }

  /// Writes ten bytes.
  @inline(__always)
  func write(to bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: UInt32(truncatingIfNeeded: length).bigEndian, as: UInt32.self)
    bytes.storeBytes(of: stream.bigEndian, toByteOffset: 4, as: UInt32.self)
    bytes.storeBytes(of: type.rawValue, toByteOffset: 8, as: UInt8.self)
    bytes.storeBytes(of: flags.rawValue, toByteOffset: 9, as: UInt8.self)
  }
}

/// A peer that does not speak the protocol; its connection is closed.
package struct ProtocolViolation: Error, Sendable, Hashable {
  /// The length read, above 16 MiB − 1.
  package let length: Int

  package init(length: Int) { self.length = length }
}
