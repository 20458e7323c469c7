package import AccountStatusModel

/// How far a snapshot has been read: which account comes next, and which have been.
///
/// All accounts are read by the numbers of their records, because those stay and new ones follow.
package struct SnapshotCursor {
  /// What comes next.
  package enum Next: Hashable {
    /// The account with this record.
    case record(UInt32)
    /// An account that has no record.
    case nothing
    /// No account does.
    case end
  }

  /// The accounts wanted, each at its place; nil: all.
  private let accounts: [AccountID]?
  private let places: [AccountID: Int]
  private var passedCount = 0

  /// Begins with the first; nil: all accounts are wanted.
  package init(of accounts: Set<AccountID>?) {
    let list = accounts.map { Array($0) }
    self.accounts = list
    places = Dictionary(
      uniqueKeysWithValues: (list ?? []).enumerated().map { ($0.element, $0.offset) })
  }

  /// Which account comes next.
  package func next(in index: StatusIndex) -> Next {
    guard let accounts else {
      return passedCount < Int(index.recordCount) ? .record(UInt32(passedCount)) : .end
    }
    guard passedCount < accounts.count else { return .end }
    return index.recordNumber(of: accounts[passedCount]).map { .record($0) } ?? .nothing
  }

  /// The one that came next has been told, or there was nothing to tell.
  package mutating func passed() {
    passedCount += 1
  }

  /// Whether an account has been told: its changes from then on are to be told as well.
  package func hasRead(_ account: AccountID, _ index: StatusIndex) -> Bool {
    guard accounts != nil else {
      return index.recordNumber(of: account).map { Int($0) < passedCount } ?? true
    }
    return places[account].map { $0 < passedCount } ?? false
  }
}
