internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import TTRPC

/// One client that watches: where it is, and what it is told next.
///
/// It goes through the changes in their order: those of the log, or, where it is behind those, the
/// ledger's, a slice at a time. What a newer change of the same account follows is not told but
/// owed: the newer one is told instead, with what this client got last as its `previous`. So nothing
/// is queued for a client that reads slowly, and it is told less, not later. On the loop's thread.
final class StatusWatch: StreamHandler {
  /// Where the next change comes from.
  private enum Place {
    /// The log, from a number on.
    case log(Int)
    /// The ledger; a slice has been asked for, or will be.
    case ledger(isAsked: Bool)
    /// A slice of the ledger's changes.
    case slice
  }

  /// What is left out until a newer change is told.
  private struct Owed {
    var previous: PreviousAnswer?
    var isPastChanged: Bool
  }

  /// What came of one step.
  private enum Step {
    /// There may be more.
    case done
    /// Nothing can be told until something happens.
    case waits
  }

  private let stream: ResponseStream
  private unowned let watches: StatusWatches
  /// nil: every account.
  private var accounts: Set<AccountID>?
  /// What of a snapshot is still to be read; nil: it is told, or none was wanted.
  private var snapshot: SnapshotCursor?
  private var place = Place.ledger(isAsked: false)
  private var slice = ChangeSlice()
  private var owed: [AccountID: Owed] = [:]
  /// Every change up to this position is told, owed or no business of this watch.
  private var taken: UInt64 = 0
  /// Since when the client has not taken what there was to tell.
  private var blockedSince: MonotonicInstant?
  private var lastProgress: MonotonicInstant
  /// Whether the client waits to hear that it has been told everything.
  private var owesProgress = true
  private var isOver = true
  /// Whether it is in the line of those with something to tell.
  var isQueued = false

  init(stream: ResponseStream, watches: StatusWatches) {
    self.stream = stream
    self.watches = watches
    lastProgress = watches.now
  }
}

// MARK: - The stream

extension StatusWatch {
  func received(_ message: UnsafeRawBufferPointer) {
    do throws(RPCError) {
      try begin(try WatchStatusesRequest.decodeRequest(message))
    } catch {
      stream.fail(error)
    }
  }

  private func begin(_ request: WatchStatusesRequest) throws(RPCError) {
    accounts = request.accountIDs.isEmpty ? nil : Set(request.accountIDs)
    if request.fromToken.isEmpty {
      try watches.add(self)
      isOver = false
      snapshot = SnapshotCursor(of: accounts)
      place = .log(watches.log.end)
      taken = watches.index.token.position
      stream.send(WatchStatusesResponse(.snapshotBegin))
    } else {
      guard let token = LedgerToken(encoded: request.fromToken) else { throw .foreignWatchToken }
      guard watches.knows(token) else {
        stream.send(WatchStatusesResponse(.compacted))
        return stream.finish()
      }
      try watches.add(self)
      isOver = false
      taken = token.position
      stream.send(WatchStatusesResponse(.resumed))
    }
    watches.wake(self)
  }

  func cancelled() {
    leave()
  }

  func writable() {
    blockedSince = nil
    if !isOver { watches.wake(self) }
  }

  /// The server drains: what is at hand is told, then the client goes on elsewhere.
  func stopping(_ reason: StopReason, _ stream: ResponseStream) {
    if !isOver { _ = advance(effort: StatusWatches.lastEffort) }
    leave()
    switch reason {
    case .draining:
      stream.fail(
        RPCError(
          .shuttingDown, "the server is shutting down; go on behind the last token",
          details: [.retryInfo(after: .seconds(1))]))
    case .clientHalfClosed:
      stream.fail(RPCError(.cancelled, "the client stopped sending"))
    }
  }

  /// Ends a watch that has been blocked for too long; true when it was.
  func endIfBlocked(at now: MonotonicInstant) -> Bool {
    guard let blockedSince, now >= blockedSince.advanced(by: StatusWatches.patience) else {
      return false
    }
    leave()
    stream.fail(
      RPCError(
        .watchTooSlow, "the watch was not read for a second; go on behind its last token",
        details: [.retryInfo(after: .milliseconds(100))]))
    return true
  }

  private func leave() {
    if isOver { return }
    isOver = true
    owed = [:]
    place = .ledger(isAsked: true)
    watches.remove(self)
  }
}

// MARK: - Telling

extension StatusWatch {
  /// Tells what there is to tell, for an effort of so many changes or records. True: there is more.
  func advance(effort: Int) -> Bool {
    for _ in 0..<effort {
      if isOver { return false }
      guard stream.isWritable else {
        if blockedSince == nil { blockedSince = watches.now }
        return false
      }
      blockedSince = nil
      tellLateProgress()
      if case .waits = step() { return false }
    }
    return !isOver
  }

