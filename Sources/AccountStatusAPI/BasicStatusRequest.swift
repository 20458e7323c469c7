internal import AccountStatusModel

// The point read's request: GetStatus in the BASIC view, read in place. Everything unusual goes the
// general way, which decides alike.

/// A GetStatus request that asks for nothing but the current BASIC status, in place.
///
/// Never kept: it points into the payload.
package struct BasicStatusRequest {
  /// 1 to 64 bytes. Their form is not checked: an id that is malformed is in no index.
  package let accountID: UnsafeRawBufferPointer
  /// A token; empty: any position will do.
  package let atLeast: UnsafeRawBufferPointer
}

extension GetStatusRequest {
  /// Reads a plain request in place; nil when it is anything else, malformed ones included.
  ///
  /// Plain: an account id of a possible length, the view BASIC or none, at_least or not, each at
  /// most once, and no other field. What is nil here is decoded by `decode`, which names what is
  /// wrong; so is an id that is not found, which may be malformed.
  package static func decodeBasic(_ payload: UnsafeRawBufferPointer) -> BasicStatusRequest? {
    var reader = PlainReader(payload)
    var accountID = UnsafeRawBufferPointer(start: nil, count: 0)
    var atLeast = accountID
    var lastTag: UInt8 = 0
    while let tag = reader.byte() {
      // Ascending tags: no field comes twice.
      guard tag > lastTag else { return nil }
      lastTag = tag
      switch tag {
      case 0x0a:
        guard let slice = reader.slice() else { return nil }
        accountID = slice
      case 0x10:
        guard let view = reader.byte(), view <= 1 else { return nil }
      case 0x32:
        guard let slice = reader.slice() else { return nil }
        atLeast = slice
      default: return nil
      }
    }
    guard (1...AccountID.maximumLength).contains(accountID.count) else { return nil }
    return BasicStatusRequest(accountID: accountID, atLeast: atLeast)
  }
}

/// Walks over single bytes and short slices.
private struct PlainReader {
  private let start: UnsafePointer<UInt8>?
  private let count: Int
  private var offset = 0

  init(_ payload: UnsafeRawBufferPointer) {
    start = payload.baseAddress?.assumingMemoryBound(to: UInt8.self)
    count = payload.count
  }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard offset < count, let start else { return nil }
    defer { offset += 1 }
    return start[offset]
  }

  /// A slice of less than 128 bytes after its length; nil when there is none.
  @inline(__always)
  mutating func slice() -> UnsafeRawBufferPointer? {
    guard let length = byte(), length < 0x80, count - offset >= Int(length), let start else {
      return nil
    }
    defer { offset += Int(length) }
    return UnsafeRawBufferPointer(start: start + offset, count: Int(length))
  }
}
