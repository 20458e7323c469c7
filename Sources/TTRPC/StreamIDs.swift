/// Which stream ids a client has used.
///
/// Ids go up by 2, but one shipped client can put them on the wire out of order: an id below the
/// highest is accepted once if it was skipped. Only so many skipped ids are remembered; older ones
/// count as used, so the memory is bounded whatever the client does.
package struct StreamIDs {
  private static let first: UInt32 = 1
  private static let last = UInt32.max

  private let capacity: Int
  private var highest: UInt32?
  /// Ascending.
  private var skipped: [UInt32] = []

  /// - capacity: skipped ids remembered.
  package init(remembering capacity: Int) {
    self.capacity = capacity
  }

  /// Marks an odd id as used; false when it was already.
  ///
  /// - isIdle: no stream of the connection lives. Then id 1 is new again once all are used up.
  @inline(__always)
  package mutating func use(_ id: UInt32, isIdle: @autoclosure () -> Bool) -> Bool {
    if let highest, id == highest &+ 2, highest != Self.last {
      self.highest = id
      return true
    }
    return useOutOfOrder(id, isIdle: isIdle())
  }

  @inline(never)
  private mutating func useOutOfOrder(_ id: UInt32, isIdle: Bool) -> Bool {
    if id == Self.first, highest == Self.last, isIdle {
      highest = nil
      skipped = []
    }
    guard let highest else {
      skip(from: Self.first, to: id)
      self.highest = id
      return true
    }
    if id > highest {
      skip(from: highest + 2, to: id)
      self.highest = id
      return true
    }
    guard let index = position(of: id) else { return false }
    skipped.remove(at: index)
    return true
  }

  /// Remembers the newest of the ids in between.
  private mutating func skip(from start: UInt32, to end: UInt32) {
    guard start < end else { return }
    let oldest = UInt64(end) - min(UInt64(end - start), UInt64(capacity) * 2)
    for id in stride(from: UInt32(oldest), to: end, by: 2) { skipped.append(id) }
    if skipped.count > capacity { skipped.removeFirst(skipped.count - capacity) }
  }

  private func position(of id: UInt32) -> Int? {
    var range = 0..<skipped.count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      if skipped[middle] == id { return middle }
      range = skipped[middle] < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
