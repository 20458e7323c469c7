package import AccountStatusModel

/// Where the ledger keeps facts and answers: what another database would have to offer.
///
/// Called on the ledger's thread only, which may wait. Everything between `begin` and `commit` is
/// durable together, or not at all. Only this side knows what a position or a number looks like in
/// the database.
protocol LedgerStore: AnyObject {
  /// Identifies the store, and the version of its tables.
  var identity: LedgerIdentity { get }
  /// Where the store's counters stand after the last commit.
  func counters() throws(LedgerError) -> StoreCounters

  func begin() throws(LedgerError)
  func commit() throws(LedgerError)
  /// Undoes everything since `begin`; does nothing outside a transaction.
  func rollback()
  func setSavepoint() throws(LedgerError)
  /// Keeps what was done since the savepoint.
  func releaseSavepoint() throws(LedgerError)
  /// Undoes what was done since the savepoint.
  func rollBackToSavepoint() throws(LedgerError)

  /// The number and row of an account; nil when nothing was ever stored about it.
  func account(_ id: AccountID) throws(LedgerError) -> StoredAccount?
  func insertAccount(_ account: StoredAccount) throws(LedgerError)
  /// - keepsFlip: the row's flip is the one that is stored.
  func updateAccount(_ account: StoredAccount, keepsFlip: Bool) throws(LedgerError)

  /// The fact of a name, its recorder left out: what a repeat is compared with.
  func fact(_ identity: FactIdentity) throws(LedgerError) -> StoredFact?
  /// Facts of an account with a sequence greater than `after`, in order, until `body` returns
  /// false.
  func forEachFact(
    of accountID: AccountID, number: Int64, after sequence: UInt64,
    _ body: (StoredFact) throws(LedgerError) -> Bool
  ) throws(LedgerError)
  /// Stores facts, and recorders that are not stored yet. False: the identity of one is taken, and
  /// any of them may be stored by then.
  func insert(_ facts: [NewFact]) throws(LedgerError) -> Bool

  /// Stores changes of the accounts with these numbers.
  func insert(
    _ changes: ArraySlice<StatusChange>, of accounts: ArraySlice<Int64>
  ) throws(LedgerError)
  /// Changes at positions greater than `after`, in order.
  func changes(after position: UInt64, limit: Int) throws(LedgerError) -> [StatusChange]
  /// The position up to which changes were deleted.
  func compactedThrough() throws(LedgerError) -> UInt64
  /// Deletes the changes up to a position. Inside a transaction.
  func deleteChanges(through position: UInt64) throws(LedgerError)

  /// Every row, for the start.
  func forEachAccount(_ body: (StoredAccount) throws(LedgerError) -> Void) throws(LedgerError)
  /// Accounts whose row answers a condition, at most `limit`.
  func accounts(
    _ condition: AccountCondition, limit: Int
  ) throws(LedgerError) -> [StoredAccount]
  /// The first flip after an instant.
  func firstFlip(after instant: Instant) throws(LedgerError) -> Instant?

  /// Writes something that changes nothing, to learn whether writing works.
  func probe() throws(LedgerError)
  /// Whether housekeeping is due that is better done between two commits.
  var needsUpkeep: Bool { get }
  /// Does it. A failure means what a failed commit means.
  func upkeep() throws(LedgerError)
  /// After a failed write or sync: lets go of the file, takes it again, and checks all of it.
  func reopen() throws(LedgerError)
  func close() throws(LedgerError)
}

/// What stays the same while a store is open.
package struct LedgerIdentity: Hashable, Sendable {
  /// Identifies the store for its whole life.
  package var storeID: StoreID
  /// Changes when the store's positions begin anew.
  package var epoch: UInt32
  /// Version of the tables.
  package var schemaVersion: Int32
}

/// A fact that was accepted, as it is about to be stored.
struct NewFact {
  /// The report that brings it, and its place in there.
  var report: Report
  var index: Int
  var sequence: UInt64
  var recordedAt: Instant
  /// The number of the account.
  var account: Int64
}

/// Where a store's counters stand.
struct StoreCounters: Hashable {
  /// The last sequence or position given.
  var position: UInt64
  /// The recorded_at of the last fact; the start of the calendar when there is none.
  var lastRecordedAt: Instant
  /// The highest account number given.
  var lastAccount: Int64
}

/// An account as stored.
package struct StoredAccount: Hashable {
  /// Short for the id, in this store only.
  package var number: Int64
  /// The fingerprint of the rules that decided the row.
  package var rules: Int64
  /// The answers; `isCurrent` is left to the reader.
  package var row: StatusRow

  /// Describes an account.
  package init(number: Int64, rules: Int64, row: StatusRow) {
    self.number = number
    self.rules = rules
    self.row = row
  }
}

extension StoredAccount {
  /// An account of which nothing is stored. It gets its number when something is.
  package init(unknown id: AccountID, rules: Int64) {
    self.init(
      number: 0, rules: rules,
      row: StatusRow(
        accountID: id, revision: 0, validFrom: Instant(nanoseconds: .min), flipAt: .distantFuture,
        validUntil: .distantFuture, untilFlip: nil, fromFlip: nil))
  }
}

/// Which accounts to look for.
package enum AccountCondition: Hashable {
  /// Those that change by time at or before an instant, the earliest first.
  case flipsBy(Instant)
  /// Those whose row begins after an instant, by number, beyond one: the clock was set back.
  case beginsAfter(Instant, beyond: Int64)
  /// Those decided by other rules, by number, beyond one.
  case decidedByOther(rules: Int64, beyond: Int64)
  /// Those with a change after a position, by number, beyond one.
  case changedAfter(UInt64, beyond: Int64)
}
