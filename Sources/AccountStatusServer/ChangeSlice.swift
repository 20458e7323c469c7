package import AccountStatusLedger
internal import AccountStatusModel

/// A part of the ledger's changes, for one watch that is behind the log.
package struct ChangeSlice {
  private var changes: [StatusChange] = []
  /// Which of them a newer one of the same account follows in the slice.
  private var isSuperseded: [Bool] = []
  private var index = 0
  /// Every change up to this position is in the slice, or in one before it.
  package private(set) var through: UInt64 = 0
  /// Where the log goes on behind it; nil: another slice follows.
  package private(set) var logPlace: Int?

  /// Nothing.
  package init() {}

  /// A page of the ledger's.
  package init(_ page: ChangePage, logPlace: Int?) {
    changes = page.changes
    self.logPlace = logPlace
    through = page.hasMore ? page.changes.last?.position ?? 0 : page.token.position
    var newer: Set<AccountID> = []
    isSuperseded = changes.reversed().map { !newer.insert($0.accountID).inserted }.reversed()
  }

  /// Takes the next change, and whether a newer one of its account follows; nil: that was all.
  package mutating func next() -> (StatusChange, isSuperseded: Bool)? {
    guard index < changes.count else { return nil }
    defer { index += 1 }
    return (changes[index], isSuperseded[index])
  }
}
