package import CStatusTable

// A point read's reply: a GetStatusResponse written straight into a connection's output, without an
// allocation, the very bytes that libprotobuf-c would pack.
//
// Its time is not that of its bytes but of the branches that the processor guesses wrong: which
// words a set holds and which fields are left out differs from account to account. So sets are
// encoded once per combination and copied whole, and what may be left out is stored and then stored
// over.

/// What the replies share, encoded once: sets of words, the edition, the instant and the token.
///
/// Plain memory, its owner's to deallocate.
package struct PointReadReplyParts {
  /// The fields `reasons`, `capabilities` and `notices` of one combination of sets. Bit n of a set is
  /// the word with number n.
  package struct Words {
    static let capacity = MemoryLayout<SIMD64<UInt8>>.size

    var capabilities: UInt64 = 0
    var reasons: UInt32 = 0
    var notices: UInt32 = 0
    /// The fields' length. More than the capacity: they are not there.
    var count = 0
    var fields = SIMD64<UInt8>()
  }

  /// Places for combinations, each found by its bits. Of what the rules decide some tens occur.
  private static let placeCount = 256

  private let words: UnsafeMutablePointer<Words>
  /// The field `policy_edition`.
  package let edition: FieldBytes
  /// The status's last field, `as_of`.
  package private(set) var asOf: FieldBytes
  /// What follows the status: the field `token`.
  package private(set) var token: FieldBytes

  /// - edition: the default edition's name, as UTF-8.
  /// - tokenCapacity: bytes of the longest token.
  package init(edition name: UnsafeRawBufferPointer, tokenCapacity: Int) {
    words = .allocate(capacity: Self.placeCount)
    words.initialize(repeating: Words(), count: Self.placeCount)
    var edition = FieldBytes(capacity: FieldOutput.headLength + name.count)
    edition.write { $0.slice(0x52, name) }
    self.edition = edition
    asOf = FieldBytes(capacity: FieldOutput.timestampLength)
    token = FieldBytes(capacity: FieldOutput.headLength + tokenCapacity)
  }

  package func deallocate() {
    words.deallocate()
    edition.deallocate()
    asOf.deallocate()
    token.deallocate()
  }

  /// Sets the instant of the replies from here on, in nanoseconds since 1970.
  @inline(__always)
  package mutating func set(asOf: Int64) {
    self.asOf.write { $0.timestamp(0x62, EncodedTimestamp(asOf)) }
  }

  /// Sets the token of the replies from here on.
  package mutating func set(token: UnsafeRawBufferPointer) {
    self.token.write { $0.slice(0x12, token) }
  }

  /// The place with an answer's sets.
  @inline(__always)
  package func words(of status: UnsafePointer<status_table_status>) -> UnsafePointer<Words> {
    let capabilities = status.pointee.answer.capabilities
    let (reasons, notices) = (status.pointee.answer.reasons, status.pointee.answer.notices)
    let bits = capabilities ^ UInt64(notices) << 24 ^ UInt64(reasons) << 40
    // Sets that differ by little are spread over all places by the golden ratio's bits.
    let place = words + Int((bits &* 0x9e37_79b9_7f4a_7c15) >> 56)
    if place.pointee.capabilities != capabilities || place.pointee.reasons != reasons
      || place.pointee.notices != notices
    {
      Self.encode(status.pointee.answer, in: place)
    }
    return UnsafePointer(place)
  }

  @inline(never)
  private static func encode(
    _ answer: status_table_answer, in place: UnsafeMutablePointer<Words>
  ) {
    place.pointee.capabilities = answer.capabilities
    place.pointee.reasons = answer.reasons
    place.pointee.notices = answer.notices
    let capabilities = answer.capabilities.nonzeroBitCount
    let notices = answer.notices.nonzeroBitCount
    let count =
      4 * answer.reasons.nonzeroBitCount + (capabilities > 0 ? 2 + capabilities : 0)
      + (notices > 0 ? 2 + notices : 0)
    place.pointee.count = count
    guard count <= Words.capacity else { return }
    withUnsafeMutableBytes(of: &place.pointee.fields) { fields in
      guard let start = fields.baseAddress else { return }
      var output = FieldOutput(start)
      forEachBit(UInt64(answer.reasons)) { code in
        output.byte(0x22)
        output.byte(2)
        output.byte(0x08)
        output.byte(code)
      }
      packed(0x2a, answer.capabilities, to: &output)
      packed(0x32, UInt64(answer.notices), to: &output)
    }
  }

  /// A packed field of enum numbers below 64: a byte each. An empty one is left out.
  private static func packed(_ tag: UInt8, _ bits: UInt64, to output: inout FieldOutput) {
    guard bits != 0 else { return }
    output.byte(tag)
    output.byte(UInt8(bits.nonzeroBitCount))
    forEachBit(bits) { output.byte($0) }
  }

  private static func forEachBit(_ bits: UInt64, _ body: (UInt8) -> Void) {
    var rest = bits
    while rest != 0 {
      body(UInt8(rest.trailingZeroBitCount))
      rest &= rest - 1
    }
  }
}

