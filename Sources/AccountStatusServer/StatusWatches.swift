internal import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
package import AccountStatusRules
package import TTRPC

/// Everyone who watches: what has changed comes in, and the watches tell it in turn.
///
/// A commit's changes are in the log before its replies are sent, so whoever has a reply finds its
/// write in every watch. They are told a little later, a few watches at a time, each time behind the
/// reads that are ready; where there are many watches, all changes of a millisecond or two together.
/// On the loop's thread.
package final class StatusWatches {
  /// Watches at once, of all clients.
  static let maximumCount = 4096
  /// How long a client may leave unread what there is to tell.
  static let patience = Duration.seconds(1)
  /// Between two signs of life to a client that has been told everything: twice a second, so that
  /// none is later than a second on a busy machine.
  static let progressInterval = Duration.milliseconds(500)
  /// After how long a client that has not been told everything gets one.
  static let progressLimit = Duration.milliseconds(750)
  /// Between two looks at the time.
  private static let tick = Duration.milliseconds(250)
  /// Changes that one watch tells at a time, and watches that do.
  private static let effort = 128
  private static let watchesPerStep = 8
  /// What a watch still tells when the server drains.
  static let lastEffort = 1024
  /// Between the beginnings of two rounds, for each watch, and at most.
  private static let roundTime = (each: Duration.microseconds(20), most: Duration.milliseconds(2))

  let index: StatusIndex
  let log: ChangeLog
  let records: WatchRecords
  private let link: LedgerLink
  private let loop: EventLoop
  private let clock: any LedgerClock
  private let edition: String
  private var watches: [ObjectIdentifier: StatusWatch] = [:]
  private var queue: [StatusWatch] = []
  private var isRoundUnderWay = false
  private var nextRound: MonotonicInstant
  private var ticker: TimerID?
  private var unreadable: Set<AccountID> = []
  private var nextTransitionAt: Instant?
  /// Watches ended because they were not read, since the start.
  package private(set) var slowCount: UInt64 = 0

  /// - firstTransitionAt: when the first transition is due that is not committed.
  package init(
    index: StatusIndex, link: LedgerLink, loop: EventLoop, clock: any LedgerClock,
    editions: EditionCatalogue, firstTransitionAt: Instant?, log: ChangeLog = ChangeLog()
  ) {
    self.index = index
    self.link = link
    self.loop = loop
    self.clock = clock
    self.log = log
    edition = editions.default.name
    nextTransitionAt = firstTransitionAt
    nextRound = loop.now
    records = WatchRecords(index.token, EditionNames(editions.names))
    link.observer = self
  }

  /// Watches there are.
  package var count: Int { watches.count }

  /// Adds the method to a router.
  package func register(in router: inout Router) {
    router.stream(StatusService.watchStatuses) { [self] _, stream in
      StatusWatch(stream: stream, watches: self)
    }
  }
}

// MARK: - The ledger's changes

extension StatusWatches: CommitObserver {
  package func changed(_ changes: ArraySlice<StatusChange>) {
    if watches.isEmpty { return }
    for change in changes { log.append(change) }
  }

  package func committed(_ group: CommittedGroup) {
    nextTransitionAt = group.nextTransitionAt
    if watches.isEmpty { return }
    if !group.hasAllChanges { log.skip() }
    for watch in watches.values { wake(watch) }
  }

  package func caughtUp(with now: Instant) {
    // What is due and was not committed cannot be.
    if let next = nextTransitionAt, next <= now { nextTransitionAt = nil }
  }

  package func cannotRead(_ account: AccountID) {
    unreadable.insert(account)
    for watch in watches.values { wake(watch) }
  }
}

// MARK: - For a watch

extension StatusWatches {
  /// The loop's clock.
  var now: MonotonicInstant { loop.now }

  /// Whether the index and the log say the same: not while a commit is being published.
  var isSettled: Bool { link.isSettled }

  /// The last instant of which everything that was true is in the log; nil: the rules in force have
  /// still to decide an account, of which the log has what others said.
  var settledThrough: Instant? {
    guard index.isDecided(but: unreadable) else { return nil }
    let now = clock.now
    guard let next = nextTransitionAt, next <= now else { return now }
    return Instant(nanoseconds: next.nanoseconds - 1)
  }

  /// Whether a token is of this ledger, and of a position that it has reached.
  func knows(_ token: LedgerToken) -> Bool {
    token.storeID == index.token.storeID && token.epoch == index.token.epoch
      && token.position <= index.token.position
  }

  /// What the record with a number says.
  func committedRecord(_ number: UInt32) -> StatusIndex.CommittedRecord {
    index.committedRecord(number, edition: edition, at: clock.now)
  }

  /// Whether an account's facts cannot be read, so that it stays undecided.
  func isUnreadable(_ account: AccountID) -> Bool { unreadable.contains(account) }

  /// Reads a slice of the ledger's changes.
  func read(after position: UInt64, _ completion: @escaping LedgerLink.ChangesCompletion) {
    link.changes(after: position, completion)
  }

  func add(_ watch: StatusWatch) throws(RPCError) {
    guard watches.count < Self.maximumCount else {
      throw RPCError(
        .tooMuch, "\(Self.maximumCount) watches are open; watch several accounts with one",
        details: [.retryInfo(after: .seconds(1))])
    }
    watches[ObjectIdentifier(watch)] = watch
    if ticker == nil { startTicking() }
  }

  func remove(_ watch: StatusWatch) {
    watches[ObjectIdentifier(watch)] = nil
    guard watches.isEmpty else { return }
    log.skip()
    ticker.map(loop.cancel)
    ticker = nil
  }

  /// Lets a watch tell what there is, when its turn comes.
  func wake(_ watch: StatusWatch) {
    if watch.isQueued { return }
    watch.isQueued = true
    queue.append(watch)
    startRound()
  }
}

// MARK: - Turns

extension StatusWatches {
  private func startRound() {
    if isRoundUnderWay { return }
    isRoundUnderWay = true
    // A timer is good to a millisecond; for less it is not worth one.
    guard nextRound.nanoseconds - loop.now.nanoseconds > 500_000 else {
      return loop.putOff { [weak self] in self?.beginRound() }
    }
    loop.schedule(at: nextRound) { [weak self] in self?.beginRound() }
  }

  private func beginRound() {
    nextRound = loop.now.advanced(
      by: min(Self.roundTime.each * watches.count, Self.roundTime.most))
    takeTurns()
  }

  /// Lets the first few tell something; the others have to wait for what is ready meanwhile.
  private func takeTurns() {
    let turn = queue.prefix(Self.watchesPerStep)
    queue.removeFirst(turn.count)
    for watch in turn {
      watch.isQueued = false
      if watch.advance(effort: Self.effort), !watch.isQueued {
        watch.isQueued = true
        queue.append(watch)
      }
    }
    if queue.isEmpty {
      isRoundUnderWay = false
    } else {
      loop.putOff { [weak self] in self?.takeTurns() }
    }
  }

  private func startTicking() {
    ticker = loop.schedule(after: Self.tick) { [weak self] in
      guard let self else { return }
      startTicking()
      for watch in watches.values {
        if watch.endIfBlocked(at: loop.now) { slowCount += 1 } else { wake(watch) }
      }
    }
  }
}

extension RPCError {
  /// Bytes that are no token at all.
  static var foreignWatchToken: RPCError {
    RPCError(
      .foreignToken, "from_token is not a token; watch without one, and go on behind the last",
      details: [.badRequest(field: "fromToken", description: "not a token")])
  }
}
