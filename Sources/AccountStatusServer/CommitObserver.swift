package import AccountStatusLedger
package import AccountStatusModel

/// Who is told of what the ledger has committed, in its order, between publishing and replying.
package protocol CommitObserver: AnyObject {
  /// More changes of the commit at hand, whose rows are all published.
  func changed(_ changes: ArraySlice<StatusChange>)
  /// That were all of them.
  func committed(_ group: CommittedGroup)
  /// Everything due by an instant is committed.
  func caughtUp(with now: Instant)
  /// An account's facts cannot be read: it stays as it is.
  func cannotRead(_ account: AccountID)
}
