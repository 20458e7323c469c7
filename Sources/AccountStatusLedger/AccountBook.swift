import AccountStatusModel
import AccountStatusRules

/// Applies facts and time to accounts, inside a transaction that its caller opens and ends.
///
/// The rules of the ledger are here: identity first, then judgement; transitions due are written
/// before a fact is applied; one evaluation per account and request; a revision per change of the
/// current answer. A request is first worked out in memory, then written, so a refused one writes
/// nothing.
final class AccountBook<Store: LedgerStore> {
  private let store: Store
  private let edition: PolicyEdition
  private let rules: Int64
  private var cache: AccountCache
  private(set) var counters: StoreCounters

  /// What the transaction at hand wrote.
  private(set) var changes: [StatusChange] = []
  private var writtenAccounts: [CachedAccount] = []

  /// What the request at hand is about to write. Names only where it has several facts.
  private var newFacts: [(fact: StoredFact, account: CachedAccount)] = []
  private var newChanges: [(change: StatusChange, account: CachedAccount)] = []
  private var newNames: [FactIdentity: StoredFact] = [:]
  private var touched: [CachedAccount] = []
  /// The last request failed while it was written: the transaction holds a part of it.
  private(set) var isHalfWritten = false

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
  func report(
    _ facts: [Fact], mode: ReportMode, recorder: Recorder, now: Instant
  ) throws(LedgerError) -> ReportResult {
    let before = counters
    isHalfWritten = false
    do {
      let (results, refused) = try judge(facts, recorder: recorder, now: now)
      if mode == .allOrNothing, !refused.isEmpty {
        abandonRequest(resuming: before)
        return .refused(refused)
      }
      for account in touched { try decideAnew(account, now: now) }
      try writeRequest()
      return .done(results)
    } catch {
      abandonRequest(resuming: before)
      throw error
    }
  }

  private func judge(
    _ facts: [Fact], recorder: Recorder, now: Instant
  ) throws(LedgerError) -> (results: [FactResult], refused: [RefusedFact]) {
    let recordedAt = max(now, counters.lastRecordedAt)
    var results: [FactResult] = []
    results.reserveCapacity(facts.count)
    var refused: [RefusedFact] = []
    for (index, fact) in facts.enumerated() {
      if let known = try storedFact(named: fact.identity) {
        results.append(result(judgeRepeat(fact, of: known), of: fact, at: index, &refused))
        continue
      }
      let account = try accountWithFacts(fact.accountID)
      let verdict = account.withFacts {
        AccountStatusRules.judge(fact, given: $0, defaultEdition: edition)
      }
      guard verdict == .accept else {
        results.append(result(verdict, of: fact, at: index, &refused))
        continue
      }
      try prepareForFacts(account, now: now)
      counters.position += 1
      counters.lastRecordedAt = recordedAt
      let stored = StoredFact(
        fact, sequence: counters.position, recordedAt: recordedAt, recordedBy: recorder)
      account.withFacts { $0.append(stored) }
      newFacts.append((stored, account))
      if facts.count > 1 { newNames[fact.identity] = stored }
      results.append(.stored(sequence: stored.sequence))
    }
    return (results, refused)
  }

  /// Looks among the request's own facts first: those are not written yet.
  private func storedFact(named name: FactIdentity) throws(LedgerError) -> StoredFact? {
    if !newNames.isEmpty, let new = newNames[name] { return new }
    return try store.fact(name)
  }

  /// The result of a fact that is not stored.
  private func result(
    _ verdict: Judgement, of fact: Fact, at index: Int, _ refused: inout [RefusedFact]
  ) -> FactResult {
    switch verdict {
    case .duplicate(let sequence):
      return .duplicate(sequence: sequence)
    case .refuse(let refusal):
      let refusedFact = RefusedFact(index: index, identity: fact.identity, refusal: refusal)
      refused.append(refusedFact)
      return .refused(refusedFact)
    case .accept:
      preconditionFailure("an accepted fact is stored")
    }
  }

  /// Before an account's first new fact of a request: time has its effect, and the answer that the
  /// new one will be compared with is known.
  private func prepareForFacts(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    if account.before != nil { return }
    try settle(account, now: now)
    if account.standing == nil {
      account.standing = .some(try standing(of: account, asOf: account.stored.row.validFrom))
    }
    touch(account)
  }

  /// The row of an account whose facts changed.
  private func decideAnew(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    let outlook = try outlook(of: account, from: now)
    take(outlook, for: account, from: now, isChange: account.standing != .some(outlook.standing))
  }
}

// Time.
extension AccountBook {
  /// Writes what time alone did to an account: transitions due, a clock set back, other rules.
  func settleAndWrite(_ found: StoredAccount, now: Instant) throws(LedgerError) {
    let before = counters
    isHalfWritten = false
    do {
      let account = cache.find(found.row.accountID) ?? CachedAccount(found)
      try settle(account, now: now)
      try writeRequest()
    } catch {
      abandonRequest(resuming: before)
      throw error
    }
  }

