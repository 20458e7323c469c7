/// Names a timer; one that has run is ignored.
package struct TimerID: Hashable, Sendable {
  let sequence: UInt64
  fileprivate let slot: Int32
}

/// Actions by instant: a binary heap, cancelled entries dropped when they surface. So the first
/// entry is never a cancelled one, and looking at it costs nothing.
///
/// Of equal instants the one added first comes first. Adding and removing cost O(log n).
package struct TimerQueue<Action> {
  private struct Entry {
    let instant: MonotonicInstant
    let timer: TimerID
    var sequence: UInt64 { timer.sequence }

    func precedes(_ other: Entry) -> Bool {
      instant == other.instant ? sequence < other.sequence : instant < other.instant
    }
  }

  /// Where the action of a timer waits. A dictionary would hash twice for every call.
  private struct Slot {
    /// The timer's; 0: the slot is free.
    var sequence: UInt64
    var action: Action?
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var freeSlots: [Int32] = []
  /// The timer added last, which `popDue` takes as its limit; nil: none was added.
  package private(set) var newest: TimerID?

  package init() {}

  package var count: Int { slots.count - freeSlots.count }

  /// When the first action is due.
  @inline(__always)
  package var next: MonotonicInstant? { heap.first?.instant }

  package mutating func add(at instant: MonotonicInstant, _ action: Action) -> TimerID {
    let sequence = (newest?.sequence ?? 0) + 1
    let slot = Slot(sequence: sequence, action: action)
    let timer: TimerID
    if let free = freeSlots.popLast() {
      timer = TimerID(sequence: sequence, slot: free)
      slots[Int(free)] = slot
    } else {
      timer = TimerID(sequence: sequence, slot: Int32(slots.count))
      slots.append(slot)
    }
    newest = timer
    heap.append(Entry(instant: instant, timer: timer))
    siftUp(from: heap.count - 1)
    return timer
  }

  package mutating func remove(_ timer: TimerID) {
    guard take(timer) != nil else { return }
    dropCancelled()
    // Bounds the dead entries by the live ones, whatever the instants are.
    if heap.count > 64, heap.count > 2 * count { rebuild() }
  }

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
    return take(first.timer)
  }

  private func isWaiting(_ timer: TimerID) -> Bool {
    slots[Int(timer.slot)].sequence == timer.sequence
  }

  /// Frees the slot of a timer; nil: it has run, or was removed.
  private mutating func take(_ timer: TimerID) -> Action? {
    guard isWaiting(timer) else { return nil }
    let action = slots[Int(timer.slot)].action
    slots[Int(timer.slot)] = Slot(sequence: 0, action: nil)
    freeSlots.append(timer.slot)
    return action
  }

  /// Makes the first entry one that is still to run.
  private mutating func dropCancelled() {
    while let first = heap.first, !isWaiting(first.timer) { removeFirst() }
  }

  private mutating func rebuild() {
    heap = heap.filter { isWaiting($0.timer) }
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
