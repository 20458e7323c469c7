package import AccountStatusLedger
package import AccountStatusModel

/// The loop's side of the ledger: requests go out with what to do next, deliveries come in.
///
/// The order of a write is here, in one place: the ledger has judged and committed when a
/// `committed` group arrives; its rows are published, then its changes are handed to the watches,
/// then its replies are sent. So whoever has a reply finds its write in the index and in every
/// watch. Deliveries are worked off in their order and in small steps, each put off until the reads
/// that are ready have been answered: a group of many facts does not hold them up. On the loop's
/// thread only.
package final class LedgerLink {
  package typealias ReportCompletion = (Result<(ReportResult, LedgerToken), LedgerError>) -> Void
  package typealias SnapshotCompletion = (Result<AccountSnapshot?, LedgerError>) -> Void
  package typealias ChangesCompletion = (Result<ChangePage, LedgerError>) -> Void
  package typealias PageCompletion = (Result<FactPage, LedgerError>) -> Void
  package typealias CatchUpCompletion = (Result<Instant, LedgerError>) -> Void

  private enum Pending {
    case report(ReportCompletion)
    case snapshot(SnapshotCompletion)
    case page(PageCompletion)
    case changes(ChangesCompletion)
    case catchUp(CatchUpCompletion)
  }

  /// Rows published, or replies sent, in one step: some microseconds of work.
  private static let stepLength = 4
  /// Changes handed over in one step.
  private static let changesStepLength = 32
  /// Places in the inbox that are kept for what comes next.
  private static let keptCapacity = 1024

  private let ledger: Ledger
  private let index: StatusIndex
  private let putOff: (@escaping () -> Void) -> Void
  private var inbox: [Delivery?] = []
  /// Which delivery of the inbox is being worked off; those before it are done.
  private var first = 0
  /// How far it has been worked off.
  private var place = 0
  private var pending: [RequestID: Pending] = [:]
  private var lastNumber: UInt64 = 0

  /// Who is told of each commit between its rows and its replies.
  package weak var observer: (any CommitObserver)?
  /// Called after a commit's rows are published and its replies are sent, with the instant at
  /// which the next transition is due.
  package var onCommit: (_ nextTransitionAt: Instant?) -> Void = { _ in }
  /// Why writes are refused at present.
  package private(set) var readOnlyReason: LedgerError?
  /// Commits, and facts stored by them, since the start.
  package private(set) var commitCount: UInt64 = 0
  package private(set) var factCount: UInt64 = 0

  /// - putOff: runs work on the loop, after the reads that are ready.
  package init(
    ledger: Ledger, index: StatusIndex, putOff: @escaping (@escaping () -> Void) -> Void
  ) {
    self.ledger = ledger
    self.index = index
    self.putOff = putOff
  }

  /// Whether no commit is published in part: index and observer know the same.
  package var isSettled: Bool { place == 0 }

  /// Requests that the ledger has not answered yet.
  package var pendingCount: Int { pending.count }
}

// MARK: - Asking

extension LedgerLink {
  /// Stores facts; the completion runs after they are durable and published.
  package func report(
    _ facts: [Fact], mode: ReportMode, recorder: Recorder,
    _ completion: @escaping ReportCompletion
  ) {
    let id = register(.report(completion))
    ledger.submit(.report(id, facts: facts, mode: mode, recorder: recorder))
  }

  /// Everything known of an account; nil: nothing is.
  package func snapshot(of account: AccountID, _ completion: @escaping SnapshotCompletion) {
    ledger.submit(.facts(register(.snapshot(completion)), account))
  }

  /// One page of an account's facts.
  package func facts(
    of account: AccountID, after sequence: UInt64, limit: Int,
    _ completion: @escaping PageCompletion
  ) {
    let id = register(.page(completion))
    ledger.submit(.listFacts(id, account, after: sequence, limit: limit))
  }

  /// A slice of the changes that followed a position.
  package func changes(after position: UInt64, _ completion: @escaping ChangesCompletion) {
    ledger.submit(.listChanges(register(.changes(completion)), after: position, limit: .max))
  }

  /// Commits what time alone has changed by now.
  package func catchUp(_ completion: @escaping CatchUpCompletion) {
    ledger.submit(.catchUp(register(.catchUp(completion))))
  }

