import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Dispatch
import Synchronization

/// A ledger on a real file, its deliveries turned into return values.
///
/// Keeps what a server would keep: the row of every account, checked as rows arrive.
final class OpenLedger: Sendable {
  /// How a request was answered.
  enum Answer: Sendable {
    case reported(ReportResult, LedgerToken)
    case facts(AccountSnapshot?)
    case page(FactPage)
    case changes(ChangePage)
    case caughtUp(Instant, LedgerToken)
    case failed(LedgerError)
  }

  /// What a server would know.
  struct Seen: Sendable {
    var rows: [AccountID: StatusRow] = [:]
    var published: [StatusRow] = []
    /// How many rows it was told to expect at the start.
    var expected = 0
    var groups: [CommittedGroup] = []
    var trouble: [LedgerError] = []
    var recoveries = 0
    var unreadable: [AccountID] = []
    /// What a delivery did that it must not.
    var faults: [String] = []
    fileprivate var waiting: [UInt64: @Sendable (Answer) -> Void] = [:]
    fileprivate var lastPosition: UInt64 = 0
    /// The last change of each account; those of which not all are known are left out.
    fileprivate var lastChanges: [AccountID: StatusChange] = [:]
  }

  let clock: ManualClock
  let ledger: Ledger
  private let box: Box
  private let nextID = Atomic<UInt64>(1)

  /// Shared with the ledger's thread.
  private final class Box: Sendable {
    let seen = Mutex(Seen())
    let watchers = Mutex<[Watcher]>([])
    let held = DispatchSemaphore(value: 0)
    let gate = DispatchSemaphore(value: 0)

    func receive(_ delivery: Delivery) {
      if case .facts(OpenLedger.holdID, _) = delivery {
        held.signal()
        gate.wait()
        return
      }
      let now = seen.withLock { seen in
        seen.take(delivery)
        return seen
      }
      watchers.withLock { watchers in
        watchers.removeAll { watcher in
          guard watcher.condition(now) else { return false }
          watcher.continuation.resume()
          return true
        }
      }
    }
  }

  private struct Watcher {
    let condition: @Sendable (Seen) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  init(
    _ path: String, clock: ManualClock, edition: String = PolicyEdition.defaultName,
    configure: (inout Ledger.Configuration) -> Void = { _ in }
  ) throws {
    var configuration = Ledger.Configuration(
      databasePath: path, editions: try EditionCatalogue(defaultName: edition), clock: clock)
    configure(&configuration)
    self.clock = clock
    let box = Box()
    self.box = box
    ledger = try Ledger.open(
      configuration,
      expect: { count in box.seen.withLock { $0.expected = count } },
      publish: { row in
        box.seen.withLock {
          $0.published.append(row)
          $0.rows[row.accountID] = row
        }
      }, deliver: { box.receive($0) })
    box.seen.withLock { [ledger] in $0.lastPosition = ledger.openedAt.position }
  }

  var seen: Seen { box.seen.withLock { $0 } }

  private static let holdID = RequestID(.max)

  /// Keeps the ledger's thread busy until `body` has submitted its requests, so that they are met
  /// together.
  func whileHeld(_ body: () -> Void) {
    ledger.submit(.facts(Self.holdID, "nobody"))
    box.held.wait()
    body()
    box.gate.signal()
  }

  /// The row of an account.
  func row(_ id: AccountID) -> StatusRow? { seen.rows[id] }

  /// Submits several requests to be met together; returns their answers.
  func askTogether(_ requests: [(RequestID) -> LedgerRequest]) async -> [Answer] {
    let count = requests.count
    return await withCheckedContinuation { (done: CheckedContinuation<[Answer], Never>) in
      let answers = Mutex([Answer?](repeating: nil, count: count))
      whileHeld {
        for (index, request) in requests.enumerated() {
          let id = RequestID(nextID.add(1, ordering: .relaxed).oldValue)
          box.seen.withLock {
            $0.waiting[id.number] = { answer in
              answers.withLock { answers in
                answers[index] = answer
                let all = answers.compactMap(\.self)
                if all.count == count { done.resume(returning: all) }
              }
            }
          }
          ledger.submit(request(id))
        }
      }
    }
  }

  func ask(_ request: (RequestID) -> LedgerRequest) async -> Answer {
    let id = RequestID(nextID.add(1, ordering: .relaxed).oldValue)
    let request = request(id)
    return await withCheckedContinuation { continuation in
      box.seen.withLock { $0.waiting[id.number] = { continuation.resume(returning: $0) } }
      ledger.submit(request)
    }
  }

