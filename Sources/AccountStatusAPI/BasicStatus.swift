internal import AccountStatusModel

// The point read: GetStatus in the BASIC view, from payload to reply without an allocation. It reads
// and writes the bytes in place; everything unusual goes the general way, which decides alike.

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

// MARK: - Reply

/// A GetStatusResponse made of the fields of an index record.
///
/// Writes the very bytes that libprotobuf-c would. The buffers outlive the value; text has been
/// checked where it was stored. Sets are bits: bit n is the word with number n, bit 0 is never set.
/// Instants are nanoseconds since 1970-01-01T00:00:00Z, never negative.
package struct BasicStatusReply {
  package let accountID: UnsafeRawBufferPointer
  /// The contract's number; so are the other states.
  package let state: UInt8
  package let since: Int64
  package let reasons: UInt64
  package let capabilities: UInt64
  package let notices: UInt64
  package let nextTransition: (at: Int64, toState: UInt8)?
  package let isEligibleForReinstatement: Bool
  package let reinstatementState: UInt8
  package let policyEdition: UnsafeRawBufferPointer
  package let revision: UInt64
  package let asOf: Int64
  package let token: UnsafeRawBufferPointer

  @inline(__always)
  package init(
    accountID: UnsafeRawBufferPointer, state: UInt8, since: Int64, reasons: UInt64,
    capabilities: UInt64, notices: UInt64, nextTransition: (at: Int64, toState: UInt8)?,
    isEligibleForReinstatement: Bool, reinstatementState: UInt8,
    policyEdition: UnsafeRawBufferPointer, revision: UInt64, asOf: Int64,
    token: UnsafeRawBufferPointer
  ) {
    self.accountID = accountID
    self.state = state
    self.since = since
    self.reasons = reasons
    self.capabilities = capabilities
    self.notices = notices
    self.nextTransition = nextTransition
    self.isEligibleForReinstatement = isEligibleForReinstatement
    self.reinstatementState = reinstatementState
    self.policyEdition = policyEdition
    self.revision = revision
    self.asOf = asOf
    self.token = token
  }

  /// Bytes that are enough for whatever the numbers and sets are: three full sets, and some.
  private static let capacityOfNumbers = 640

  /// How large a buffer is enough for `write`.
  package var capacity: Int {
    Self.capacityOfNumbers + accountID.count + policyEdition.count + token.count
  }

  /// Writes the message to where the buffer ends, and returns it. The buffer has at least
  /// `capacity` bytes.
  ///
  /// From its end to its start, the fields in reverse: so a length is known when its turn comes,
  /// and nothing is measured before it is written.
  @inline(__always)
  package func write(
    atEndOf buffer: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    precondition(buffer.count >= capacity)
    guard let start = buffer.baseAddress else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    var output = ReverseOutput(endingAt: start + buffer.count)
    output.slice(0x12, token)
    let end = output.start
    writeStatus(&output)
    output.varint(UInt64(end - output.start))
    output.byte(0x0a)
    return UnsafeRawBufferPointer(start: output.start, count: start + buffer.count - output.start)
  }

  @inline(__always)
  private func writeStatus(_ output: inout ReverseOutput) {
    output.timestamp(0x62, asOf)
    output.number(0x58, revision)
    output.slice(0x52, policyEdition)
    output.number(0x48, UInt64(reinstatementState))
    output.number(0x40, isEligibleForReinstatement ? 1 : 0)
    if let nextTransition {
      let end = output.start
      output.number(0x10, UInt64(nextTransition.toState))
      output.timestamp(0x0a, nextTransition.at)
      output.byte(UInt8(truncatingIfNeeded: end - output.start))
      output.byte(0x3a)
    }
    output.packed(0x32, notices)
    output.packed(0x2a, capabilities)
    output.forEachBit(reasons) { output, code in
      output.byte(code)
      output.byte(0x08)
      output.byte(2)
      output.byte(0x22)
    }
    output.timestamp(0x1a, since)
    output.number(0x10, UInt64(state))
    output.slice(0x0a, accountID)
  }
}

/// Bytes that come before others, written from the last to the first.
private struct ReverseOutput {
  /// The first byte written so far.
  private(set) var start: UnsafeMutableRawPointer

  @inline(__always)
  init(endingAt end: UnsafeMutableRawPointer) {
    start = end
  }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    start -= 1
    start.storeBytes(of: value, as: UInt8.self)
  }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    if value < 0x80 {
      byte(UInt8(truncatingIfNeeded: value))
    } else if value < 1 << 56 {
      longVarint(value)
    } else {
      longestVarint(value)
    }
  }

  /// Two to eight bytes with one store: the number's groups of seven bits, spread over bytes. What
  /// it stores before them is written over by what comes next.
  @inline(__always)
  private mutating func longVarint(_ value: UInt64) {
    let count = (70 - value.leadingZeroBitCount) / 7
    var groups = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) << 4
    groups = groups & 0x0000_3fff_0000_3fff | (groups & 0x0fff_c000_0fff_c000) << 2
    groups = groups & 0x007f_007f_007f_007f | (groups & 0x3f80_3f80_3f80_3f80) << 1
    // All but the last say that another follows.
    groups |= 0x8080_8080_8080_8080 &>> UInt64(72 - 8 * count)
    let bytes = groups &<< UInt64(64 - 8 * count)
    (start - 8).storeBytes(of: bytes.littleEndian, as: UInt64.self)
    start -= count
  }

  @inline(never)
  private mutating func longestVarint(_ value: UInt64) {
    let count = (70 - value.leadingZeroBitCount) / 7
    for place in (0..<count).reversed() {
      let group = UInt8(truncatingIfNeeded: value &>> UInt64(7 * place)) & 0x7f
      byte(place == count - 1 ? group : group | 0x80)
    }
  }

  /// A varint field; one that is zero is left out.
  @inline(__always)
  mutating func number(_ tag: UInt8, _ value: UInt64) {
    guard value != 0 else { return }
    varint(value)
    byte(tag)
  }

  /// A field of text or bytes; an empty one is left out.
  @inline(__always)
  mutating func slice(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
    guard content.count > 0, let source = content.baseAddress else { return }
    start -= content.count
    start.copyMemory(from: source, byteCount: content.count)
    varint(UInt64(content.count))
    byte(tag)
  }

  @inline(__always)
  mutating func timestamp(_ tag: UInt8, _ nanoseconds: Int64) {
    let (seconds, nanos) = UInt64(nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
    let end = start
    number(0x10, nanos)
    number(0x08, seconds)
    byte(UInt8(truncatingIfNeeded: end - start))
    byte(tag)
  }

  /// A packed field of enum numbers below 64: a byte each. An empty one is left out.
  @inline(__always)
  mutating func packed(_ tag: UInt8, _ bits: UInt64) {
    guard bits != 0 else { return }
    let end = start
    forEachBit(bits) { output, number in output.byte(number) }
    byte(UInt8(truncatingIfNeeded: end - start))
    byte(tag)
  }

  /// Calls back with the number of each bit, descending.
  @inline(__always)
  mutating func forEachBit(_ bits: UInt64, _ body: (inout ReverseOutput, UInt8) -> Void) {
    var rest = bits
    while rest != 0 {
      let number = 63 - rest.leadingZeroBitCount
      body(&self, UInt8(truncatingIfNeeded: number))
      rest ^= 1 &<< UInt64(number)
    }
  }
}
