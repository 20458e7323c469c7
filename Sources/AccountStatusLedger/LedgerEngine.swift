import AccountStatusModel
import AccountStatusRules

/// What the ledger's thread runs: takes requests, groups writes into commits, delivers.
///
/// One turn: take what has arrived; commit one group of writes; read for a slice of time; commit
/// one chunk of background work; keep house. So a write never waits for more than a slice of
/// anything else. Belongs to one thread.
final class LedgerEngine<Store: LedgerStore> {
  private let store: Store
  private let book: AccountBook<Store>
  private let clock: any LedgerClock
  private let limits: LedgerLimits
  private let deliver: @Sendable (Delivery) -> Void

  private var batch: [LedgerRequest] = []
  private var writes = RequestQueue<Report>()
  private let reader: HistoryReader<Store>
  private var background: BackgroundWork
  private var retention: ChangeRetention
  /// Accounts whose facts cannot be read; background work leaves them out.
  private var unreadable: Set<Int64> = []
  private var accountsPerChunk = 64
  /// When the last group of writes was committed, by the monotonic clock.
  private var lastWriteAt: UInt64 = 0
  /// Why writes are refused; nil: they are not.
  private var trouble: Trouble?

  /// Writing failed. What may be stored beyond `position` is not known until it works again.
  private struct Trouble {
    var cause: LedgerError
    var position: UInt64
    /// Whether the file has to be taken anew and checked.
    var needsReopening: Bool
    var retryAt: UInt64
    var delay: UInt64
  }

  /// Runs on a store whose rows were published.
  init(
    store: Store, book: AccountBook<Store>, background: BackgroundWork,
    retention: ChangeRetention, clock: any LedgerClock, limits: LedgerLimits,
    deliver: @escaping @Sendable (Delivery) -> Void
  ) {
    self.store = store
    self.book = book
    self.background = background
    self.retention = retention
    self.clock = clock
    self.limits = limits
    self.deliver = deliver
    reader = HistoryReader(store: store, book: book, limits: limits, deliver: deliver)
  }

  /// The ledger as of the last commit.
  var token: LedgerToken {
    LedgerToken(
      storeID: store.identity.storeID, epoch: store.identity.epoch,
      position: book.counters.position)
  }

  /// Serves a mailbox until it is closed and every write and read is answered.
  func run(_ mailbox: Mailbox) {
    while mailbox.take(into: &batch, waitingUntil: deadline) {
      sortBatch()
      turn()
    }
    while !writes.isEmpty || !reader.isEmpty { turn() }
    let stopped = LedgerError(.stopped, "the ledger is stopped")
    fail(background.takeWaiting(), stopped)
    do {
      try store.close()
    } catch {
      // Everything delivered is in the write-ahead log; the next start reads it.
      deliver(.readOnly(error))
    }
  }

  private var deadline: UInt64? {
    if !writes.isEmpty || !reader.isEmpty { return 0 }
    if let trouble { return trouble.retryAt }
    return background.next == nil && retention.next(at: book.counters.position) == nil ? nil : 0
  }

  private func sortBatch() {
    for request in batch {
      switch request {
      case .report(let report):
        writes.append(report)
      case .facts(let id, let accountID):
        reader.add(.facts(id, accountID, soFar: []))
      case .listFacts(let id, let accountID, let after, let limit):
        reader.add(.page(id, accountID, after: after, limit: limit))
      case .listChanges(let id, let after, let limit):
        reader.add(.changes(id, after: after, limit: limit))
      case .catchUp(let id):
        if let trouble {
          fail([id], trouble.cause)
        } else {
          background.catchUp(with: clock.now, for: id)
        }
      }
    }
    batch.removeAll(keepingCapacity: true)
  }

  private func turn() {
    if let trouble, MonotonicClock.nanoseconds >= trouble.retryAt { recover(from: trouble) }
    commitWrites()
    reader.serve(at: token)
    doBackgroundWork()
    keepHouse()
  }

  private func fail(_ ids: [RequestID], _ error: LedgerError) {
    if !ids.isEmpty { deliver(.failed(ids, error)) }
  }
}

// Writes.
extension LedgerEngine {
  /// What one commit answers.
  private struct Outcome {
    var replies: [(id: RequestID, result: ReportResult)] = []
    var failures: [(id: RequestID, error: LedgerError)] = []
    var count: Int { replies.count + failures.count }
  }

