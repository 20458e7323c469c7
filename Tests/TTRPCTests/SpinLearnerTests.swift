import TTRPC
import Testing

@Suite struct SpinLearnerTests {
  private static let limit: Int64 = 50_000

  /// A process whose waits take some time each, on a clock that the test holds.
  private struct Process {
    var learner = SpinLearner(limit: SpinLearnerTests.limit)
    var now: Int64 = 1_000_000_000
    /// Time looked in vain, and waits that found their call by looking.
    var wasted: Int64 = 0
    var hits = 0

    /// One wait for a call that comes after `delay`.
    mutating func wait(_ delay: Int64) {
      let allowed = learner.begin(at: now)
      let isHit = allowed > 0 && delay <= allowed
      let spun = allowed == 0 ? 0 : min(delay, allowed)
      if allowed > 0 { learner.end(allowed: allowed, spun: spun, isHit: isHit) }
      if isHit { hits += 1 } else { wasted += spun }
      now += delay
    }

    mutating func wait(_ delay: Int64, times: Int) {
      for _ in 0..<times { wait(delay) }
    }
  }

  @Test func `without a limit it never spins`() {
    var learner = SpinLearner(limit: 0)
    #expect(!learner.isWanted)
    for now in 0..<1000 { #expect(learner.begin(at: Int64(now) * 1000) == 0) }
    #expect(!SpinLearner(limit: -1).isWanted)
  }

  @Test func `calls that come soon are found by looking`() {
    var process = Process()
    process.wait(5000, times: 10_000)
    #expect(process.hits > 9900)
    #expect(process.wasted == 0)
  }

  @Test func `it looks little longer than calls take to come`() {
    var process = Process()
    process.wait(5000, times: 1000)
    // One that is late costs what the others taught, or the whole limit now and then.
    let before = process.wasted
    process.wait(1_000_000)
    #expect(process.wasted - before <= 4 * 5000)
  }

  @Test func `calls that come late are slept for, and it is found out rarely`() {
    var process = Process()
    process.wait(80_000, times: 100_000)
    #expect(process.hits == 0)
    // Two attempts a round, and rounds 1 024 waits apart in the end: under 1 % of the time.
    #expect(process.wasted * 100 < process.now - 1_000_000_000)
  }

  @Test func `an idle loop burns less than a hundredth of a core`() {
    var process = Process()
    process.wait(50_000_000, times: 2000)
    #expect(process.wasted * 100 < process.now - 1_000_000_000)
  }

  @Test func `it learns that looking has begun to pay, and that it has ceased to`() {
    var process = Process()
    process.wait(500_000, times: 5000)
    #expect(process.hits == 0)
    process.wait(5000, times: 5000)
    #expect(process.hits > 3500)
    let (hits, wasted) = (process.hits, process.wasted)
    process.wait(500_000, times: 5000)
    #expect(process.hits == hits)
    #expect(process.wasted - wasted < 50 * Self.limit)
  }

  @Test func `it never looks for more than a fifth of a core, however the calls come`() {
    var process = Process()
    var random = SystemRandomNumberGenerator()
    for _ in 0..<50_000 {
      process.wait(Int64.random(in: 1000...100_000, using: &random))
    }
    // Beside what a sleep would have cost as well, 7 µs a wait, and one window's saved credit.
    #expect(process.wasted <= (process.now - 1_000_000_000) / SpinLearner.shareDivisor + 20_000_000)
  }

  @Test func `a clock that stands still gives no more than one window's credit`() {
    var learner = SpinLearner(limit: Self.limit)
    var spent: Int64 = 0
    for _ in 0..<100_000 {
      let allowed = learner.begin(at: 1)
      guard allowed > 0 else { continue }
      // Found, and late: burnt all the same.
      learner.end(allowed: allowed, spun: allowed, isHit: true)
      spent += allowed - 7000
    }
    #expect(spent <= SpinLearner.window / SpinLearner.shareDivisor)
  }

  @Test func `what was there before says nothing`() {
    var process = Process()
    process.wait(500, times: 1000)
    let before = process.wasted
    process.wait(1_000_000, times: 10)
    #expect(process.wasted - before <= 2 * Self.limit)
  }
}
