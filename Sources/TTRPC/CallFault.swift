/// What is done to calls on purpose, for tests of those who make them.
package struct CallFault: Sendable, Hashable {
  /// What becomes of a call that was struck, after the delay.
  package enum Ending: Sendable, Hashable {
    /// It is handled as ever.
    case handled
    /// It is answered with an error, and never handled.
    case failed(RPCError)
    /// Its connection is closed, with all calls in flight on it; it is never handled.
    case disconnected
  }

  /// How long a call waits first. Its deadline may pass meanwhile: then that is its end.
  package var delay: Duration
  package var ending: Ending
  /// How many calls it strikes; nil: all.
  package var count: Int?

  package init(delay: Duration = .zero, ending: Ending = .handled, count: Int? = nil) {
    self.delay = delay
    self.ending = ending
    self.count = count
  }
}

/// The faults in force, by method.
///
/// A call is struck by the first that is for its method, in the order in which they were injected,
/// so that a series of faults plays out as it was written down.
struct FaultPlan {
  private struct Entry {
    let methods: Set<Int>
    var fault: CallFault
  }

  private var entries: [Entry] = []
  /// Calls struck since the plan was last cleared.
  private(set) var struck: UInt64 = 0

  /// Faults that are not used up.
  var count: Int { entries.count }

  /// Whether the next call of a method will be struck.
  func concerns(_ method: Int) -> Bool {
    entries.contains { $0.methods.contains(method) }
  }

  /// Adds a fault for some methods, behind those in force. One for no call is none.
  mutating func add(_ fault: CallFault, for methods: Set<Int>) {
    guard fault.count != 0 else { return }
    entries.append(Entry(methods: methods, fault: fault))
  }

  /// Strikes a call of a method; nil when no fault is for it.
  mutating func strike(_ method: Int) -> CallFault? {
    guard let index = entries.firstIndex(where: { $0.methods.contains(method) }) else { return nil }
    let fault = entries[index].fault
    struck += 1
    guard let count = fault.count else { return fault }
    if count == 1 {
      entries.remove(at: index)
    } else {
      entries[index].fault.count = count - 1
    }
    return fault
  }

  /// Forgets all faults; returns how many calls were struck.
  mutating func clear() -> UInt64 {
    defer { self = FaultPlan() }
    return struck
  }
}
