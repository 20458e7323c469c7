/// When a wait should look again and again before it sleeps, and for how long. Pure: waits in,
/// decisions out.
///
/// A sleep costs a wake-up, tens of microseconds where the peer runs on another core; looking costs
/// the processor time it takes, and gains nothing where the next call comes late, or where the peer
/// cannot run because this process does. Which of these holds is learned from what becomes of the
/// attempts: on one core every attempt fails, and so it ends.
///
/// The limit is what a wake-up is worth. An attempt that fails after t costs t + limit, one that
/// finds something after t costs t, and sleeping at once costs the limit. What is chosen is the
/// length that would have cost least over the last attempts, or none.
package struct SpinLearner {
  /// Finds are told apart by sixteenths of the limit.
  private static let buckets = 16
  /// Attempts of a round that finds out whether it pays, and failures that end the round.
  private static let probesPerRound = 4
  private static let failuresPerRound = 2
  /// Waits from one such round to the next: twice as many after each that failed.
  private static let rests = 16...1024
  /// Now and then an attempt has the whole limit, to find what comes later than usual.
  private static let wholeLimitEvery = 32
  /// Spinning burns at most a fifth of a core more than sleeping would, averaged over 100 ms: what
  /// a neighbour on a small machine hardly notices.
  package static let shareDivisor: Int64 = 5
  package static let window: Int64 = 100_000_000
  /// Processor time that a sleep and its wake-up take: what is found sooner burns nothing.
  private static let sleepCost: Int64 = 7000
  /// What the first look finds was there before; it says nothing of looking again.
  private static let firstLook: Int64 = 1500
  /// An eighth of the weights is forgotten with each attempt.
  private static let memoryShift: UInt64 = 3
  private static let weight: UInt64 = 1 << 16

  /// Nanoseconds; 0: never spin.
  private let limit: Int64
  /// What became of the last attempts: found in each sixteenth of the limit, and not found.
  private var weights = [UInt64](repeating: 0, count: buckets + 1)
  /// The length that pays; 0: none.
  private var length: Int64 = 0
  /// Of the round under way.
  private var probes = 0
  private var failures = 0
  /// Waits to go until the next round, and from that to the one after.
  private var resting = 0
  private var rest = rests.lowerBound
  private var attempts = 0
  /// Nanoseconds that may be burnt, at an instant.
  private var credit: Int64
  private var creditedAt: Int64 = 0

  /// - limit: the longest attempt, in nanoseconds, and what a wake-up is worth; 0: never spin.
  package init(limit: Int64) {
    self.limit = max(0, limit)
    credit = Self.window / Self.shareDivisor
  }

  /// Whether `begin` may ever say anything but 0. Never changes.
  package var isWanted: Bool { limit > 0 }

  /// How long a wait that begins at an instant may look before it sleeps; 0: not at all.
  package mutating func begin(at now: Int64) -> Int64 {
    guard limit > 0 else { return 0 }
    let length = wantedLength()
    earn(at: now)
    guard length > 0, credit >= length else { return 0 }
    credit -= length
    attempts += 1
    return length
  }

  /// What came of a wait that was allowed to look: for how long it did, and whether it found
  /// anything.
  package mutating func end(allowed: Int64, spun: Int64, isHit: Bool) {
    let burnt = isHit ? max(0, spun - Self.sleepCost) : spun
    credit += allowed - burnt
    if isHit && spun < Self.firstLook { return }
    if probes > 0 {
      remember(spun, isHit)
      endProbe(isHit)
    } else if length > 0 {
      remember(spun, isHit)
      length = bestLength
      if length == 0 { startResting() }
    }
  }
}

// MARK: - Deciding

extension SpinLearner {
  private mutating func wantedLength() -> Int64 {
    if resting > 0 {
      resting -= 1
      return 0
    }
    if length == 0 && probes == 0 { startProbing() }
    return probes > 0 || attempts % Self.wholeLimitEvery == 0 ? limit : length
  }

  private mutating func earn(at now: Int64) {
    let passed = now - creditedAt
    creditedAt = now
    // A clock that stands still or goes back earns nothing.
    credit += min(max(passed, 0), Self.window) / Self.shareDivisor
    credit = min(credit, Self.window / Self.shareDivisor)
  }

  private mutating func startProbing() {
    for bucket in weights.indices { weights[bucket] = 0 }
    probes = Self.probesPerRound
    failures = 0
  }

  private mutating func startResting() {
    length = 0
    probes = 0
    resting = rest
    rest = min(2 * rest, Self.rests.upperBound)
  }
}

// MARK: - Learning

extension SpinLearner {
  private mutating func remember(_ spun: Int64, _ isHit: Bool) {
    for bucket in weights.indices { weights[bucket] -= weights[bucket] >> Self.memoryShift }
    // What the last look finds may come a little after the end.
    let bucket =
      isHit ? min(Int(spun * Int64(Self.buckets) / limit), Self.buckets - 1) : Self.buckets
    weights[bucket] += Self.weight >> Self.memoryShift
  }

  private mutating func endProbe(_ isHit: Bool) {
    probes -= 1
    if !isHit { failures += 1 }
    guard failures == Self.failuresPerRound || probes == 0 else { return }
    probes = 0
    length = failures < Self.failuresPerRound ? bestLength : 0
    if length == 0 {
      startResting()
    } else {
      rest = Self.rests.lowerBound
    }
  }

  /// The length that would have cost least; 0 where none saves an eighth against sleeping. In units
  /// of weight times sixteenths of the limit.
  private var bestLength: Int64 {
    let buckets = UInt64(Self.buckets)
    let total = weights.reduce(0, +)
    var least = total * buckets * 7 / 8
    var found: UInt64 = 0
    var looking: UInt64 = 0
    var best: UInt64 = 0
    for end in 1...buckets {
      let weight = weights[Int(end) - 1]
      found += weight
      looking += weight * end
      let cost = looking + (total - found) * (end + buckets)
      if cost < least { (least, best) = (cost, end) }
    }
    return Int64(best) * limit / Int64(Self.buckets)
  }
}
