import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import Dispatch
import Synchronization

/// The server without its sockets: the real ledger on a real file, its link, the status index.
///
/// The loop is the caller's thread: a request returns when the ledger has answered it and everything
/// it delivered before is published, as a client would see it.
final class LiveServer {
  let clock: ManualClock
  private(set) var edition: PolicyEdition
  private(set) var index: StatusIndex
  /// The last row of every account: as published at the start, then as committed.
  private(set) var rows: [AccountID: StatusRow] = [:]
  /// What the timer waits for: when time alone changes something next.
  private(set) var nextTransitionAt = Instant.distantFuture
  /// The changes delivered since somebody took them, in their order.
  private(set) var changes: [StatusChange] = []
  /// Every change delivered from the first start on, in short.
  private(set) var log: [StoredChange] = []
  /// What a delivery did that it must not.
  private(set) var faults: [String] = []

  let path: String
  /// What becomes of a delivery on its way; for tests that spoil it.
  private let alter: (Delivery) -> Delivery
  private let limits: LedgerLimits
  private let inbox = Inbox()
  private let turns = Turns()
  private var ledger: Ledger
  private var link: LedgerLink
  private var lastPosition: UInt64

  /// Where the ledger's thread leaves what it delivers.
  private final class Inbox: Sendable {
    let deliveries = Mutex<[Delivery]>([])
    let arrival = DispatchSemaphore(value: 0)

    func put(_ delivery: Delivery) {
      deliveries.withLock { $0.append(delivery) }
      arrival.signal()
    }

    func take() -> [Delivery] {
      deliveries.withLock { deliveries in
        defer { deliveries = [] }
        return deliveries
      }
    }
  }

  /// What the loop does when it has nothing better to do.
  private final class Turns {
    private var waiting: [() -> Void] = []
    private var first = 0

    func putOff(_ work: @escaping () -> Void) { waiting.append(work) }

    func work() {
      while first < waiting.count {
        waiting[first]()
        first += 1
      }
      waiting.removeAll(keepingCapacity: true)
      first = 0
    }
  }

  /// Opens a ledger, which may hold something already.
  init(
    _ path: String, edition: String, clock: ManualClock, limits: LedgerLimits,
    alter: @escaping (Delivery) -> Delivery
  ) throws {
    self.path = path
    self.alter = alter
    self.clock = clock
    self.limits = limits
    let parts = try Self.open(path, edition, clock, limits, inbox, turns)
    (ledger, index, link, self.edition) = (parts.ledger, parts.index, parts.link, parts.edition)
    lastPosition = ledger.openedAt.position
    nextTransitionAt = ledger.firstTransitionAt ?? .distantFuture
    rows = parts.rows
  }

  private struct Parts {
    var ledger: Ledger
    var index: StatusIndex
    var link: LedgerLink
    var edition: PolicyEdition
    var rows: [AccountID: StatusRow]
  }

  private static func open(
    _ path: String, _ edition: String, _ clock: ManualClock, _ limits: LedgerLimits,
    _ inbox: Inbox, _ turns: Turns
  ) throws -> Parts {
    let editions = try EditionCatalogue(defaultName: edition)
    let index = try StatusIndex(edition: editions.default.name, capacity: 64)
    var configuration = Ledger.Configuration(databasePath: path, editions: editions, clock: clock)
    configuration.limits = limits
    var rows: [AccountID: StatusRow] = [:]
    let ledger = try Ledger.open(
      configuration,
      publish: { row in
        rows[row.accountID] = row
        index.publish(row)
      }, deliver: { inbox.put($0) })
    index.advance(to: ledger.openedAt)
    let link = LedgerLink(ledger: ledger, index: index) { turns.putOff($0) }
    return Parts(
      ledger: ledger, index: index, link: link, edition: editions.default, rows: rows)
  }

  /// Stops, and starts again with what is on the disk, perhaps under another default edition.
  func restart(edition: String) throws {
    stop()
    let parts = try Self.open(path, edition, clock, limits, inbox, turns)
    (ledger, index, link, self.edition) = (parts.ledger, parts.index, parts.link, parts.edition)
    if ledger.openedAt.position < lastPosition {
      faults.append("the position went back at a start")
    }
    lastPosition = ledger.openedAt.position
    nextTransitionAt = ledger.firstTransitionAt ?? .distantFuture
    rows = parts.rows
  }

  /// Answers what was asked and closes the file.
  func stop() {
    ledger.stop()
    receive()
  }
}

// Asking.
extension LiveServer {
  func report(_ facts: [Fact], mode: ReportMode) throws -> (result: ReportResult, LedgerToken) {
    try answer { link.report(facts, mode: mode, recorder: Recorder(), $0) }
  }

  func snapshot(of account: AccountID) throws -> AccountSnapshot? {
    try answer { link.snapshot(of: account, $0) }
  }

  /// Has the ledger commit what is due, as the server's timer does.
  func catchUp() throws {
    let _: Instant = try answer { link.catchUp($0) }
  }

  /// Waits until every row is decided by the rules in force.
  func untilAllIsCurrent() throws {
    try receive { rows.values.allSatisfy(\.isCurrent) }
  }

  /// The changes delivered since the last call.
  func takeChanges() -> [StatusChange] {
    defer { changes = [] }
    return changes
  }

  private func answer<Value>(
    _ ask: (@escaping (Result<Value, LedgerError>) -> Void) -> Void
  ) throws -> Value {
    var result: Result<Value, LedgerError>?
    ask { result = $0 }
    try receive { result != nil }
    guard let result else { throw SimulationError("the ledger did not answer") }
    return try result.get()
  }

  private func receive(until isEnough: () -> Bool) throws {
    let deadline = DispatchTime.now() + .seconds(120)
    receive()
    while !isEnough() {
      guard inbox.arrival.wait(timeout: deadline) == .success, DispatchTime.now() < deadline else {
        throw SimulationError("the ledger has not answered for two minutes")
      }
      receive()
    }
  }

  private func receive() {
    for delivery in inbox.take().map(alter) {
      note(delivery)
      link.receive(delivery)
      turns.work()
    }
  }

  /// Keeps what a delivery says, and what it must not say.
  private func note(_ delivery: Delivery) {
    switch delivery {
    case .committed(let group):
      for change in group.changes {
        if change.position <= lastPosition { faults.append("a change came late: \(change)") }
        lastPosition = change.position
        log.append(
          StoredChange(
            position: change.position, account: change.accountID, revision: change.revision,
            asOf: change.asOf, isPastChanged: change.isPastChanged))
      }
      if group.token.position < lastPosition { faults.append("a token behind its own changes") }
      lastPosition = max(lastPosition, group.token.position)
      changes += group.changes
      nextTransitionAt = group.nextTransitionAt ?? .distantFuture
      for row in group.rows { rows[row.accountID] = row }
    case .unreadable(let account, let error): faults.append("\(account) is unreadable: \(error)")
    case .readOnly(let error): faults.append("read-only: \(error)")
    case .facts, .factPage, .changePage, .caughtUp, .failed, .recovered: break
    }
  }
}

/// What keeps a simulation from going on, other than a difference.
struct SimulationError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
