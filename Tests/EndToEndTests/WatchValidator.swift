import AccountStatusClient
import AccountStatusModel

/// What every answer must agree on: how an account stands at a revision.
struct StatusOracle {
  private var standings: [AccountID: [UInt64: Standing]] = [:]

  /// Takes note of a status; false: somebody was told another one of this revision.
  mutating func agrees(_ status: AccountStatus) -> Bool {
    let known = standings[status.accountID]?[status.revision]
    if known == nil { standings[status.accountID, default: [:]][status.revision] = status.standing }
    return known == nil || known == status.standing
  }
}

/// Checks what one watch was told, event by event, against everything that the contract promises.
struct WatchValidator {
  /// A promise that was broken.
  enum Violation: Hashable {
    /// Something was told before the stream said how it begins.
    case toldOutside(AccountID?)
    /// An account's revision is lower than one told before.
    case wentBack(AccountID)
    /// A revision was told a second time, and the past did not change.
    case toldTwice(AccountID)
    /// `previous` is not what was told last.
    case otherPrevious(AccountID)
    /// A change has neither a record before nor one after it, or two accounts' records.
    case malformed(AccountID)
    /// Two watches were told different things of one revision.
    case disagrees(AccountID)
    /// A snapshot, though everything that was missed is kept.
    case needlessSnapshot
    /// The instant up to which everything was told went back.
    case timeWentBack
    /// At the end an account is not as the server says.
    case wrongAtTheEnd(AccountID)
  }

  private enum Phase {
    /// Nothing is known; of a watch that begins with a token, everything up to it is.
    case start
    case snapshot
    case following
    /// The connection broke.
    case broken
  }

  /// Whether everything that may be missed is kept.
  let keepsEverything: Bool
  /// Accounts that are watched; nil: all.
  let accounts: Set<AccountID>?
  private(set) var violations: Set<Violation> = []
  private(set) var changeCount = 0
  private(set) var snapshotCount = 0
  private(set) var breakCount = 0
  /// What the client knows.
  private(set) var known: [AccountID: AccountStatus] = [:]
  /// The highest revision told of each account.
  private var revisions: [AccountID: UInt64] = [:]
  private var inSnapshot: Set<AccountID> = []
  /// Accounts told since the last break.
  private var toldSinceBreak: Set<AccountID> = []
  private var hasResumed = false
  private var phase = Phase.start
  private var lastAsOf = Instant(nanoseconds: .min)

  init(accounts: Set<AccountID>? = nil, keepsEverything: Bool) {
    self.accounts = accounts
    self.keepsEverything = keepsEverything
  }

  mutating func take(_ event: WatchEvent, _ oracle: inout StatusOracle) {
    switch event {
    case .snapshotBegan:
      if snapshotCount > 0, phase != .snapshot, keepsEverything, hasFollowed {
        violations.insert(.needlessSnapshot)
      }
      snapshotCount += 1
      phase = .snapshot
      known = [:]
      inSnapshot = []
    case .status(let status):
      if phase != .snapshot { violations.insert(.toldOutside(status.accountID)) }
      if !inSnapshot.insert(status.accountID).inserted {
        violations.insert(.toldTwice(status.accountID))
      }
      learn(status.accountID, status, status.revision, &oracle)
    case .snapshotEnded:
      if phase != .snapshot { violations.insert(.toldOutside(nil)) }
      phase = .following
      hasFollowed = true
      hasResumed = false
    case .resumed:
      if phase == .following || phase == .snapshot { violations.insert(.toldOutside(nil)) }
      phase = .following
      hasFollowed = true
      hasResumed = true
      toldSinceBreak = []
    case .changed(let change): take(change, &oracle)
    case .progress(let asOf):
      guard let asOf else { break }
      if asOf < lastAsOf { violations.insert(.timeWentBack) }
      lastAsOf = max(asOf, lastAsOf)
    case .disconnected:
      breakCount += 1
      // A snapshot that broke begins anew.
      phase = phase == .snapshot ? .start : .broken
    }
  }

  private var hasFollowed = false

  private mutating func take(_ change: StatusChange, _ oracle: inout StatusOracle) {
    changeCount += 1
    let id = change.accountID
    if phase != .following, phase != .snapshot { violations.insert(.toldOutside(id)) }
    if let accounts, !accounts.contains(id) { violations.insert(.toldOutside(id)) }
    let ids = [change.previous?.accountID, change.current?.accountID].compactMap(\.self)
    if ids.isEmpty || ids.contains(where: { $0 != id })
      || change.current.map({ $0.revision != change.revision }) == true
    {
      violations.insert(.malformed(id))
    }
    if !isRight(change.previous, of: id) { violations.insert(.otherPrevious(id)) }
    if let previous = change.previous, !oracle.agrees(previous) {
      violations.insert(.disagrees(id))
    }
    toldSinceBreak.insert(id)
    if change.revision == revisions[id], !change.isPastChanged {
      violations.insert(.toldTwice(id))
    }
    learn(id, change.current, change.revision, &oracle)
  }

  /// Whether `previous` is what was told last. Of the first change of an account since a break it may
  /// be newer: what was true at the token.
  private func isRight(_ previous: AccountStatus?, of id: AccountID) -> Bool {
    let last = known[id]
    if previous?.standing == last?.standing, previous?.revision == last?.revision { return true }
    guard hasResumed, !toldSinceBreak.contains(id) else { return false }
    return previous.map { $0.revision > last?.revision ?? 0 } ?? true
  }

  private mutating func learn(
    _ id: AccountID, _ status: AccountStatus?, _ revision: UInt64, _ oracle: inout StatusOracle
  ) {
    if revision < revisions[id] ?? 0 { violations.insert(.wentBack(id)) }
    if let status, !oracle.agrees(status) { violations.insert(.disagrees(id)) }
    revisions[id] = max(revision, revisions[id] ?? 0)
    known[id] = status
  }

  /// Whether the client knows what the server says.
  func knows(_ truth: [AccountID: AccountStatus]) -> Bool { differing(truth).isEmpty }

  /// The history is over, and nothing more comes: what the server says is what must be known.
  mutating func finish(_ truth: [AccountID: AccountStatus]) {
    for account in differing(truth) { violations.insert(.wrongAtTheEnd(account)) }
  }

  private func differing(_ truth: [AccountID: AccountStatus]) -> [AccountID] {
    let wanted = truth.filter { accounts?.contains($0.key) ?? true }
    return Set(wanted.keys).union(known.keys).filter {
      wanted[$0]?.revision != known[$0]?.revision || wanted[$0]?.state != known[$0]?.state
    }
  }
}
