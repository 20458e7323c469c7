import Testing

/// The checker itself, on programs whose executions are known from the standard.
struct LitmusTests {
  private typealias Order = Litmus.Order

  private func outcomes(_ program: Litmus, _ registers: [(Int, Int)]) -> Set<[Int]> {
    var seen: Set<[Int]> = []
    program.forEachExecution { execution in
      seen.insert(registers.map { execution.registers[$0.0][$0.1] ?? -1 })
    }
    return seen
  }

  @Test(arguments: [
    (Litmus.Order.relaxed, Litmus.Order.relaxed, true), (.release, .relaxed, true),
    (.relaxed, .acquire, true), (.release, .acquire, false),
  ])
  func `a message that is passed`(
    store: Litmus.Order, load: Litmus.Order, mayBeLate: Bool
  ) {
    let program = Litmus(threads: [
      [.store(0, 1, .relaxed), .store(1, 1, store)],
      [.load(1, into: 0, load), .load(0, into: 1, .relaxed)],
    ])
    let seen = outcomes(program, [(1, 0), (1, 1)])
    #expect(seen.contains([1, 0]) == mayBeLate)
    #expect(seen.isSuperset(of: [[0, 0], [0, 1], [1, 1]]))
  }

  @Test func `a message that is passed by fences`() {
    let program = Litmus(threads: [
      [.store(0, 1, .relaxed), .fence(.release), .store(1, 1, .relaxed)],
      [.load(1, into: 0, .relaxed), .fence(.acquire), .load(0, into: 1, .relaxed)],
    ])
    #expect(!outcomes(program, [(1, 0), (1, 1)]).contains([1, 0]))
    for mutant in program.mutants {
      #expect(outcomes(mutant.program, [(1, 0), (1, 1)]).contains([1, 0]))
    }
  }

  @Test func `two stores may both be late, unless a barrier is run in both threads`() {
    let plain = Litmus(threads: [
      [.store(0, 1, .release), .load(1, into: 0, .acquire)],
      [.store(1, 1, .release), .load(0, into: 0, .acquire)],
    ])
    #expect(outcomes(plain, [(0, 0), (1, 0)]).contains([0, 0]))
    let guarded = Litmus(threads: [
      plain.threads[0], [.store(1, 1, .release), .barrier, .load(0, into: 0, .acquire)],
    ])
    #expect(!outcomes(guarded, [(0, 0), (1, 0)]).contains([0, 0]))
  }

  @Test func `loads may read what comes later in another thread's order`() {
    let program = Litmus(threads: [
      [.load(0, into: 0, .relaxed), .store(1, 1, .relaxed)],
      [.load(1, into: 0, .relaxed), .store(0, 1, .relaxed)],
    ])
    #expect(outcomes(program, [(0, 0), (1, 0)]).contains([1, 1]))
  }

  @Test func `one place never goes back`() {
    let program = Litmus(threads: [
      [.store(0, 1, .relaxed), .store(0, 2, .relaxed)],
      [.load(0, into: 0, .relaxed), .load(0, into: 1, .relaxed)],
    ])
    let seen = outcomes(program, [(1, 0), (1, 1)])
    #expect(!seen.contains([2, 1]) && !seen.contains([1, 0]) && !seen.contains([2, 0]))
    #expect(seen == [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]])
  }

  @Test func `of two exchanges one is first`() {
    let program = Litmus(threads: [
      [.exchange(0, 1, into: 0, .relaxed)], [.exchange(0, 2, into: 0, .relaxed)],
    ])
    #expect(outcomes(program, [(0, 0), (1, 0)]) == [[0, 1], [2, 0]])
  }
}