  private func commitWrites() {
    guard !writes.isEmpty else { return }
    let group = takeGroup()
    if let trouble { return fail(group.map(\.id), trouble.cause) }
    do throws(LedgerError) {
      let outcome: Outcome
      do throws(LedgerError) {
        outcome = try commit(group, inSavepoints: false)
      } catch {
        if error.isAboutTheStore { throw error }
        // A savepoint costs as much as a fact, and only a write that fails by itself needs it, or
        // one whose identity is taken by another account's fact: then the group is done again, each
        // request in its own.
        outcome = try commit(group, inSavepoints: true)
      }
      for write in group[outcome.count...].reversed() { writes.putBack(write) }
      lastWriteAt = MonotonicClock.nanoseconds
      deliverCommit(outcome.replies)
      for (id, error) in outcome.failures { fail([id], error) }
    } catch {
      refuseWrites(error)
      fail(group.map(\.id), error)
    }
  }

  private func takeGroup() -> [Report] {
    var group: [Report] = []
    var facts = 0
    while facts < limits.factsPerCommit, let write = writes.popFirst() {
      facts += max(write.facts.count, 1)
      group.append(write)
    }
    return group
  }

  /// Commits a group in one transaction. A request that fails takes no neighbour down: what it
  /// could not read it fails for alone; what it could not write is undone by its savepoint.
  private func commit(
    _ group: [Report], inSavepoints: Bool
  ) throws(LedgerError) -> Outcome {
    var outcome = Outcome()
    try transaction { () throws(LedgerError) in
      for write in group {
        // More requests would hold more in memory than there is room for.
        if book.isOverfull, outcome.count > 0 { return }
        do throws(LedgerError) {
          let result =
            inSavepoints ? try reportInSavepoint(write) : try report(write, atOnce: false)
          outcome.replies.append((write.id, result))
        } catch {
          if error.isAboutTheStore || book.isHalfWritten && !inSavepoints { throw error }
          outcome.failures.append((write.id, error))
        }
      }
    }
    return outcome
  }

  private func report(_ write: Report, atOnce: Bool) throws(LedgerError) -> ReportResult {
    let now = clock.now
    background.saw(now)
    return try book.report(write, now: now, atOnce: atOnce)
  }

  private func reportInSavepoint(_ write: Report) throws(LedgerError) -> ReportResult {
    try store.setSavepoint()
    do {
      let result = try report(write, atOnce: true)
      try store.releaseSavepoint()
      return result
    } catch {
      if !error.isAboutTheStore { try store.rollBackToSavepoint() }
      throw error
    }
  }

  /// Runs a transaction. When it throws, nothing of it is known to be durable.
  private func transaction(
    _ body: () throws(LedgerError) -> Void
  ) throws(LedgerError) {
    let before = book.counters
    do {
      try store.begin()
      try body()
      try book.flush()
      try store.commit()
    } catch {
      store.rollback()
      book.rolledBack(to: before)
      throw error
    }
  }

  private func deliverCommit(_ replies: [(id: RequestID, result: ReportResult)]) {
    let group = CommittedGroup(
      token: token, rows: book.writtenRows, changes: book.changes, replies: replies,
      nextTransitionAt: nextTransitionAt)
    book.committed()
    deliver(.committed(group))
  }

  /// The first instant at which a transition is due that no catching-up has seen.
  private var nextTransitionAt: Instant? {
    try? store.firstFlip(after: background.caughtUpTo)
  }
}

// Background work.
extension LedgerEngine {
  private func doBackgroundWork() {
    guard trouble == nil else { return }
    guard let task = background.next else { return deleteChanges() }
    do {
      switch task {
      case .catchUp(let condition, let now):
        let last = try commitChunk(condition, now: now)
        for id in background.did(task, upTo: last) { deliver(.caughtUp(id, now: now, token)) }
      case .decideAnew(let condition):
        let last = try commitChunk(condition, now: clock.now)
        _ = background.did(task, upTo: last)
      }
    } catch {
      refuseWrites(error)
    }
  }

  /// Deletes some of the changes that are no longer kept.
  private func deleteChanges() {
    guard let end = retention.next(at: book.counters.position) else { return }
    do {
      try transaction { () throws(LedgerError) in try store.deleteChanges(through: end) }
      retention.deleted(through: end)
    } catch {
      refuseWrites(error)
    }
  }

