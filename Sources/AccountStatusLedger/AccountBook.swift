import AccountStatusModel
import AccountStatusRules

/// Applies facts and time to accounts, inside a transaction that its caller opens and ends.
///
/// The rules of the ledger are here: identity first, then judgement; transitions due are written
/// before a fact is applied; one evaluation per account and request; a revision per change of the
/// current answer. Requests are worked out in memory, and written by `flush`, so a refused one
/// writes nothing. Its properties are not watched for overlapping access, as those of
/// `CachedAccount`.
final class AccountBook<Store: LedgerStore> {
  let store: Store
  let edition: PolicyEdition
  let rules: Int64
  @exclusivity(unchecked) var cache: AccountCache
  @exclusivity(unchecked) var counters: StoreCounters

  /// The changes that the transaction at hand brings, and the numbers of their accounts.
  @exclusivity(unchecked) var changes: [StatusChange] = []
  @exclusivity(unchecked) var changedAccounts: [Int64] = []
  /// The accounts whose row it changes, each once.
  @exclusivity(unchecked) var writtenAccounts: [CachedAccount] = []

  /// What of the transaction the store does not have yet: facts, changes beyond `flushedChanges`,
  /// and rows.
  @exclusivity(unchecked) var unflushedFacts: [NewFact] = []
  @exclusivity(unchecked) var flushedChanges = 0
  @exclusivity(unchecked) var unflushedAccounts: [CachedAccount] = []
  /// The last request failed while the store was written to.
  @exclusivity(unchecked) var isHalfWritten = false

  /// What the request at hand brings: facts, names only where it has several, and accounts.
  @exclusivity(unchecked) var newFacts: [NewFact] = []
  @exclusivity(unchecked) var newNames: [FactIdentity: StoredFact] = [:]
  @exclusivity(unchecked) var touched: [CachedAccount] = []
  /// How many changes there were before it.
  @exclusivity(unchecked) var earlierChanges = 0

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
    forgetChanges()
    cache.trim()
  }

  /// The transaction is undone: what it changed is read again when it is needed.
  func rolledBack(to counters: StoreCounters) {
    forgetRequest()
    for account in writtenAccounts { cache.remove(account) }
    writtenAccounts.removeAll()
    forgetUnflushed()
    forgetChanges()
    self.counters = counters
  }

  /// The store was taken anew: it may hold what memory does not know of.
  func reopened(at counters: StoreCounters) {
    rolledBack(to: counters)
    cache.removeAll()
  }
}

// Facts.
extension AccountBook {
  /// Judges facts in order, each seeing those before it, and brings those that are accepted, with
  /// what they change.
  ///
  /// - atOnce: they are written here, and not by the next `flush`.
  func report(_ report: Report, now: Instant, atOnce: Bool) throws(LedgerError) -> ReportResult {
    let before = counters
    isHalfWritten = false
    do {
      // A fact that comes alone is not looked for in other accounts: writing it tells whether it is
      // there, which is seldom, and then its group is done again, each at once.
      let isLookedFor = atOnce || report.facts.count > 1
      if isLookedFor { try flush() }
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
      try finishRequest(atOnce: atOnce)
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
      if !isLookedFor, case .refuse = verdict, let known = try storedFact(named: fact.identity) {
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
    newFacts.append(
      NewFact(
        report: report, index: index, sequence: counters.position, recordedAt: recordedAt,
        account: account.stored.number))
    if report.facts.count > 1 { newNames[fact.identity] = stored }
    return .stored(sequence: counters.position)
  }

  /// Looks among the request's own facts first: those are not written yet.
  private func storedFact(named name: FactIdentity) throws(LedgerError) -> StoredFact? {
    if !newNames.isEmpty, let new = newNames[name] { return new }
    try flush()
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
    if account.isUnflushed { try flush() }
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
