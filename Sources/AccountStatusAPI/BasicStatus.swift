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
package struct BasicStatusReply {
  package let accountID: UnsafeRawBufferPointer
  /// The contract's number; so are the other states.
  package let state: UInt8
  /// Nanoseconds since 1970-01-01T00:00:00Z, as the other instants; never negative.
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
  /// Measured once.
  private var statusByteCount: Int

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
    statusByteCount = 0
    statusByteCount = measuredStatus()
  }

  /// The exact number of bytes that `write` fills in.
  package var byteCount: Int {
    1 + varintSize(UInt64(statusByteCount)) + statusByteCount + sliceSize(token.count)
  }

  /// Writes all `byteCount` bytes. The buffer has at least that size.
  package func write(_ buffer: UnsafeMutableRawBufferPointer) {
    precondition(buffer.count >= byteCount)
    guard let base = buffer.baseAddress else { return }
    var output = Output(base.assumingMemoryBound(to: UInt8.self))
    output.tag(0x0a, length: statusByteCount)
    writeStatus(&output)
    output.slice(0x12, token)
  }
}

extension BasicStatusReply {
  private func measuredStatus() -> Int {
    var size = sliceSize(accountID.count) + numberSize(UInt64(state))
    size += 2 + timestampSize(since)
    size += 4 * reasons.nonzeroBitCount
    size += packedSize(capabilities) + packedSize(notices)
    if let nextTransition { size += 2 + transitionSize(nextTransition) }
    size += isEligibleForReinstatement ? 2 : 0
    size += numberSize(UInt64(reinstatementState)) + sliceSize(policyEdition.count)
    size += numberSize(revision)
    size += 2 + timestampSize(asOf)
    return size
  }

  @inline(__always)
  private func writeStatus(_ output: inout Output) {
    output.slice(0x0a, accountID)
    output.number(0x10, UInt64(state))
    output.timestamp(0x1a, since)
    output.forEachBit(reasons) { output, code in
      output.byte(0x22)
      output.byte(2)
      output.byte(0x08)
      output.byte(code)
    }
    output.packed(0x2a, capabilities)
    output.packed(0x32, notices)
    if let nextTransition {
      output.tag(0x3a, length: transitionSize(nextTransition))
      output.timestamp(0x0a, nextTransition.at)
      output.number(0x10, UInt64(nextTransition.toState))
    }
    output.number(0x40, isEligibleForReinstatement ? 1 : 0)
    output.number(0x48, UInt64(reinstatementState))
    output.slice(0x52, policyEdition)
    output.number(0x58, revision)
    output.timestamp(0x62, asOf)
  }

  private func transitionSize(_ transition: (at: Int64, toState: UInt8)) -> Int {
    2 + timestampSize(transition.at) + numberSize(UInt64(transition.toState))
  }
}

// MARK: - Sizes

@inline(__always)
private func varintSize(_ value: UInt64) -> Int {
  (64 - (value | 1).leadingZeroBitCount + 6) / 7
}

/// A varint field; one that is zero is left out.
@inline(__always)
private func numberSize(_ value: UInt64) -> Int {
  value == 0 ? 0 : 1 + varintSize(value)
}

/// A field of text or bytes; an empty one is left out.
@inline(__always)
private func sliceSize(_ count: Int) -> Int {
  count == 0 ? 0 : 1 + varintSize(UInt64(count)) + count
}

/// A packed field of enum numbers below 64: a byte each.
@inline(__always)
private func packedSize(_ bits: UInt64) -> Int {
  bits == 0 ? 0 : 2 + bits.nonzeroBitCount
}

/// The content of a Timestamp.
@inline(__always)
private func timestampSize(_ nanoseconds: Int64) -> Int {
  let (seconds, nanos) = UInt64(nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
  return numberSize(seconds) + numberSize(nanos)
}

// MARK: - Output

/// Where the next byte goes.
private struct Output {
  private var next: UnsafeMutablePointer<UInt8>

  init(_ start: UnsafeMutablePointer<UInt8>) {
    next = start
  }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    next.pointee = value
    next += 1
  }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
  }

  @inline(__always)
  mutating func tag(_ tag: UInt8, length: Int) {
    byte(tag)
    varint(UInt64(length))
  }

  @inline(__always)
  mutating func number(_ tag: UInt8, _ value: UInt64) {
    guard value != 0 else { return }
    byte(tag)
    varint(value)
  }

  @inline(__always)
  mutating func slice(_ tag: UInt8, _ content: UnsafeRawBufferPointer) {
    guard content.count > 0, let source = content.baseAddress else { return }
    self.tag(tag, length: content.count)
    UnsafeMutableRawPointer(next).copyMemory(from: source, byteCount: content.count)
    next += content.count
  }

  @inline(__always)
  mutating func timestamp(_ tag: UInt8, _ nanoseconds: Int64) {
    self.tag(tag, length: timestampSize(nanoseconds))
    let (seconds, nanos) = UInt64(nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
    number(0x08, seconds)
    number(0x10, nanos)
  }

  @inline(__always)
  mutating func packed(_ tag: UInt8, _ bits: UInt64) {
    guard bits != 0 else { return }
    self.tag(tag, length: bits.nonzeroBitCount)
    forEachBit(bits) { output, number in output.byte(number) }
  }

  /// Calls back with the number of each bit, ascending.
  @inline(__always)
  mutating func forEachBit(_ bits: UInt64, _ body: (inout Output, UInt8) -> Void) {
    var rest = bits
    while rest != 0 {
      body(&self, UInt8(truncatingIfNeeded: rest.trailingZeroBitCount))
      rest &= rest - 1
    }
  }
}
