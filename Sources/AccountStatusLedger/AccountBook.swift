import AccountStatusModel
import AccountStatusRules

/// Applies facts and time to accounts, inside a transaction that its caller opens and ends.
///
/// The rules of the ledger are here: identity first, then judgement; transitions due are written
/// before a fact is applied; one evaluation per account and request; a revision per change of the
/// current answer. A request is first worked out in memory, then written, so a refused one writes
/// nothing. Its properties are not watched for overlapping access, as those of `CachedAccount`.
final class AccountBook<Store: LedgerStore> {
  private let store: Store
  let edition: PolicyEdition
  let rules: Int64
  @exclusivity(unchecked) var cache: AccountCache
  @exclusivity(unchecked) var counters: StoreCounters

  /// What the transaction at hand wrote.
  @exclusivity(unchecked) var changes: [StatusChange] = []
  @exclusivity(unchecked) private var writtenAccounts: [CachedAccount] = []

  /// What the request at hand is about to write: facts by their index in it. Names only where it
  /// has several facts.
  @exclusivity(unchecked)
  private var newFacts: [(index: Int, sequence: UInt64, account: CachedAccount)] = []
  /// The accounts of its changes, which are the last ones of `changes`.
  @exclusivity(unchecked) var changedAccounts: [CachedAccount] = []
  @exclusivity(unchecked) private var newNames: [FactIdentity: StoredFact] = [:]
  @exclusivity(unchecked) private var touched: [CachedAccount] = []
  /// The last request failed while it was written: the transaction holds a part of it.
  @exclusivity(unchecked) var isHalfWritten = false

  /// Keeps the books of a store under an edition.
  init(store: Store, edition: PolicyEdition, cachedFacts: Int) throws(LedgerError) {
    self.store = store
    self.edition = edition
    rules = RulesFingerprint.of(edition)
    cache = AccountCache(capacity: cachedFacts)
    counters = try store.counters()
  }

  /// Whether the cache asks for the transaction's end, so that it can be trimmed.
  var isOverfull: Bool { cache.isOverfull }

  /// Whether a row was decided by the rules in force.
  func isCurrent(_ account: StoredAccount) -> Bool { account.rules == rules }

  /// The fingerprint of the rules in force.
  var currentRules: Int64 { rules }
}

// Transactions.
extension AccountBook {
  /// The rows written since the last `committed`, each once.
  var writtenRows: [StatusRow] { writtenAccounts.map(\.stored.row) }

  /// The transaction is durable: forgets what it wrote.
  func committed() {
    for account in writtenAccounts { account.isWritten = false }
    writtenAccounts.removeAll(keepingCapacity: true)
    changes.removeAll(keepingCapacity: true)
    cache.trim()
  }

  /// The transaction is undone, or its outcome unknown: memory follows the store again.
  func rolledBack(to counters: StoreCounters) {
    forgetRequest()
    writtenAccounts.removeAll()
    changes.removeAll()
    cache.removeAll()
    self.counters = counters
  }
}

// Facts.
extension AccountBook {
  /// Judges facts in order, each seeing those before it, and writes those that are accepted, with
  /// what they change.
  func report(_ report: Report, now: Instant) throws(LedgerError) -> ReportResult {
    // A fact that comes alone is not looked for in other accounts: writing it tells whether it is
    // there, which is seldom. Several could be half written by then.
    if report.facts.count == 1, let result = try attempt(report, now: now, isLookedFor: false) {
      return result
    }
    guard let result = try attempt(report, now: now, isLookedFor: true) else {
      throw LedgerError(.corrupt, "an identity is taken by a fact that cannot be found")
    }
    return result
  }