  /// Waits until what was delivered answers a condition.
  func until(_ condition: @escaping @Sendable (Seen) -> Bool) async {
    await withCheckedContinuation { continuation in
      // The list is held while the present is looked at: no delivery falls in between.
      box.watchers.withLock { watchers in
        if condition(seen) {
          continuation.resume()
        } else {
          watchers.append(Watcher(condition: condition, continuation: continuation))
        }
      }
    }
  }

  /// Reports facts; throws what failed.
  @discardableResult
  func report(
    _ facts: [Fact], mode: ReportMode = .allOrNothing, recorder: Recorder = Recorder()
  ) async throws -> ReportResult {
    switch await ask({ .report($0, facts: facts, mode: mode, recorder: recorder) }) {
    case .reported(let result, _): return result
    case .failed(let error): throw error
    default: throw TestFailure("a report was answered with something else")
    }
  }

  /// Reports one fact and expects it to be stored.
  @discardableResult
  func store(_ fact: Fact) async throws -> UInt64 {
    let result = try await report([fact])
    guard case .done(let results) = result, case .stored(let sequence) = results.first else {
      throw TestFailure("\(fact) was not stored: \(result)")
    }
    return sequence
  }

  func facts(_ id: AccountID) async throws -> AccountSnapshot? {
    switch await ask({ .facts($0, id) }) {
    case .facts(let snapshot): return snapshot
    case .failed(let error): throw error
    default: throw TestFailure("a read was answered with something else")
    }
  }

  func page(_ id: AccountID, after: UInt64 = 0, limit: Int = 1000) async throws -> FactPage {
    switch await ask({ .listFacts($0, id, after: after, limit: limit) }) {
    case .page(let page): return page
    case .failed(let error): throw error
    default: throw TestFailure("a read was answered with something else")
    }
  }

  func changes(after position: UInt64, limit: Int = 1000) async throws -> ChangePage {
    switch await ask({ .listChanges($0, after: position, limit: limit) }) {
    case .changes(let page): return page
    case .failed(let error): throw error
    default: throw TestFailure("a read was answered with something else")
    }
  }

  /// Moves the clock and waits for what is due.
  func catchUp(to now: Instant) async throws {
    clock.set(now)
    switch await ask({ .catchUp($0) }) {
    case .caughtUp: return
    case .failed(let error): throw error
    default: throw TestFailure("a catch-up was answered with something else")
    }
  }

  func stop() { ledger.stop() }
}

extension OpenLedger.Seen {
  fileprivate mutating func take(_ delivery: Delivery) {
    switch delivery {
    case .committed(let group): take(group)
    case .facts(let id, let snapshot): answer(id, .facts(snapshot))
    case .factPage(let id, let page): answer(id, .page(page))
    case .changePage(let id, let page): answer(id, .changes(page))
    case .caughtUp(let id, let now, let token): answer(id, .caughtUp(now, token))
    case .failed(let ids, let error): for id in ids { answer(id, .failed(error)) }
    case .unreadable(let id, _): unreadable.append(id)
    case .readOnly(let error): trouble.append(error)
    case .recovered: recoveries += 1
    }
  }

  private mutating func take(_ group: CommittedGroup) {
    groups.append(group)
    if group.token.position < lastPosition { faults.append("the position went back") }
    for change in group.changes where change.position <= lastPosition {
      faults.append("a change came twice: \(change)")
    }
    lastPosition = group.token.position
    if !group.hasAllChanges { lastChanges = [:] }
    for change in group.changes {
      if let last = lastChanges.updateValue(change, forKey: change.accountID),
        !change.follows(last)
      {
        faults.append("\(change) says that it follows something else than \(last)")
      }
    }
    if Set(group.rows.map(\.accountID)).count != group.rows.count {
      faults.append("a group has two rows of one account")
    }
    for row in group.rows {
      if let last = rows[row.accountID], row.revision < last.revision {
        faults.append("the revision of \(row.accountID) went back")
      }
      rows[row.accountID] = row
    }
    for (id, result) in group.replies { answer(id, .reported(result, group.token)) }
  }

  private mutating func answer(_ id: RequestID, _ answer: OpenLedger.Answer) {
    guard let resume = waiting.removeValue(forKey: id.number) else {
      faults.append("request \(id.number) was answered twice, or never made")
      return
    }
    resume(answer)
  }
}

extension StatusChange {
  /// Whether it is what comes next after another one of its account.
  func follows(_ last: StatusChange) -> Bool {
    previous?.answer == last.answer && previous?.revision == last.answer.map { _ in last.revision }
      && position > last.position && revision >= last.revision
  }
}
