/// A short program of several threads, and every execution of it that C11 allows.
///
/// An execution is a choice of the store that each load reads from, and of an order of the stores
/// to each place. It is allowed if "happens before" has no cycle and no load, by way of it, reads
/// what is overwritten or not yet there (coherence), and if an exchange reads the store just before
/// its own. Nothing else is asked: loads may read stores that come later in their own thread's
/// order, as hardware may do it. So what holds in all of these executions holds on every machine.
///
/// Places and values are small numbers; every place starts as 0.
struct Litmus {
  enum Order: CaseIterable {
    case relaxed, acquire, release, both

    var acquires: Bool { self == .acquire || self == .both }
    var releases: Bool { self == .release || self == .both }
  }

  /// What a thread does. Registers belong to their thread.
  enum Instruction {
    case store(Int, Int, Order)
    case load(Int, into: Int, Order)
    /// Stores, and loads what was there just before.
    case exchange(Int, Int, into: Int, Order)
    case fence(Order)
    /// Ends the thread unless registers are as wanted.
    case unless(([Int: Int]) -> Bool)
    /// A barrier that is run in every other thread as well, wherever that thread is.
    case barrier
  }

  var threads: [[Instruction]]

  /// What was read in an allowed execution, by thread and register, and whether one event happens
  /// before another.
  struct Execution {
    let registers: [[Int: Int]]
    let happensBefore: (_ thread: Int, _ index: Int, _ otherThread: Int, _ otherIndex: Int) -> Bool
    /// Whether a thread came as far as an instruction.
    let reached: (_ thread: Int, _ index: Int) -> Bool
  }

  /// The program with each of its orders, fences and barriers weakened, one at a time.
  var mutants: [(name: String, program: Litmus)] {
    var mutants: [(String, Litmus)] = []
    for thread in threads.indices {
      for index in threads[thread].indices {
        guard let weaker = threads[thread][index].weakened else { continue }
        var mutant = self
        mutant.threads[thread][index] = weaker
        mutants.append(("\(threads[thread][index]) of thread \(thread)", mutant))
      }
    }
    return mutants
  }

  /// Calls back with every allowed execution.
  func forEachExecution(_ body: (Execution) -> Void) {
    let values = Set(
      threads.joined().compactMap {
        switch $0 {
        case .store(_, let value, _), .exchange(_, let value, _, _): value
        default: nil
        }
      }
    ).union([0])
    let runs = threads.map { Self.runs(of: $0, values: Array(values)) }
    var chosen: [Run] = []
    func choose(_ thread: Int) {
      guard thread < runs.count else {
        Candidate(runs: chosen).forEachAllowed(body)
        return
      }
      for run in runs[thread] {
        chosen.append(run)
        choose(thread + 1)
        chosen.removeLast()
      }
    }
    choose(0)
  }

  /// What one thread does, if its loads read certain values.
  struct Run {
    var events: [Event] = []
    var registers: [Int: Int] = [:]
  }

  struct Event {
    enum Kind { case read, write, update, fence, barrier }
    var kind: Kind
    var place = -1
    var value = 0
    var read = 0
    var order = Order.relaxed
    /// Its instruction's place in the thread.
    var index: Int

    var reads: Bool { kind == .read || kind == .update }
    var writes: Bool { kind == .write || kind == .update }
  }

  private static func runs(of thread: [Instruction], values: [Int]) -> [Run] {
    var runs = [Run()]
    var ended: [Run] = []
    for (index, instruction) in thread.enumerated() {
      switch instruction {
      case .store(let place, let value, let order):
        for run in runs.indices {
          runs[run].events.append(
            Event(kind: .write, place: place, value: value, order: order, index: index))
        }
      case .load(let place, let register, let order):
        runs = runs.flatMap { run in
          values.map { value in
            var run = run
            run.registers[register] = value
            run.events.append(
              Event(kind: .read, place: place, read: value, order: order, index: index))
            return run
          }
        }
      case .exchange(let place, let value, let register, let order):
        runs = runs.flatMap { run in
          values.map { read in
            var run = run
            run.registers[register] = read
            run.events.append(
              Event(
                kind: .update, place: place, value: value, read: read, order: order, index: index))
            return run
          }
        }
      case .fence(let order):
        for run in runs.indices {
          runs[run].events.append(Event(kind: .fence, order: order, index: index))
        }
      case .barrier:
        for run in runs.indices {
          runs[run].events.append(Event(kind: .barrier, index: index))
        }
      case .unless(let condition):
        ended += runs.filter { !condition($0.registers) }
        runs = runs.filter { condition($0.registers) }
      }
    }
    return runs + ended
  }
}

extension Litmus.Instruction {
  /// The same with less order; nil: it has none to lose.
  fileprivate var weakened: Self? {
    switch self {
    case .store(let place, let value, let order):
      order == .relaxed ? nil : .store(place, value, .relaxed)
    case .load(let place, let register, let order):
      order == .relaxed ? nil : .load(place, into: register, .relaxed)
    case .exchange(let place, let value, let register, let order):
      order == .relaxed ? nil : .exchange(place, value, into: register, .relaxed)
    case .fence, .barrier: .fence(.relaxed)
    case .unless: nil
    }
  }
}
