import AccountStatusModel
import AccountStatusRules

/// Reads what was stored, a slice of time at once, so that writes need not wait for it.
///
/// Runs between two transactions, on the ledger's thread. Evaluating and encoding what it delivers
/// is for others to do.
final class HistoryReader<Store: LedgerStore> {
  /// A read that waits for its turn, or for its next slice.
  enum Read {
    case facts(RequestID, AccountID, soFar: [StoredFact])
    case page(RequestID, AccountID, after: UInt64, limit: Int)
    case changes(RequestID, after: UInt64, limit: Int)
  }

  private let store: Store
  private let book: AccountBook<Store>
  private let limits: LedgerLimits
  private let deliver: @Sendable (Delivery) -> Void
  private var reads = RequestQueue<Read>()

  init(
    store: Store, book: AccountBook<Store>, limits: LedgerLimits,
    deliver: @escaping @Sendable (Delivery) -> Void
  ) {
    self.store = store
    self.book = book
    self.limits = limits
    self.deliver = deliver
  }

  /// Whether no read waits.
  var isEmpty: Bool { reads.isEmpty }

  /// Takes a read.
  func add(_ read: Read) {
    reads.append(read)
  }

  /// Reads for a slice of time, as of the last commit.
  func serve(at token: LedgerToken) {
    if reads.isEmpty { return }
    let end = MonotonicClock.nanoseconds + limits.sliceNanoseconds
    while let read = reads.popFirst() {
      do {
        if let rest = try serve(read, at: token) { reads.putBack(rest) }
      } catch {
        deliver(.failed([read.id], error))
      }
      if MonotonicClock.nanoseconds >= end { return }
    }
  }

  /// Answers a read, or returns what is left of it.
  private func serve(_ read: Read, at token: LedgerToken) throws(LedgerError) -> Read? {
    switch read {
    case .facts(let id, let accountID, let soFar):
      return try readFacts(id, accountID, soFar: soFar, at: token)
    case .page(let id, let accountID, let after, let limit):
      var page = FactPage(facts: [], hasMore: false, token: token)
      if let account = try store.account(accountID) {
        (page.facts, page.hasMore) = try facts(of: account, after: after, limit: limit)
      }
      deliver(.factPage(id, page))
      return nil
    case .changes(let id, let after, let limit):
      deliver(.changePage(id, try changes(after: after, limit: limit, at: token)))
      return nil
    }
  }

  /// Reads one slice of an account's facts. Facts only ever follow the last one, so what is
  /// complete in the end is complete as of then.
  private func readFacts(
    _ id: RequestID, _ accountID: AccountID, soFar: [StoredFact], at token: LedgerToken
  ) throws(LedgerError) -> Read? {
    if let held = book.heldSnapshot(of: accountID) {
      deliver(.facts(id, AccountSnapshot(facts: held.facts, row: held.row, token: token)))
      return nil
    }
    guard let account = try store.account(accountID) else {
      deliver(.facts(id, nil))
      return nil
    }
    let slice = try facts(
      of: account, after: soFar.last?.sequence ?? 0, limit: limits.factsPerSlice)
    let all = soFar + slice.facts
    if slice.hasMore { return .facts(id, accountID, soFar: all) }
    let facts = AccountFacts(all)
    book.hold(facts, of: account)
    deliver(
      .facts(id, AccountSnapshot(facts: facts, row: book.presented(account), token: token)))
    return nil
  }

  /// One slice of what followed a position.
  private func changes(
    after position: UInt64, limit: Int, at token: LedgerToken
  ) throws(LedgerError) -> ChangePage {
    guard position >= (try store.compactedThrough()) else {
      return ChangePage(changes: [], hasMore: false, isCompacted: true, token: token)
    }
    let limit = min(limit, limits.changesPerSlice)
    var changes = try store.changes(after: position, limit: limit + 1)
    let hasMore = changes.count > limit
    if hasMore { changes.removeLast() }
    return ChangePage(changes: changes, hasMore: hasMore, isCompacted: false, token: token)
  }

  private func facts(
    of account: StoredAccount, after sequence: UInt64, limit: Int
  ) throws(LedgerError) -> (facts: [StoredFact], hasMore: Bool) {
    var facts: [StoredFact] = []
    var hasMore = false
    try store.forEachFact(
      of: account.row.accountID, number: account.number, after: sequence
    ) { fact throws(LedgerError) in
      hasMore = facts.count == limit
      if !hasMore { facts.append(fact) }
      return !hasMore
    }
    return (facts, hasMore)
  }
}

extension HistoryReader.Read {
  var id: RequestID {
    switch self {
    case .facts(let id, _, _), .page(let id, _, _, _), .changes(let id, _, _): id
    }
  }
}
