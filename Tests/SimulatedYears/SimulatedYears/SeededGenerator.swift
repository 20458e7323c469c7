/// A generator that gives the same numbers for the same seed everywhere (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension SeededGenerator {
  /// A whole number of a range.
  mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
    Number.random(in: range, using: &self)
  }

  /// Whether something happens that happens so often in a hundred.
  mutating func chance(_ percent: Double) -> Bool {
    Double.random(in: 0..<100, using: &self) < percent
  }

  /// One of some values, of which there is at least one.
  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[number(0...values.count - 1)]
  }

  /// One of some values, or nil where there is none.
  mutating func pickAny<Value>(_ values: [Value]) -> Value? {
    values.isEmpty ? nil : pick(values)
  }

  /// The place of one of some weights, of which one is more than zero.
  mutating func place(among weights: [Int]) -> Int {
    var rest = number(0...weights.reduce(0, +) - 1)
    for (place, weight) in weights.enumerated() {
      if rest < weight { return place }
      rest -= weight
    }
    return weights.count - 1
  }

  /// A word of the contract.
  mutating func word<Value: CaseIterable>(_: Value.Type = Value.self) -> Value {
    pick(Array(Value.allCases))
  }
}
