package import AccountStatusModel
internal import TTRPC

/// The search for one page of a list in the index, a step at a time: other calls are answered
/// between two steps. Kept alive by the step that is put off. On the loop's thread.
package final class ListSearch {
  /// A tenth of a millisecond of work, whether accounts are passed over or read.
  package static let step = StatusIndex.Effort(accounts: 1 << 15, reads: 128)
  /// After so many steps the page is sent as it is, with where to go on.
  private static let mostSteps = 512

  private let queries: QueryContext
  private let filter: StatusFilter
  private let limit: Int
  private let now: Instant
  /// Decided at the beginning: what is written later, and begins later, is read because of what
  /// could be told of it before.
  private let readsAll: Bool
  private var found: [StatusIndex.Entry] = []
  private var steps = 0

  /// - limit: entries to find at most.
  /// - now: the instant of every entry.
  package init(_ queries: QueryContext, _ filter: StatusFilter, limit: Int, at now: Instant) {
    self.queries = queries
    self.filter = filter
    self.limit = limit
    self.now = now
    readsAll = queries.index.isAhead(of: now)
    queries.index.searchCount += 1
  }

  deinit { queries.index.searchCount -= 1 }

  /// Searches from behind an account on. The completion may run before this returns.
  package func begin(after id: AccountID?, _ completion: @escaping (StatusIndex.Page) -> Void) {
    let part = queries.index.list(
      filter, after: id, limit: limit - found.count, at: now, effort: Self.step,
      readsAll: readsAll)
    found += part.entries
    steps += 1
    guard let end = part.continuation, found.count < limit, steps < Self.mostSteps else {
      return completion(StatusIndex.Page(entries: found, continuation: part.continuation))
    }
    queries.loop.putOff { [self] in begin(after: end, completion) }
  }
}
