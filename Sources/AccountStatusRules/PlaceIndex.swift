/// Finds the places of keys in a list that holds them: a hash table of numbers.
///
/// A dictionary would hold every key a second time, and hash where a look at the few there are is
/// quicker: most accounts have a handful of facts. Places are added in order, each key once.
package struct PlaceIndex: Sendable {
  /// So many keys are compared one by one.
  private static let fewest = 8

  /// Places, open addressing, -1 where there is none; empty while there are few. A power of two,
  /// at most half full.
  private var slots: [Int32] = []

  /// Knows no place.
  package init() {}

  /// The place among the first `count` of a list that `isIt` says yes to; nil: there is none.
  @inline(__always)
  package func place(
    among count: Int, hash: @autoclosure () -> Int, where isIt: (Int) -> Bool
  ) -> Int32? {
    guard !slots.isEmpty else {
      for place in 0..<count where isIt(place) { return Int32(place) }
      return nil
    }
    var slot = hash() & (slots.count - 1)
    while slots[slot] >= 0 {
      if isIt(Int(slots[slot])) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Notes the last place of a list, given the hash of what is at a place.
  @inline(__always)
  package mutating func add(_ place: Int32, hash: (Int) -> Int) {
    let count = Int(place) + 1
    guard count > Self.fewest else { return }
    if count * 2 > slots.count {
      slots = Array(count: max(4 * Self.fewest, 2 * slots.count), of: -1)
      for place in 0..<count { insert(Int32(place), hash(place)) }
    } else {
      insert(place, hash(Int(place)))
    }
  }

  private mutating func insert(_ place: Int32, _ hash: Int) {
    var slot = hash & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = place
  }
}

extension Array {
  /// So many equal elements. `Array(repeating:count:)` is not specialised, and looks the type of
  /// its storage up at run time, which costs more than a short array.
  package init(count: Int, of element: Element) {
    self.init()
    if count == 0 { return }
    reserveCapacity(count)
    for _ in 0..<count { append(element) }
  }
}
