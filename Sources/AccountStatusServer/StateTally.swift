package import AccountStatusModel

/// How many accounts are in each state, counted as records are published: a byte an account.
///
/// As of the last commit: a status that flips by time is counted anew when the ledger has caught up
/// with the clock, a moment later.
package struct StateTally {
  /// The state of each record's account, by its number; 0: none.
  private var states: [UInt8] = []
  private var counts = [Int](repeating: 0, count: AccountState.allCases.count + 1)

  package init() {}

  /// The accounts in a state.
  package subscript(state: AccountState) -> Int { counts[Int(state.rawValue)] }

  /// Takes note of the state of a record's account; nil: it does not exist.
  package mutating func set(_ state: AccountState?, of number: UInt32) {
    let place = Int(number)
    if place >= states.count {
      let missing = place + 1 - states.count
      states.append(contentsOf: repeatElement(0, count: missing))
      counts[0] += missing
    }
    let new = state?.rawValue ?? 0
    counts[Int(states[place])] -= 1
    counts[Int(new)] += 1
    states[place] = new
  }
}
