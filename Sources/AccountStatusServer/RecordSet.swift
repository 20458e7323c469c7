/// A set of the status table's record numbers, one bit each.
package struct RecordSet {
  private var words: [UInt64] = []

  package init() {}

  /// Whether a number is in the set.
  package func contains(_ number: UInt32) -> Bool {
    let index = Int(number >> 6)
    return index < words.count && words[index] & 1 << UInt64(number & 63) != 0
  }

  /// Adds or takes out a number.
  package mutating func set(_ number: UInt32, _ isMember: Bool) {
    let index = Int(number >> 6)
    let bit: UInt64 = 1 << UInt64(number & 63)
    if isMember {
      if index >= words.count {
        words.append(contentsOf: repeatElement(0, count: index + 1 - words.count))
      }
      words[index] |= bit
    } else if index < words.count {
      words[index] &= ~bit
    }
  }
}
