internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import CStatusTable
internal import Glibc
package import TTRPC

/// What a point read needs, as plain memory: reading it counts no references.
///
/// Kept by the index, on the loop's thread. Counting references took two fifths of the server's
/// time on this path when its parts were objects.
package struct PointReadState {
  /// The reader's view of the status table.
  package let table: UnsafePointer<status_table>
  /// The default edition's name.
  package let edition: UnsafeRawBufferPointer
  /// Where replies are made.
  package let scratch: UnsafeMutableRawBufferPointer
  /// What the table shows at least, encoded; empty before the first commit is known.
  package var token: UnsafeRawBufferPointer
  /// The same, to compare with.
  package var position: LedgerToken?
  /// The instant of a manual clock; `Int64.min`: the wall clock counts.
  package var manualNow = Int64.min
  /// The wall clock as it was after a read from a socket, and which read that was.
  private var wallNow: Int64 = 0
  private var wallRead: UInt64 = 0

  package init(
    table: UnsafePointer<status_table>, edition: UnsafeRawBufferPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) {
    self.table = table
    self.edition = edition
    self.scratch = scratch
    token = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// The instant now, in nanoseconds since 1970, for a call that came with a read.
  ///
  /// All calls of one read were made before it: one look at the clock after it serves them all.
  @inline(__always)
  package mutating func now(for read: UInt64) -> Int64 {
    if manualNow != .min { return manualNow }
    if read == wallRead { return wallNow }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    wallNow = Int64(time.tv_sec) * Instant.nanosecondsPerSecond + Int64(time.tv_nsec)
    wallRead = read
    return wallNow
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

  /// Answers on the spot; false where the request is not a plain one or the index has no answer at
  /// this instant. The general way decides then, alike.
  @inline(__always)
  package func answer(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ reply: inout Reply
  ) -> Bool {
    guard let request = GetStatusRequest.decodeBasic(payload),
      state.pointee.shows(request.atLeast)
    else { return false }
    let now = state.pointee.now(for: context.read)
    let id = request.accountID
    var status = status_table_status()
    guard
      status_table_read(state.pointee.table, id.baseAddress, id.count, now, &status)
        == .STATUS_TABLE_FOUND
    else { return false }
    let answer = status.answer
    reply.send(
      BasicStatusReply(
        accountID: id, state: answer.state, since: answer.since,
        reasons: UInt64(answer.reasons), capabilities: answer.capabilities,
        notices: UInt64(answer.notices),
        nextTransition: answer.next_state == 0 ? nil : (answer.next_at, answer.next_state),
        isEligibleForReinstatement: answer.eligible,
        reinstatementState: answer.reinstatement_state, policyEdition: state.pointee.edition,
        revision: status.revision, asOf: now, token: state.pointee.token),
      madeIn: state.pointee.scratch)
    return true
  }
}
