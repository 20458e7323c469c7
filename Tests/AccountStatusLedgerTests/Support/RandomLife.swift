import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

/// A few accounts that live through random facts, late ones, repeats, retractions and clock steps;
/// after every step the ledger is compared with a straight evaluation of all facts.
struct RandomLife {
  private let path: String
  private let clock: ManualClock
  private let edition: PolicyEdition
  private var open: OpenLedger
  private var random: RandomFacts
  private var nextID = 0
  private var expected: [AccountID: Expected] = [:]
  private var sent: [Fact] = []
  private(set) var comparisons = 0
  /// How often the past changed.
  private(set) var pastChanges = 0

  /// What the rules alone say of an account.
  private struct Expected {
    var stored: [StoredFact] = []
    /// The instant that the current answer was last brought to.
    var asOf: Instant?
    var revision: UInt64 = 0
  }

  init(seed: UInt64, path: String) throws {
    self.path = path
    random = RandomFacts(seed: seed)
    clock = ManualClock(Instant(nanoseconds: 20_600 * Instant.nanosecondsPerDay))
    edition = try EditionCatalogue().default
    open = try OpenLedger(path, clock: clock) { $0.limits.cachedFacts = 20 }
  }

  mutating func step() async throws {
    switch Int.random(in: 0..<10, using: &random.generator) {
    case 0: try await moveClock(days: Int.random(in: 0...40, using: &random.generator))
    case 1 where random.chance(30):
      try await moveClock(days: -Int.random(in: 1...20, using: &random.generator))
    case 1, 2: advanceUnnoticed()
    default: try await report()
    }
    try await compareAll()
  }

  /// Stops and starts the ledger; what is published must be what was there.
  mutating func reopen() async throws {
    let rows = open.seen.rows
    #expect(open.seen.faults == [])
    open.stop()
    open = try OpenLedger(path, clock: clock) { $0.limits.cachedFacts = 20 }
    #expect(open.seen.rows == rows)
    try await compareAll()
  }

  private mutating func moveClock(days: Int) async throws {
    let step = Int64(days) * Instant.nanosecondsPerDay
    try await open.catchUp(to: clock.now.adding(nanoseconds: step))
    for id in expected.keys { settle(id) }
  }

  /// Time passes, and nobody tells the ledger.
  private mutating func advanceUnnoticed() {
    clock.set(
      clock.now.adding(
        nanoseconds: Int64.random(in: 0...3 * Instant.nanosecondsPerDay, using: &random.generator)))
  }

  private mutating func report() async throws {
    var facts: [Fact] = []
    for _ in 0..<Int.random(in: 1...4, using: &random.generator) {
      if random.chance(8), let old = sent.randomElement(using: &random.generator) {
        facts.append(old)
        continue
      }
      nextID += 1
      let number = Int.random(in: 0..<5, using: &random.generator)
      let id = AccountID(checked: "account-\(number)")
      facts.append(
        expected[id] == nil && random.chance(70)
          ? random.registration(id, id: number, at: random.instant())
          : random.fact(id, id: nextID))
    }
    sent += facts
    let groups = open.seen.groups.count
    let result = try await open.report(facts, mode: random.chance(50) ? .each : .allOrNothing)
    guard case .done(let results) = result else { return }
    for (fact, result) in zip(facts, results) {
      if case .stored(let sequence) = result { append(fact, sequence) }
    }
    let changes = open.seen.groups[groups...].flatMap(\.changes)
    for id in Set(zip(facts, results).filter { $0.1.isStored }.map(\.0.accountID)) {
      decide(id, changes.filter { $0.accountID == id })
    }
  }

  // What the ledger should do, in the words of the rules.

  private mutating func append(_ fact: Fact, _ sequence: UInt64) {
    let id = fact.accountID
    if pending[id] == nil {
      settle(id)
      pending[id] = Pending(standing: standing(id, clock.now), past: past(id))
    }
    let last = expected.values.flatMap(\.stored).map(\.recordedAt).max() ?? clock.now
    expected[id, default: Expected()].stored.append(
      StoredFact(fact, sequence: sequence, recordedAt: max(last, clock.now)))
  }

  /// What was said of an account before the report at hand.
  private struct Pending {
    let standing: Standing?
    let past: [PastSegment]
  }

  private var pending: [AccountID: Pending] = [:]

  private mutating func decide(_ id: AccountID, _ changes: [StatusChange]) {
    guard let before = pending.removeValue(forKey: id) else { return }
    let isChange = before.standing != standing(id, clock.now)
    let isPastChanged = before.past != past(id)
    if isChange { expected[id]?.revision += 1 }
    expected[id]?.asOf = clock.now
    #expect(changes.contains(where: \.isPastChanged) == isPastChanged, "past of \(id)")
    if isPastChanged { pastChanges += 1 }
    if isChange || isPastChanged {
      #expect(changes.last?.isPastChanged == isPastChanged, "last change of \(id)")
      #expect(changes.last?.revision == expected[id]?.revision, "last change of \(id)")
    }
    #expect(changes.filter(\.isPastChanged).count <= 1, "changes of \(id)")
  }

  private func past(_ id: AccountID) -> [PastSegment] {
    pastSegments(of: AccountFacts(expected[id]?.stored ?? []), edition: edition, until: clock.now)
  }

  /// Counts the changes between the instant an account was brought to last, and now.
  private mutating func settle(_ id: AccountID) {
    guard let account = expected[id], let asOf = account.asOf else { return }
    let now = clock.now
    var changes: UInt64 = 0
    if now < asOf {
      changes = standing(id, asOf) == standing(id, now) ? 0 : 1
    } else {
      var last = standing(id, asOf)
      for boundary in boundaries(account.stored, from: asOf, to: now) {
        let next = standing(id, boundary)
        if next != last { changes += 1 }
        last = next
      }
    }
    expected[id]?.revision += changes
    expected[id]?.asOf = now
  }

  private func boundaries(_ facts: [StoredFact], from: Instant, to: Instant) -> [Instant] {
    let facts = AccountFacts(facts)
    var start = from
    if timeline(of: facts, edition: edition, from: from, limit: 1) == nil {
      guard let registered = facts.registeredAt(), registered > from else { return [] }
      start = registered
    }
    let points = timeline(of: facts, edition: edition, from: start)?.points.map(\.at) ?? []
    return points.filter { $0 > from && $0 <= to }
  }

  private func standing(_ id: AccountID, _ instant: Instant) -> Standing? {
    guard let account = expected[id] else { return nil }
    return evaluate(AccountFacts(account.stored), edition: edition, asOf: instant)
  }

  private mutating func compareAll() async throws {
    for (id, account) in expected.sorted(by: { $0.key < $1.key }) {
      let row = try #require(open.row(id))
      #expect(row.revision == account.revision, "revision of \(id) at \(clock.now)")
      var instants = [row.validFrom, clock.now]
      for edge in [row.flipAt, row.validUntil] where edge != .distantFuture {
        instants += [edge.adding(nanoseconds: -1), edge]
      }
      for instant in instants where instant >= row.validFrom {
        let answer = standing(id, instant).map(BasicAnswer.init)
        if instant < row.flipAt {
          #expect(answer == row.untilFlip, "\(id) at \(instant)")
        } else if instant < row.validUntil {
          #expect(answer == row.fromFlip, "\(id) at \(instant), after its flip")
        }
        comparisons += 1
      }
      if random.chance(10) {
        let snapshot = try #require(try await open.facts(id))
        #expect(snapshot.facts.stored == account.stored)
      }
    }
    #expect(open.seen.faults == [])
  }
}