  private func register(_ request: Pending) -> RequestID {
    lastNumber += 1
    let id = RequestID(lastNumber)
    pending[id] = request
    return id
  }
}

// MARK: - Being told

extension LedgerLink {
  /// Takes what the ledger delivered.
  package func receive(_ delivery: Delivery) {
    inbox.append(delivery)
    if inbox.count == 1 { putOff { [self] in step() } }
  }

  /// Works off a part of the first delivery.
  private func step() {
    guard let delivery = inbox[first] else { preconditionFailure("it is not done yet") }
    if case .committed(let group) = delivery {
      if step(through: group) { finishFirst() }
    } else {
      complete(delivery)
      finishFirst()
    }
    if !inbox.isEmpty { putOff { [self] in step() } }
  }

  /// Frees the delivery, and its place once all are done: thousands may wait behind it.
  private func finishFirst() {
    inbox[first] = nil
    first += 1
    place = 0
    guard first == inbox.count else { return }
    inbox.removeAll(keepingCapacity: first <= Self.keptCapacity)
    first = 0
  }

  /// Publishes some rows, hands over some changes, then sends some replies; true when the group is
  /// done.
  private func step(through group: CommittedGroup) -> Bool {
    let rows = group.rows.count
    let told = rows + group.changes.count
    if place < rows {
      let end = min(place + Self.stepLength, rows)
      // A row is published where it is: of each a copy would be made.
      group.rows.withUnsafeBufferPointer { rows in
        for row in place..<end { index.publish(rows[row]) }
      }
      index.takeInNewAccounts()
      place = end
      return false
    }
    if place == rows {
      index.advance(to: group.token)
      commitCount += 1
    }
    if place < told {
      let end = min(place + Self.changesStepLength, told)
      observer?.changed(group.changes[place - rows..<end - rows])
      place = end
      if place < told { return false }
    }
    if place == told { observer?.committed(group) }
    let end = min(place + Self.stepLength, told + group.replies.count)
    for reply in place - told..<end - told { send(group.replies[reply], group) }
    place = end
    guard place == told + group.replies.count else { return false }
    onCommit(group.nextTransitionAt)
    return true
  }

  private func send(_ reply: (id: RequestID, result: ReportResult), _ group: CommittedGroup) {
    guard case .report(let completion)? = pending.removeValue(forKey: reply.id) else { return }
    factCount += UInt64(reply.result.storedCount)
    completion(.success((reply.result, group.token)))
  }

  private func complete(_ delivery: Delivery) {
    switch delivery {
    case .committed: break
    case .facts(let id, let snapshot): complete(id, .success(snapshot))
    case .factPage(let id, let page): complete(id, .success(page))
    case .changePage(let id, let page):
      if case .changes(let completion)? = pending.removeValue(forKey: id) {
        completion(.success(page))
      }
    case .caughtUp(let id, let now, let token):
      index.advance(to: token)
      observer?.caughtUp(with: now)
      if case .catchUp(let completion)? = pending.removeValue(forKey: id) {
        completion(.success(now))
      }
    case .failed(let ids, let error): for id in ids { fail(id, error) }
    case .unreadable(let account, _): observer?.cannotRead(account)
    case .readOnly(let reason): readOnlyReason = reason
    case .recovered: readOnlyReason = nil
    }
  }

  private func complete(_ id: RequestID, _ result: Result<AccountSnapshot?, LedgerError>) {
    if case .snapshot(let completion)? = pending.removeValue(forKey: id) { completion(result) }
  }

  private func complete(_ id: RequestID, _ result: Result<FactPage, LedgerError>) {
    if case .page(let completion)? = pending.removeValue(forKey: id) { completion(result) }
  }

  private func fail(_ id: RequestID, _ error: LedgerError) {
    switch pending.removeValue(forKey: id) {
    case .report(let completion)?: completion(.failure(error))
    case .snapshot(let completion)?: completion(.failure(error))
    case .page(let completion)?: completion(.failure(error))
    case .changes(let completion)?: completion(.failure(error))
    case .catchUp(let completion)?: completion(.failure(error))
    case nil: break
    }
  }
}

extension ReportResult {
  fileprivate var storedCount: Int {
    guard case .done(let results) = self else { return 0 }
    return results.reduce(0) { count, result in
      if case .stored = result { count + 1 } else { count }
    }
  }
}
