package import AccountStatusLedger
package import AccountStatusModel
import AccountStatusRules
import AccountStatusServer

/// Partners that live through years of reports on a real ledger, compared after every step with a
/// straight evaluation of everything that was stored.
///
/// Deterministic: the same options give the same reports, clock steps and restarts everywhere.
package struct Simulation {
  /// What makes one simulation differ from another.
  package struct Options: Sendable {
    package var seed: UInt64
    package var accounts: Int
    package var days: Int
    /// Stops after these steps; nil: after the days.
    package var steps: Int?
    /// Where the ledger's file lies; nothing else should.
    package var directory: String

    /// Five years of 500 accounts.
    package init(
      seed: UInt64, accounts: Int = 500, days: Int = 5 * 365 + 1, steps: Int? = nil,
      directory: String
    ) {
      self.seed = seed
      self.accounts = accounts
      self.days = days
      self.steps = steps
      self.directory = directory
    }
  }

  package let options: Options
  let clock: ManualClock
  let server: LiveServer
  var expected: ExpectedLedger
  /// Draws what happens; what is compared is drawn by `random`, so that looking changes nothing.
  private var events: SeededGenerator
  private var reports: Reports
  var random: SeededGenerator
  package internal(set) var comparisons = Comparisons()
  package internal(set) var census = Census()
  /// Steps done.
  package private(set) var steps = 0
  private let end: Instant
  private var lastFullLook = 0
  /// Answers that were the current ones once, to be asked for again.
  var memories: [Memory] = []

  /// Opens an empty ledger in the directory.
  ///
  /// - alter: spoils what the ledger delivers, for tests that see it found.
  package init(
    _ options: Options, alter: @escaping (Delivery) -> Delivery = { $0 }
  ) throws {
    self.options = options
    let start: Instant = "2024-01-01T00:00:00Z"
    end = start.adding(nanoseconds: Int64(options.days) * Instant.nanosecondsPerDay)
    clock = ManualClock(start)
    var limits = LedgerLimits()
    // Less than there will be, so that accounts are dropped from memory and read again.
    limits.cachedFacts = 8000
    server = try LiveServer(
      "\(options.directory)/ledger.sqlite", edition: PolicyEdition.defaultName, clock: clock,
      limits: limits, alter: alter)
    expected = ExpectedLedger(edition: server.edition)
    events = SeededGenerator(seed: options.seed)
    random = SeededGenerator(seed: options.seed ^ 0x5ca1_ab1e)
    reports = Reports(seed: ~options.seed, partners: options.accounts, from: start)
  }

  /// Lives on until the end, or to the first difference. `progress` is called now and then.
  package mutating func run(_ progress: (Simulation) -> Void = { _ in }) throws(Failure) {
    do {
      while clock.now < end, steps < options.steps ?? .max {
        try step()
        if steps.isMultiple(of: 2000) { progress(self) }
      }
      try lookAtAll()
      server.stop()
      try compareStoredChanges()
    } catch {
      throw Failure(error, in: self)
    }
  }

  /// The present instant of the simulated clock.
  package var now: Instant { clock.now }
}

// MARK: - Steps

extension Simulation {
  private mutating func step() throws {
    steps += 1
    passTime()
    // A daemon that is not busy commits at once what is due.
    if expected.nextFlip <= clock.now, events.chance(60) { try catchUp() }
    switch events.place(among: [780, 150, 30, 20, 20]) {
    case 0: try report()
    case 1: try catchUp()
    case 2: try stepBack()
    case 3: try sleepOn()
    default: events.chance(2250 / Double(options.accounts)) ? try restart() : try catchUp()
    }
    try compareChanges()
    try compareSomeOthers()
    if clock.now.day.components.month != lastFullLook {
      lastFullLook = clock.now.day.components.month
      try lookAtAll()
    }
  }

  /// About 35 steps a day for 500 accounts; often exactly to a boundary, or just before one.
  private mutating func passTime() {
    let mean = Instant.nanosecondsPerDay * 14 / Int64(max(options.accounts, 14))
    let next = expected.nextFlip
    var now = clock.now.adding(nanoseconds: events.number(0...2 * mean))
    if events.chance(25) { now = clock.now }
    if next > clock.now, next < now, events.chance(70) {
      now = events.chance(30) ? next.adding(nanoseconds: -1) : next
    }
    clock.set(now)
    server.index.setManualClock(now)
  }

  private mutating func report() throws {
    let now = clock.now
    let request = reports.next(at: now) { [expected] id in
      let account = expected[id]
      return Reports.Situation(
        standing: account?.standing(at: now), stored: account?.stored ?? [])
    }
    guard let request else { return }
    let outcome = expected.report(request.facts, mode: request.mode, now: now)
    let (result, token) = try server.report(request.facts, mode: request.mode)
    try compare(result, outcome, request)
    if server.index.token.position < token.position {
      throw SimulationError("a reply came before its write was published")
    }
    for id in outcome.touched { try expected[id].map { try compare($0) } }
    census.note(request.facts, outcome)
  }

  private mutating func catchUp() throws {
    expected.catchUp(with: clock.now)
    try server.catchUp()
    try comparisons.equal(
      .timer, server.nextTransitionAt, expected.nextFlip, "after \(clock.now)")
  }

  /// The clock is set back by seconds to days; the daemon notices, or has not yet.
  private mutating func stepBack() throws {
    let day = Instant.nanosecondsPerDay
    let step =
      events.chance(60)
      ? events.number(1...600 * Instant.nanosecondsPerSecond) : events.number(1...2 * day)
    clock.set(clock.now.adding(nanoseconds: -step))
    census.clockSteps += 1
    server.index.setManualClock(clock.now)
    if events.chance(60) { try catchUp() }
  }

  /// The machine sleeps for hours or days; boundaries pass meanwhile.
  private mutating func sleepOn() throws {
    let hours = events.chance(80) ? events.number(Int64(1)...12) : events.number(12...200)
    clock.set(clock.now.adding(nanoseconds: hours * 3600 * Instant.nanosecondsPerSecond))
    census.clockSteps += 1
    server.index.setManualClock(clock.now)
    if events.chance(50) { try catchUp() }
  }

  /// The daemon stops and starts, at times under another default edition.
  private mutating func restart() throws {
    let rows = server.rows
    let name =
      events.chance(40)
      ? events.pick(PolicyEdition.builtIn.map(\.name)) : server.edition.name
    let isChange = name != server.edition.name
    try server.restart(edition: name)
    census.restarts += 1
    try comparisons.equal(.row, server.rows.count, rows.count, "rows after a restart")
    for (id, row) in rows {
      var published = row
      published.isCurrent = !isChange
      published.isOfOtherEdition = isChange
      try comparisons.equal(.row, server.rows[id], published, of: id, "after a restart")
    }
    server.index.setManualClock(clock.now)
    guard isChange else { return }
    census.editionChanges += 1
    expected.adopt(server.edition)
    if events.chance(50) { try server.catchUp() }
    try server.untilAllIsCurrent()
    expected.decideAnew(at: clock.now)
    try compareChanges()
    try lookAtAll()
  }
}
