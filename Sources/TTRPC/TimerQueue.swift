/// Names a timer; one that has run is ignored.
package struct TimerID: Hashable, Sendable {
  let sequence: UInt64
}

/// Actions by instant: a binary heap, cancelled entries dropped when they surface. So the first
/// entry is never a cancelled one, and looking at it costs nothing.
///
/// Of equal instants the one added first comes first. Adding and removing cost O(log n).
package struct TimerQueue<Action> {
  private struct Entry {
    let instant: MonotonicInstant
    let sequence: UInt64

    func precedes(_ other: Entry) -> Bool {
      instant == other.instant ? sequence < other.sequence : instant < other.instant
    }
  }

  private var heap: [Entry] = []
  private var actions: [UInt64: Action] = [:]
  private var sequence: UInt64 = 0

  package init() {}

  package var count: Int { actions.count }

  /// When the first action is due.
  @inline(__always)
  package var next: MonotonicInstant? { heap.first?.instant }

  package mutating func add(at instant: MonotonicInstant, _ action: Action) -> TimerID {
    sequence += 1
    actions[sequence] = action
    heap.append(Entry(instant: instant, sequence: sequence))
    siftUp(from: heap.count - 1)
    return TimerID(sequence: sequence)
  }

  package mutating func remove(_ timer: TimerID) {
    guard actions.removeValue(forKey: timer.sequence) != nil else { return }
    dropCancelled()
    // Bounds the dead entries by the live ones, whatever the instants are.
    if heap.count > 64, heap.count > 2 * actions.count { rebuild() }
  }

  /// The timer added last.
  package var newest: TimerID { TimerID(sequence: sequence) }

  /// Takes the first action that is due, nil when none is.
  ///
  /// - limit: nothing that was added after this timer; it then waits, with what is behind it.
  package mutating func popDue(
    at now: MonotonicInstant, upTo limit: TimerID? = nil
  ) -> Action? {
    guard let first = heap.first, first.instant <= now else { return nil }
    if let limit, first.sequence > limit.sequence { return nil }
    removeFirst()
    defer { dropCancelled() }
    return actions.removeValue(forKey: first.sequence)
  }

  /// Makes the first entry one that is still to run.
  private mutating func dropCancelled() {
    while let first = heap.first, actions[first.sequence] == nil { removeFirst() }
  }

  private mutating func rebuild() {
    heap = heap.filter { actions[$0.sequence] != nil }
    heap.sort { $0.precedes($1) }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(from: 0)
  }

  private mutating func siftUp(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(from start: Int) {
    var parent = start
    while true {
      var first = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].precedes(heap[first]) { first = child }
      }
      if first == parent { return }
      heap.swapAt(parent, first)
      parent = first
    }
  }
}
