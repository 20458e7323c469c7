internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import CStatusTable
internal import Glibc
package import TTRPC

/// A request that was read in place, and a hint of where its record is, which is being fetched.
private struct PreparedRead {
  /// nil: not a plain one.
  let request: BasicStatusRequest?
  let hint: UInt32
  /// Where the request is, and with which read from a socket it came: no two are alike in both.
  private let payload: UnsafeRawPointer?
  private let read: UInt64

  @inline(__always)
  init(_ payload: UnsafeRawBufferPointer, _ read: UInt64, of table: UnsafePointer<status_table>) {
    self.payload = payload.baseAddress
    self.read = read
    request = GetStatusRequest.decodeBasic(payload)
    hint =
      request.map { status_table_prefetch(table, $0.accountID.baseAddress, $0.accountID.count) }
      ?? .max
  }

  /// What nothing was prepared for.
  init() {
    (request, hint, payload, read) = (nil, .max, nil, 0)
  }

  @inline(__always)
  func isOf(_ payload: UnsafeRawBufferPointer, _ read: UInt64) -> Bool {
    self.read == read && self.payload == payload.baseAddress
  }
}

/// What a point read needs, as plain memory: reading it counts no references.
///
/// Kept by the index, on the loop's thread. Counting references took two fifths of the server's
/// time on this path when its parts were objects.
package struct PointReadState {
  /// The reader's view of the status table.
  package let table: UnsafePointer<status_table>
  /// What the replies share; the index's.
  fileprivate let parts: UnsafeMutablePointer<PointReadReplyParts>
  /// Where the table's reader puts what it finds; the index's.
  fileprivate let status: UnsafeMutablePointer<status_table_status>
  /// What the table shows at least, encoded; empty before the first commit is known.
  package private(set) var token = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The same, to compare with.
  private var position: LedgerToken?
  /// The instant of a manual clock; `Int64.min`: the wall clock counts.
  private var manualNow = Int64.min
  /// The instant of the calls that came with a read from a socket, and which read that was; 0: none.
  private var now: Int64 = 0
  private var read: UInt64 = 0
  private var earlier = PreparedRead()
  private var latest = PreparedRead()

  package init(
    table: UnsafePointer<status_table>, parts: UnsafeMutablePointer<PointReadReplyParts>,
    status: UnsafeMutablePointer<status_table_status>
  ) {
    self.table = table
    self.parts = parts
    self.status = status
  }

  /// Says what the table shows at least, in both forms.
  package mutating func setPosition(_ position: LedgerToken, encoded: UnsafeRawBufferPointer) {
    self.position = position
    token = encoded
    parts.pointee.set(token: encoded)
  }

  /// Says which instant counts instead of the wall clock.
  package mutating func setManualNow(_ nanoseconds: Int64) {
    manualNow = nanoseconds
    read = 0
  }

  /// The instant now, in nanoseconds since 1970, for a call that came with a read.
  ///
  /// All calls of one read were made before it: one look at the clock after it serves them all.
  @inline(__always)
  package mutating func begin(_ read: UInt64) -> Int64 {
    if read == self.read { return now }
    if manualNow != .min {
      now = manualNow
    } else {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      now = Int64(time.tv_sec) * Instant.nanosecondsPerSecond + Int64(time.tv_nsec)
    }
    parts.pointee.set(asOf: now)
    self.read = read
    return now
  }

  /// Prepares a call before the one before it is answered.
  @inline(__always)
  fileprivate mutating func prepare(_ payload: UnsafeRawBufferPointer, _ read: UInt64) {
    earlier = latest
    latest = PreparedRead(payload, read, of: table)
  }

  /// What was prepared for a call, or is now.
  @inline(__always)
  fileprivate func prepared(_ payload: UnsafeRawBufferPointer, _ read: UInt64) -> PreparedRead {
    if earlier.isOf(payload, read) { return earlier }
    if latest.isOf(payload, read) { return latest }
    return PreparedRead(payload, read, of: table)
  }

  /// Whether what is published is at least as fresh as a token says; false also for a strange one.
  @inline(__always)
  package func shows(_ token: UnsafeRawBufferPointer) -> Bool {
    if token.isEmpty { return true }
    guard let position, let wanted = LedgerToken(encoded: token) else { return false }
    return wanted.storeID == position.storeID && wanted.epoch == position.epoch
      && wanted.position <= position.position
  }
}

/// The point read: GetStatus for the current BASIC answer, from payload to reply without an
/// allocation, a wait or a hop.
package struct PointReads {
  package let state: UnsafeMutablePointer<PointReadState>

  /// Reads a request and has its record fetched, for `answer` to find both.
  @inline(__always)
  package func prepare(_ payload: UnsafeRawBufferPointer, _ read: UInt64) {
    state.pointee.prepare(payload, read)
  }

  /// Answers on the spot; false where the request is not a plain one or the index has no answer at
  /// this instant. The general way decides then, alike.
  @inline(__always)
  package func answer(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ reply: inout Reply
  ) -> Bool {
    let prepared = state.pointee.prepared(payload, context.read)
    guard let request = prepared.request, state.pointee.shows(request.atLeast) else {
      return false
    }
    let id = request.accountID
    let now = state.pointee.begin(context.read)
    let status = state.pointee.status
    guard
      status_table_read_hinted(
        state.pointee.table, prepared.hint, id.baseAddress, id.count, now, status)
        == .STATUS_TABLE_FOUND,
      let message = PointReadReply(about: id, status, sharing: state.pointee.parts)
    else { return false }
    assert(FieldOutput.spareLength <= ByteBuffer.spareLength)
    if let room = reply.makeRoom(byteCount: message.byteCount) {
      message.write(about: id, status, to: room)
    }
    return true
  }
}
