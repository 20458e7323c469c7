import AccountStatusModel
import CStatusTable
import Foundation
import Synchronization
import TTRPC
import Testing

/// A status table that a test writes, handed over at a temporary `table.sock`.
///
/// Its clock stands at `now`, and it shows signs of life until it is frozen.
final class TableServer: Sendable {
  static let now: Instant = "2026-11-15T09:00:00Z"

  let path: String
  let table: WrittenTable
  private let mailbox: Mailbox<Void>
  private let thread: LoopThread

  init(path: String = ScriptedServer.temporaryPath(), edition: String = "2020-06") throws {
    let table = try WrittenTable(edition: edition)
    let mailbox = try Mailbox<Void>()
    let listener = try UnixSocket.listen(path: path, mode: 0o600, kind: .packets)
    thread = try LoopThread(name: "table") { Self.serve(listener, mailbox, table) }
    self.table = table
    self.path = path
    self.mailbox = mailbox
  }

  deinit { stop() }

  /// Goes away in order: the table says so, and nobody answers at the path.
  func stop() {
    table.freeze()
    table.change { status_table_set_state($0, .STATUS_TABLE_STOPPED) }
    kill()
  }

  /// Goes away without a word.
  func kill() {
    table.freeze()
    mailbox.send(())
    thread.join()
    unlink(path)
  }

  private static func serve(
    _ listener: UnixSocket, _ mailbox: Mailbox<Void>, _ table: WrittenTable
  ) {
    do {
      let loop = try EventLoop()
      try loop.receive(from: mailbox) { [unowned loop] _ in loop.stop() }
      _ = try loop.add(listener.descriptor, .readable) { _ in
        while case .connection(let connection) = listener.accept() { table.offer(on: connection) }
      }
      func beat() {
        table.beat()
        loop.schedule(after: .milliseconds(20), beat)
      }
      beat()
      try loop.run()
    } catch {
      preconditionFailure("the table's server stopped: \(error)")
    }
  }
}

/// A table and its writer, which any thread may use: one at a time.
final class WrittenTable: Sendable {
  /// Touched under the lock only.
  private nonisolated(unsafe) let writer: OpaquePointer
  private let state = Mutex(State())

  private struct State {
    var handOvers = 0
    var refusal: Int32 = 0
    var isFrozen = false
  }

  init(edition: String) throws {
    var properties = status_table_properties()
    properties.capacity = 8
    properties.known_capabilities = .max
    properties.known_reasons = 0xffff
    properties.known_notices = .max
    var created: OpaquePointer?
    guard status_table_create(&properties, &created) == 0, let created else {
      throw POSIXError(.ENOMEM)
    }
    status_table_set_manual_now(created, TableServer.now.nanoseconds)
    status_table_set_edition(created, edition, edition.utf8.count)
    writer = created
  }

  deinit { status_table_destroy(writer) }

  /// Hand-overs so far.
  var handOvers: Int { state.withLock { $0.handOvers } }

  /// Answers those who connect with a negative errno, and no table.
  func refuse(_ refusal: Int32) { state.withLock { $0.refusal = refusal } }

  /// No more signs of life; the last was that long ago.
  func freeze(since age: Duration = .zero) {
    state.withLock {
      $0.isFrozen = true
      beat(at: MonotonicInstant.now().advanced(by: .zero - age))
    }
  }

  func beat() {
    state.withLock { if !$0.isFrozen { beat(at: MonotonicInstant.now()) } }
  }

  private func beat(at instant: MonotonicInstant) {
    status_table_beat(writer, UInt64(instant.nanoseconds))
  }

  func offer(on connection: UnixSocket) {
    state.withLock {
      $0.handOvers += 1
      _ = status_table_send_offer(connection.descriptor, writer, $0.refusal)
    }
  }

  func change(_ body: (OpaquePointer) -> Void) {
    state.withLock { _ in body(writer) }
  }

  /// Publishes a status that holds at `TableServer.now`, and time does not change.
  func put(_ account: AccountID, _ revision: UInt64 = 1, _ answer: status_table_answer = .active) {
    var record = status_table_record()
    record.valid_from = TableServer.now.nanoseconds - 1
    record.flip_at = Instant.distantFuture.nanoseconds
    record.valid_until = Instant.distantFuture.nanoseconds
    record.revision = revision
    record.until_flip = answer
    change { writer in
      let result = status_table_put(writer, account.text, account.text.utf8.count, &record)
      precondition(result == 0, "cannot put \(account)")
    }
  }
}

extension status_table_answer {
  /// An active account's.
  static var active: status_table_answer {
    var answer = status_table_answer()
    answer.state = AccountState.active.rawValue
    answer.reinstatement_state = ReinstatementState.none.rawValue
    answer.capabilities = WordSet<Capability>.all.bits
    answer.since = Instant("2026-01-01T00:00:00Z").nanoseconds
    answer.next_at = Instant.distantFuture.nanoseconds
    return answer
  }

  /// What the table says where the server says `suspendedStatus`.
  static var suspended: status_table_answer {
    var answer = status_table_answer()
    answer.state = AccountState.suspended.rawValue
    answer.reinstatement_state = ReinstatementState.notRequested.rawValue
    answer.reasons = UInt32(WordSet<ReasonCode>([.billingPastDue]).bits)
    answer.capabilities = WordSet<Capability>([.viewBilling]).bits
    answer.since = Instant("2026-10-30T00:00:00Z").nanoseconds
    answer.next_at = Instant.distantFuture.nanoseconds
    return answer
  }
}

/// Waits until something is so; a wait in vain is ended by the suite's time limit.
func eventually(_ condition: () throws -> Bool) async rethrows {
  while try !condition() {
    guard !Task.isCancelled else {
      Issue.record("it never came to be")
      return
    }
    await Task.yield()
  }
}