/// A reply, measured, and encoded as far as measuring took it.
///
/// A status is read where the table's reader has put it, member by member: a copy would have to wait
/// for all of them to be stored.
package struct PointReadReply {
  private let parts: UnsafePointer<PointReadReplyParts>
  private let words: UnsafePointer<PointReadReplyParts.Words>
  private let since: EncodedTimestamp
  /// 0: there is no next transition.
  private let transitionCount: Int
  private let transitionAt: EncodedTimestamp
  private let revision: Varint
  private let revisionCount: Int
  private let statusCount: Int
  /// Bytes of the message.
  package let byteCount: Int

  /// nil when there is no room for the sets, or the revision has 56 bits and more.
  ///
  /// - id: 1 to 64 bytes.
  @inline(__always)
  package init?(
    about id: UnsafeRawBufferPointer, _ status: UnsafePointer<status_table_status>,
    sharing parts: UnsafePointer<PointReadReplyParts>
  ) {
    self.parts = parts
    words = parts.pointee.words(of: status)
    guard words.pointee.count <= PointReadReplyParts.Words.capacity,
      status.pointee.revision >> 56 == 0
    else { return nil }
    since = EncodedTimestamp(status.pointee.answer.since)
    if status.pointee.answer.next_state == 0 {
      transitionAt = EncodedTimestamp()
      transitionCount = 0
    } else {
      transitionAt = EncodedTimestamp(status.pointee.answer.next_at)
      // Two tags and lengths, and the state with its tag.
      transitionCount = 6 + transitionAt.count
    }
    revision = Varint(status.pointee.revision)
    revisionCount = status.pointee.revision == 0 ? 0 : 1 + revision.count
    statusCount =
      6 + id.count + since.count + words.pointee.count + transitionCount
      + (status.pointee.answer.eligible ? 2 : 0)
      + (status.pointee.answer.reinstatement_state == 0 ? 0 : 2)
      + parts.pointee.edition.count + revisionCount + parts.pointee.asOf.count
    byteCount =
      1 + FieldOutput.lengthCount(statusCount) + statusCount + parts.pointee.token.count
  }

  /// Writes the message of what it was made of.
  @inline(__always)
  package func write(
    about id: UnsafeRawBufferPointer, _ status: UnsafePointer<status_table_status>,
    to room: UnsafeMutableRawPointer
  ) {
    var output = FieldOutput(room)
    output.byte(0x0a)
    output.length(statusCount)
    output.byte(0x0a)
    output.byte(UInt8(truncatingIfNeeded: id.count))
    output.copy(id)
    output.byte(0x10)
    output.byte(status.pointee.answer.state)
    output.timestamp(0x1a, since)
    output.copy(words.pointee.fields, count: words.pointee.count)
    if transitionCount > 0 {
      output.byte(0x3a)
      output.byte(UInt8(truncatingIfNeeded: transitionCount - 2))
      output.timestamp(0x0a, transitionAt)
      output.byte(0x10)
      output.byte(status.pointee.answer.next_state)
    }
    output.pair(0x40, 1, isPresent: status.pointee.answer.eligible)
    output.pair(
      0x48, status.pointee.answer.reinstatement_state,
      isPresent: status.pointee.answer.reinstatement_state != 0)
    output.copy(parts.pointee.edition)
    output.number(0x58, revision, count: revisionCount)
    output.copy(parts.pointee.asOf)
    output.copy(parts.pointee.token)
  }
}