  /// Brings an account's row to the present. One change for every transition, in their order.
  private func settle(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    let row = account.stored.row
    if !isCurrent(account.stored) {
      let outlook = try outlook(of: account, from: now)
      let found = presented(account.stored)
      let revision = account.withFacts {
        found.revision(decidedAnewFrom: $0, edition: edition, at: now)
      }
      take(outlook, for: account, from: now, changes: revision - row.revision)
    } else if now < row.validFrom {
      // The clock was set back.
      let outlook = try outlook(of: account, from: now)
      let current = try standing(of: account, asOf: row.validFrom)
      take(outlook, for: account, from: now, isChange: current != outlook.standing)
    } else {
      while account.stored.row.flipAt <= now { try flip(account) }
    }
  }

  /// Rolls a row on to its second answer.
  private func flip(_ account: CachedAccount) throws(LedgerError) {
    let row = account.stored.row
    guard row.validUntil == .distantFuture else {
      let outlook = try outlook(of: account, from: row.flipAt)
      take(outlook, for: account, from: row.flipAt, isChange: true)
      return
    }
    // Time changes nothing after this flip, so the facts need not be read: at midnight many
    // accounts flip at once.
    touch(account)
    account.stored.row = StatusRow(
      accountID: row.accountID, revision: row.revision, validFrom: row.flipAt,
      flipAt: .distantFuture, validUntil: .distantFuture, untilFlip: row.fromFlip, fromFlip: nil)
    account.standing = nil
    noteChange(of: account)
  }

  /// Makes an outlook the account's row.
  private func take(
    _ outlook: Outlook, for account: CachedAccount, from instant: Instant, isChange: Bool
  ) {
    take(outlook, for: account, from: instant, changes: isChange ? 1 : 0)
  }

  /// - changes: how many the answer is away from the one before; those between are not told.
  private func take(
    _ outlook: Outlook, for account: CachedAccount, from instant: Instant, changes: UInt64
  ) {
    touch(account)
    account.stored.rules = rules
    account.stored.row = StatusRow(
      accountID: account.stored.row.accountID, revision: account.stored.row.revision,
      validFrom: instant, flipAt: outlook.flipAt, validUntil: outlook.validUntil,
      untilFlip: outlook.standing.map(BasicAnswer.init),
      fromFlip: outlook.fromFlip.map(BasicAnswer.init))
    account.standing = .some(outlook.standing)
    if changes > 0 { noteChange(of: account, counting: changes) }
  }

  /// Counts the change that made the account's row.
  private func noteChange(of account: CachedAccount, counting changes: UInt64 = 1) {
    account.stored.row.revision += changes
    counters.position += 1
    let row = account.stored.row
    let change = StatusChange(
      position: counters.position, accountID: row.accountID, revision: row.revision,
      asOf: row.validFrom, answer: row.untilFlip)
    newChanges.append((change, account))
  }
}

// The request at hand.
extension AccountBook {
  /// Comes before every change of an account, so that it can be undone.
  private func touch(_ account: CachedAccount) {
    if account.before != nil { return }
    account.before = (account.stored, account.isNew)
    touched.append(account)
  }

  private func writeRequest() throws(LedgerError) {
    isHalfWritten = true
    for account in touched {
      if account.isNew {
        account.stored.number = counters.lastAccount + 1
        counters.lastAccount += 1
        try store.insertAccount(account.stored)
        account.isNew = false
      } else {
        try store.updateAccount(account.stored)
      }
    }
    for index in newFacts.indices {
      try store.insertFact(newFacts[index].fact, account: newFacts[index].account.stored.number)
    }
    for (change, account) in newChanges {
      try store.insertChange(change, account: account.stored.number)
      changes.append(change)
    }
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
  private func abandonRequest(resuming before: StoreCounters) {
    for account in touched { account.undo() }
    forgetRequest()
    counters = before
  }

  private func forgetRequest() {
    for account in touched { account.before = nil }
    touched.removeAll(keepingCapacity: true)
    newFacts.removeAll(keepingCapacity: true)
    newChanges.removeAll(keepingCapacity: true)
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

  private func outlook(
    of account: CachedAccount, from instant: Instant
  ) throws(LedgerError) -> Outlook {
    try loadFacts(of: account)
    return account.withFacts { Outlook(of: $0, edition: edition, from: instant) }
  }

  private func standing(
    of account: CachedAccount, asOf instant: Instant
  ) throws(LedgerError) -> Standing? {
    try loadFacts(of: account)
    return account.withFacts { evaluate($0, edition: edition, asOf: instant) }
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