  /// Nil: a fact's identity turned out to be taken, and nothing was done.
  private func attempt(
    _ report: Report, now: Instant, isLookedFor: Bool
  ) throws(LedgerError) -> ReportResult? {
    let before = counters
    isHalfWritten = false
    do {
      let recordedAt = max(now, counters.lastRecordedAt)
      var results: [FactResult] = []
      results.reserveCapacity(report.facts.count)
      var refused: [RefusedFact] = []
      for index in report.facts.indices {
        let result = try judge(
          report, index, isLookedFor: isLookedFor, recordedAt: recordedAt, now: now)
        if case .refused(let fact) = result { refused.append(fact) }
        results.append(result)
      }
      if report.mode == .allOrNothing, !refused.isEmpty {
        abandonRequest(resuming: before)
        return .refused(refused)
      }
      if !newFacts.isEmpty { for account in touched { try decideAnew(account, now: now) } }
      guard try writeRequest(report, recordedAt: recordedAt) else {
        abandonRequest(resuming: before)
        return nil
      }
      return .done(results)
    } catch {
      abandonRequest(resuming: before)
      throw error
    }
  }

  private func judge(
    _ report: Report, _ index: Int, isLookedFor: Bool, recordedAt: Instant, now: Instant
  ) throws(LedgerError) -> FactResult {
    let fact = report.facts[index]
    if isLookedFor, let known = try storedFact(named: fact.identity) {
      return result(judgeRepeat(fact, of: known), of: fact, at: index)
    }
    let account = try accountWithFacts(fact.accountID)
    let verdict = account.withFacts {
      AccountStatusRules.judge(fact, given: $0, defaultEdition: edition)
    }
    guard case .accept = verdict else {
      // Identity comes first: what is stored for another account is not refused for its meaning.
      if !isLookedFor, let known = try storedFact(named: fact.identity) {
        return result(judgeRepeat(fact, of: known), of: fact, at: index)
      }
      return result(verdict, of: fact, at: index)
    }
    try prepareForFacts(account, now: now)
    counters.position += 1
    counters.lastRecordedAt = recordedAt
    let stored = StoredFact(
      fact, sequence: counters.position, recordedAt: recordedAt, recordedBy: report.recorder)
    account.withFacts { $0.append(stored) }
    newFacts.append((index, counters.position, account))
    if report.facts.count > 1 { newNames[fact.identity] = stored }
    return .stored(sequence: counters.position)
  }

  /// Looks among the request's own facts first: those are not written yet.
  private func storedFact(named name: FactIdentity) throws(LedgerError) -> StoredFact? {
    if !newNames.isEmpty, let new = newNames[name] { return new }
    return try store.fact(name)
  }

  /// The result of a fact that is not stored.
  private func result(_ verdict: Judgement, of fact: Fact, at index: Int) -> FactResult {
    switch verdict {
    case .duplicate(let sequence):
      .duplicate(sequence: sequence)
    case .refuse(let refusal):
      .refused(RefusedFact(index: index, identity: fact.identity, refusal: refusal))
    case .accept:
      preconditionFailure("an accepted fact is stored")
    }
  }

  /// Before an account's first new fact of a request: time has its effect, and the answer and the
  /// past that the new ones will be compared with are known.
  private func prepareForFacts(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    if account.before != nil { return }
    try settle(account, now: now)
    if account.outlook == nil {
      account.outlook = try outlook(of: account, from: account.stored.row.validFrom)
    }
    touch(account)
  }

  /// The row of an account whose facts changed, and what that changed.
  ///
  /// The past is what was said of the instants before `now`: a correction of it is a change, too,
  /// which counts no revision where the answer of the present stays.
  private func decideAnew(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    let outlook = try outlook(of: account, from: now)
    let previous = account.previousAnswer
    let from = account.stored.row.validFrom
    let isChange = account.outlook?.standing != outlook.standing
    let isPastChanged = account.outlook?.past(from: from, until: now) != outlook.past
    take(outlook, for: account, from: now)
    if isChange || isPastChanged {
      noteChange(
        of: account, from: previous, counting: isChange ? 1 : 0, isPastChanged: isPastChanged)
    }
  }
}

// The request at hand.
extension AccountBook {
  /// Comes before every change of an account, so that it can be undone.
  func touch(_ account: CachedAccount) {
    if account.before != nil { return }
    account.before = (account.stored, account.isNew)
    touched.append(account)
  }