  /// How long a chunk may last.
  private var chunkNanoseconds: UInt64 {
    let isContended = MonotonicClock.nanoseconds - lastWriteAt < limits.writePauseNanoseconds
    return isContended ? limits.contendedSliceNanoseconds : limits.sliceNanoseconds
  }

  /// Settles accounts for a slice of time; returns the number of the last one, nil when there was
  /// none.
  private func commitChunk(
    _ condition: AccountCondition, now: Instant
  ) throws(LedgerError) -> Int64? {
    let end = MonotonicClock.nanoseconds + chunkNanoseconds
    let found = try store.accounts(condition, limit: accountsPerChunk + unreadable.count)
      .filter { !unreadable.contains($0.number) }
    guard !found.isEmpty else { return nil }
    var done = 0
    do throws(LedgerError) {
      try transaction { () throws(LedgerError) in
        for account in found {
          try settle(account, now: now)
          done += 1
          if MonotonicClock.nanoseconds >= end || book.isOverfull { break }
        }
      }
    } catch {
      if error.isAboutTheStore { throw error }
      // One account was left out, and the chunk is undone: the same again without it.
      return found[0].number - 1
    }
    deliverCommit([])
    accountsPerChunk = min(max(2 * done, 16), limits.accountsPerChunk)
    return found[done - 1].number
  }

  /// One account; one that cannot be read, or written, is reported once, and left alone.
  private func settle(_ account: StoredAccount, now: Instant) throws(LedgerError) {
    do throws(LedgerError) {
      try book.settleAndWrite(account, now: now)
    } catch {
      if error.isAboutTheStore { throw error }
      unreadable.insert(account.number)
      deliver(.unreadable(account.row.accountID, error))
      if book.isHalfWritten { throw error }
    }
  }

  private func keepHouse() {
    guard trouble == nil, store.needsUpkeep else { return }
    do {
      try store.upkeep()
    } catch {
      refuseWrites(error)
    }
  }
}

// Trouble.
extension LedgerEngine {
  private func refuseWrites(_ cause: LedgerError) {
    trouble = Trouble(
      cause: cause, position: book.counters.position, needsReopening: cause.code != .diskFull,
      retryAt: MonotonicClock.nanoseconds + limits.probeNanoseconds,
      delay: limits.probeNanoseconds)
    deliver(.readOnly(cause))
    fail(background.takeWaiting(), cause)
  }

  /// Tries to write again. What a commit of unknown outcome left behind is delivered before.
  private func recover(from trouble: Trouble) {
    do {
      if trouble.needsReopening { try store.reopen() }
      try store.begin()
      try store.probe()
      try store.commit()
      if store.needsUpkeep { try store.upkeep() }
      if trouble.needsReopening {
        book.reopened(at: try store.counters())
        try deliverChanges(after: trouble.position)
      }
      self.trouble = nil
      deliver(.recovered)
      background.catchUp(with: clock.now, for: nil)
    } catch {
      store.rollback()
      let delay = min(2 * trouble.delay, limits.longestProbeNanoseconds)
      self.trouble = Trouble(
        cause: error, position: trouble.position,
        needsReopening: trouble.needsReopening || error.code != .diskFull,
        retryAt: MonotonicClock.nanoseconds + delay, delay: delay)
      if error != trouble.cause { deliver(.readOnly(error)) }
    }
  }

  private func deliverChanges(after position: UInt64) throws(LedgerError) {
    var last: Int64 = 0
    while true {
      let changed = try store.accounts(
        .changedAfter(position, beyond: last), limit: limits.accountsPerChunk)
      guard let end = changed.last else { return }
      last = end.number
      var group = CommittedGroup(
        token: token, rows: changed.map(book.presented), nextTransitionAt: nextTransitionAt)
      group.hasAllChanges = false
      deliver(.committed(group))
    }
  }
}

extension LedgerError {
  /// Whether it concerns every request, not just the one that met it.
  fileprivate var isAboutTheStore: Bool {
    switch code {
    case .diskFull, .inputOutput, .cannotOpen, .inUse, .notALedger: true
    case .corrupt, .tooNew, .notDurable, .stopped, .unexpected: false
    }
  }
}