  private func step() -> Step {
    switch place {
    case .log(let number): stepInLog(number)
    case .slice: stepInSlice()
    case .ledger(let isAsked): askLedger(unless: isAsked)
    }
  }

  private func stepInLog(_ number: Int) -> Step {
    let log = watches.log
    if number < log.start {
      place = .ledger(isAsked: false)
      return .done
    }
    if number < log.end {
      place = .log(number + 1)
      let entry = log[number]
      take(entry.change, isSuperseded: entry.isSuperseded, entry)
      return .done
    }
    guard watches.isSettled else { return .waits }
    taken = watches.index.token.position
    if snapshot != nil { return readSnapshot() }
    if owesProgress || isProgressDue(after: StatusWatches.progressInterval) {
      owesProgress = false
      lastProgress = watches.now
      tell(.progress(token: watches.index.encodedToken, asOf: watches.settledThrough))
    }
    return .waits
  }

  private func stepInSlice() -> Step {
    if let (change, isSuperseded) = slice.next() {
      take(change, isSuperseded: isSuperseded, nil)
    } else {
      taken = max(taken, slice.through)
      place = slice.logPlace.map { .log($0) } ?? .ledger(isAsked: false)
      slice = ChangeSlice()
    }
    return .done
  }

  private func askLedger(unless isAsked: Bool) -> Step {
    if isAsked { return .waits }
    place = .ledger(isAsked: true)
    watches.read(after: taken) { [weak self] result in self?.received(result) }
    return .waits
  }

  private func received(_ result: Result<ChangePage, LedgerError>) {
    if isOver { return }
    switch result {
    case .success(let page) where page.isCompacted:
      tell(.compacted)
      leave()
      stream.finish()
      return
    case .success(let page):
      // Read after all that was committed before it was taken in, and before anything that follows.
      slice = ChangeSlice(page, logPlace: page.hasMore ? nil : watches.log.end)
      place = .slice
    case .failure:
      // The ledger cannot read at present; it is asked again with the next sign of life.
      place = .ledger(isAsked: false)
      return
    }
    watches.wake(self)
  }

  private func take(_ change: StatusChange, isSuperseded: Bool, _ entry: ChangeLog.Entry?) {
    taken = change.position
    if let accounts, !accounts.contains(change.accountID) { return }
    // The record that is still to be read has it.
    if let snapshot, !snapshot.hasRead(change.accountID, watches.index) { return }
    if isSuperseded {
      var debt =
        owed[change.accountID] ?? Owed(previous: change.previous, isPastChanged: false)
      debt.isPastChanged = debt.isPastChanged || change.isPastChanged
      owed[change.accountID] = debt
      return
    }
    guard let owed = owed.removeValue(forKey: change.accountID) else {
      return tell(change, entry)
    }
    let isPastChanged = owed.isPastChanged || change.isPastChanged
    // It came and went, and nobody was told.
    if owed.previous == nil, change.answer == nil { return }
    tell(watches.records.event(change, from: owed.previous, isPastChanged: isPastChanged))
  }

  private func tell(_ change: StatusChange, _ entry: ChangeLog.Entry?) {
    if let message = entry?.message { return stream.send(message) }
    let message = WatchStatusesResponse(
      watches.records.event(change, from: change.previous, isPastChanged: change.isPastChanged)
    ).encoded()
    entry?.message = message
    stream.send(message)
  }

  private func tell(_ event: WatchEvent) {
    stream.send(WatchStatusesResponse(event))
  }
}

// MARK: - Snapshots

extension StatusWatch {
  /// Tells the next record, at a moment at which every change so far has been told or skipped.
  private func readSnapshot() -> Step {
    switch snapshot?.next(in: watches.index) {
    case .record(let number)?:
      switch watches.committedRecord(number) {
      case .status(let status): tell(.record(status))
      case .none: break
      case .undecided(let account):
        // One that can never be decided has no answer to tell.
        guard watches.isUnreadable(account) else { return .waits }
      }
      snapshot?.passed()
    case .nothing?:
      snapshot?.passed()
    case .end?, nil:
      snapshot = nil
      tell(.snapshotEnd(token: watches.index.encodedToken))
      owesProgress = true
    }
    return .done
  }
}

// MARK: - Progress

extension StatusWatch {
  private func isProgressDue(after interval: Duration) -> Bool {
    watches.now >= lastProgress.advanced(by: interval)
  }

  /// A sign of life while older changes, or records, are still being told.
  private func tellLateProgress() {
    guard isProgressDue(after: StatusWatches.progressLimit) else { return }
    lastProgress = watches.now
    tell(.progress(token: snapshot == nil ? watches.records.token(taken) : [], asOf: nil))
  }
}