  /// False: a fact's identity is taken; nothing is written if it was the first.
  private func writeRequest(_ report: Report, recordedAt: Instant) throws(LedgerError) -> Bool {
    let recorder = newFacts.isEmpty ? 0 : try store.recorderNumber(report.recorder)
    for account in touched where account.isNew {
      counters.lastAccount += 1
      account.stored.number = counters.lastAccount
    }
    for (index, sequence, account) in newFacts {
      let isStored = try store.insertFact(
        report.facts[index], sequence: sequence, recordedAt: recordedAt, recorder: recorder,
        account: account.stored.number)
      guard isStored else { return false }
      isHalfWritten = true
    }
    try writeRows()
    requestIsWritten()
    return true
  }

  /// Writes the rows of accounts that the request touched, and their changes.
  func writeRows() throws(LedgerError) {
    isHalfWritten = true
    for account in touched {
      if account.isNew {
        try store.insertAccount(account.stored)
        account.isNew = false
      } else {
        try store.updateAccount(
          account.stored,
          keepsFlip: account.before?.stored.row.flipAt == account.stored.row.flipAt)
      }
    }
    let first = changes.count - changedAccounts.count
    for index in changedAccounts.indices {
      try store.insertChange(
        changes[first + index], account: changedAccounts[index].stored.number)
    }
  }

  func requestIsWritten() {
    for account in touched {
      cache.reckon(account)
      if !account.isWritten {
        account.isWritten = true
        writtenAccounts.append(account)
      }
    }
    isHalfWritten = false
    forgetRequest()
  }

  /// Undoes the request at hand in memory.
  func abandonRequest(resuming before: StoreCounters) {
    for account in touched { account.undo() }
    changes.removeLast(changedAccounts.count)
    forgetRequest()
    counters = before
  }

  private func forgetRequest() {
    for account in touched { account.before = nil }
    touched.removeAll(keepingCapacity: true)
    newFacts.removeAll(keepingCapacity: true)
    changedAccounts.removeAll(keepingCapacity: true)
    if !newNames.isEmpty { newNames.removeAll(keepingCapacity: true) }
  }
}

// Accounts in memory.
extension AccountBook {
  /// What is known of an account, if that is in memory.
  func heldSnapshot(of id: AccountID) -> (facts: AccountFacts, row: StatusRow)? {
    guard let account = cache.use(id), !account.isNew, account.hasFacts else { return nil }
    return (account.facts, presented(account.stored))
  }

  /// Keeps facts of an account that were read to their end just now, unless they are held.
  func hold(_ facts: AccountFacts, of found: StoredAccount) {
    if let account = cache.use(found.row.accountID) {
      if !account.hasFacts { account.hold(facts) }
      cache.reckon(account)
    } else {
      let account = CachedAccount(found)
      account.hold(facts)
      cache.insert(account)
    }
  }

  /// The row as it is shown: with whether it may be read.
  func presented(_ account: StoredAccount) -> StatusRow {
    var row = account.row
    row.isCurrent = isCurrent(account)
    row.isOfOtherEdition = !RulesFingerprint.areOfOneEdition(account.rules, rules)
    return row
  }

  private func accountWithFacts(_ id: AccountID) throws(LedgerError) -> CachedAccount {
    if let held = cache.use(id) {
      try loadFacts(of: held)
      return held
    }
    let account: CachedAccount
    if let found = try store.account(id) {
      account = CachedAccount(found)
    } else {
      account = CachedAccount(StoredAccount(unknown: id, rules: rules), isNew: true)
    }
    cache.insert(account)
    try loadFacts(of: account)
    return account
  }

  func outlook(
    of account: CachedAccount, from instant: Instant
  ) throws(LedgerError) -> Outlook {
    try loadFacts(of: account)
    return account.withFacts { Outlook(of: $0, edition: edition, from: instant) }
  }

  private func loadFacts(of account: CachedAccount) throws(LedgerError) {
    if account.hasFacts { return }
    var list: [StoredFact] = []
    try store.forEachFact(
      of: account.stored.row.accountID, number: account.stored.number, after: 0
    ) { fact throws(LedgerError) in
      list.append(fact)
      return true
    }
    account.hold(AccountFacts(list))
  }
}
