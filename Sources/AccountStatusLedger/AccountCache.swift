package import AccountStatusModel
package import AccountStatusRules

/// What the ledger holds in memory of one account.
///
/// Belongs to the ledger's thread. Its properties are not watched for overlapping access: no method
/// hands one out while it is changed, and watching them costs a tenth of a write.
package final class CachedAccount {
  /// Number and row, as written or about to be.
  @exclusivity(unchecked) package var stored: StoredAccount
  /// Its facts, once they have been needed. Used by `withFacts`.
  @exclusivity(unchecked) package private(set) var facts = AccountFacts()
  /// Whether `facts` are all its facts.
  @exclusivity(unchecked) package private(set) var hasFacts = false
  /// What `stored.row` shows, in full, once it has been needed.
  @exclusivity(unchecked) package var outlook: Outlook?
  /// Not in the store yet.
  @exclusivity(unchecked) package var isNew: Bool
  /// What it was before the request at hand changed it; nil: it has not.
  @exclusivity(unchecked) package var before: StoredAccount?
  /// The transaction at hand has changed its row.
  @exclusivity(unchecked) var isWritten = false
  /// The store does not have that change yet.
  @exclusivity(unchecked) var isUnflushed = false
  /// The flip of the row in the store.
  @exclusivity(unchecked) var storedFlipAt: Instant

  /// It was used since it was last looked at for being dropped.
  @exclusivity(unchecked) fileprivate var wasUsed = false

  // Neighbours in the order of dropping. The cache's dictionary keeps both alive as long as this
  // one is linked to them.
  @exclusivity(unchecked) fileprivate unowned(unsafe) var newer: CachedAccount?
  @exclusivity(unchecked) fileprivate unowned(unsafe) var older: CachedAccount?
  /// What the cache counts for it; 0: it is not held.
  @exclusivity(unchecked) fileprivate var cost = 0

  /// Holds an account that was found in the store, or, as new, one that was not.
  package init(_ stored: StoredAccount, isNew: Bool = false) {
    self.stored = stored
    self.isNew = isNew
    storedFlipAt = stored.row.flipAt
    hasFacts = isNew
    outlook = isNew ? Outlook() : nil
  }

  /// Puts in what the store has.
  package func hold(_ facts: AccountFacts) {
    self.facts = facts
    hasFacts = true
  }

  /// What its row shows; nil: the account is not registered.
  var previousAnswer: PreviousAnswer? {
    guard let answer = stored.row.untilFlip else { return nil }
    return PreviousAnswer(
      revision: stored.row.revision, rules: stored.rules, asOf: stored.row.validFrom,
      answer: answer)
  }

  /// Lets facts be used in place: appending to a second reference would copy them.
  @inline(__always)
  package func withFacts<Result>(_ body: (inout AccountFacts) -> Result) -> Result {
    body(&facts)
  }

  /// Goes back to before the request at hand. The facts are read again when they are needed.
  package func undo() {
    guard let before else { return }
    stored = before
    facts = AccountFacts()
    // Without a number nothing of it is stored, nor about to be.
    hasFacts = stored.number == 0
    outlook = hasFacts ? Outlook() : nil
  }
}

/// The accounts used of late, up to a number of facts, so that a burst on one account reads it once.
///
/// Dropped in the order in which they came, those used meanwhile spared once: an order of use would
/// touch the memory of two neighbours at every use. Nothing is dropped while a transaction is at
/// work: `trim` does that after it.
package struct AccountCache {
  /// What an account costs beside its facts, in facts.
  private static let costOfAccount = 2

  private let capacity: Int
  private var accounts: [AccountID: CachedAccount] = [:]
  private var cost = 0
  private var newest: CachedAccount?
  private var oldest: CachedAccount?

  /// Holds up to a number of facts, and always one account.
  package init(capacity: Int) {
    self.capacity = capacity
  }

  /// Whether so much is held beyond the capacity that `trim` should come soon. A quarter, so that
  /// a full cache does not ask for it with every account that comes.
  package var isOverfull: Bool { cost > capacity + capacity / 4 && accounts.count > 1 }

  /// How many accounts are held.
  package var count: Int { accounts.count }

  /// Finds an account and counts that as a use.
  package mutating func use(_ id: AccountID) -> CachedAccount? {
    let account = accounts[id]
    account?.wasUsed = true
    return account
  }

  /// Finds an account, which is no use of it.
  package func find(_ id: AccountID) -> CachedAccount? {
    accounts[id]
  }

  /// Adds an account that is not there yet.
  package mutating func insert(_ account: CachedAccount) {
    accounts[account.stored.row.accountID] = account
    linkAsNewest(account)
    account.cost = Self.costOfAccount
    cost += account.cost
    reckon(account)
  }

  /// Counts an account's facts anew, after some were added; one that is not held counts nothing.
  package mutating func reckon(_ account: CachedAccount) {
    guard account.cost > 0 else { return }
    let now = Self.costOfAccount + account.withFacts { $0.stored.count }
    cost += now - account.cost
    account.cost = now
  }

  /// Forgets an account whose facts in memory are not those of the store.
  package mutating func remove(_ account: CachedAccount) {
    guard let held = accounts.removeValue(forKey: account.stored.row.accountID) else { return }
    unlink(held)
    cost -= held.cost
    held.cost = 0
  }

  /// Forgets all.
  package mutating func removeAll() {
    self = AccountCache(capacity: capacity)
  }

  /// Drops accounts until the rest fits.
  package mutating func trim() {
    while cost > capacity, accounts.count > 1, let oldest {
      if oldest.wasUsed {
        oldest.wasUsed = false
        unlink(oldest)
        linkAsNewest(oldest)
      } else {
        remove(oldest)
      }
    }
  }

  private mutating func linkAsNewest(_ account: CachedAccount) {
    account.older = newest
    account.newer = nil
    newest?.newer = account
    newest = account
    if oldest == nil { oldest = account }
  }

  private mutating func unlink(_ account: CachedAccount) {
    if let newer = account.newer { newer.older = account.older } else { newest = account.older }
    if let older = account.older { older.newer = account.newer } else { oldest = account.newer }
    account.newer = nil
    account.older = nil
  }
}
