/// Which changes are kept, and which are to be deleted next.
///
/// By position, which costs nothing to know: a change is kept while fewer positions than `kept` follow
/// it. Deleting begins when a sixteenth more than that has gathered, so that not every commit brings
/// another one with it.
package struct ChangeRetention {
  private let kept: UInt64
  private let step: UInt64
  /// The position up to which changes are gone.
  package private(set) var compactedThrough: UInt64
  private var isDeleting = false

  /// Knows what is gone already.
  package init(limits: LedgerLimits, compactedThrough: UInt64) {
    kept = max(limits.changesKept, 1)
    step = max(limits.positionsPerDeletion, 1)
    self.compactedThrough = compactedThrough
  }

  /// The position up to which to delete next, where the last one is `position`; nil: nothing is due.
  package mutating func next(at position: UInt64) -> UInt64? {
    let held = position - min(compactedThrough, position)
    if held > kept + kept / 16 { isDeleting = true }
    if held <= kept { isDeleting = false }
    guard isDeleting else { return nil }
    return min(compactedThrough + step, position - kept)
  }

  /// The changes up to a position are deleted.
  package mutating func deleted(through position: UInt64) {
    compactedThrough = max(compactedThrough, position)
  }
}
