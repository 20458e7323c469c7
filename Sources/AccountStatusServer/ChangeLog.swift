package import AccountStatusLedger
internal import AccountStatusModel

/// The changes committed last, in their order: what every watch is told from.
///
/// One log for all watches, each of which is at a place of its own in it. So a change costs the same
/// to take in however many watch, and a watch that is not read holds nothing. A change that a newer
/// one of its account follows is marked: who has not told it yet tells the newer one instead.
/// Bounded; who falls behind what is kept reads the ledger's changes until it has caught up. On the
/// loop's thread only.
package final class ChangeLog {
  /// One change.
  package final class Entry {
    package let change: StatusChange
    /// A newer change of the account is in the log.
    package fileprivate(set) var isSuperseded = false
    /// The message that tells it, once it has been needed: the same for nearly every watch.
    package var message: [UInt8]?

    init(_ change: StatusChange) {
      self.change = change
    }
  }

  /// How many changes are kept: some megabytes.
  package static let standardCapacity = 16_384

  private let capacity: Int
  private var entries: [Entry?] = []
  private var newest: [AccountID: Entry] = [:]
  /// The number of the first change kept. Numbers go up by one, for as long as the log lives.
  package private(set) var start = 0
  /// The number that the next change gets.
  package private(set) var end = 0

  /// Holds nothing yet.
  package init(capacity: Int = ChangeLog.standardCapacity) {
    self.capacity = capacity
  }

  /// The change with a number that is kept.
  package subscript(_ number: Int) -> Entry {
    guard number >= start, number < end, let entry = entries[number % capacity] else {
      preconditionFailure("change \(number) is not kept; those from \(start) to \(end) are")
    }
    return entry
  }

  /// Takes a change in; the oldest one goes where there are too many.
  package func append(_ change: StatusChange) {
    if entries.isEmpty { entries = Array(repeating: nil, count: capacity) }
    if end - start == capacity { removeFirst() }
    let entry = Entry(change)
    newest.updateValue(entry, forKey: change.accountID)?.isSuperseded = true
    entries[end % capacity] = entry
    end += 1
  }

  /// Keeps nothing of what there is: changes follow that are not known here, or nobody watches.
  package func skip() {
    entries = []
    newest = [:]
    // Whoever was at the end notices as well.
    end += 1
    start = end
  }

  private func removeFirst() {
    let entry = self[start]
    if newest[entry.change.accountID] === entry { newest[entry.change.accountID] = nil }
    entries[start % capacity] = nil
    start += 1
  }
}
