import AccountStatusClient
import AccountStatusModel
import Foundation

/// What a minute was like in which very many accounts were suspended at one instant.
struct Midnight: Encodable {
  /// Accounts suspended at the instant.
  var flips = 0
  /// Answers checked, single ones and entries of lists.
  var reads = 0
  /// Those that were not what is true at their own instant.
  var wrong = 0
  /// The slowest first page of a list, milliseconds.
  var slowestPage = 0.0
  /// Of reports of one fact each, milliseconds.
  var idleP99 = 0.0
  /// In the minute from the instant on, milliseconds.
  var minuteP99 = 0.0

  /// Lives through it: some quiet time, then a minute with the instant near its beginning.
  ///
  /// - quiet: how long reports are measured before.
  static func run(
    _ workload: ScaleWorkload, socket: String, quiet: Duration, minute: Duration
  ) async throws -> Midnight {
    var midnight = Midnight()
    midnight.flips = (0..<workload.count).count { workload.flips($0) }
    let before = try await reports(workload, socket, from: 0, for: quiet)
    midnight.idleP99 = percentile(before, 0.99)

    // So far off that the facts are stored in time.
    let seconds = 3 + midnight.flips / 2500
    let instant = try await now(socket).adding(
      nanoseconds: Int64(seconds) * Instant.nanosecondsPerSecond)
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    for try await chunk in client.importFacts(workload.flips(at: instant)) {
      guard chunk.results.allSatisfy(\.isStored) else {
        throw BenchError("a fact that suspends an account was not stored")
      }
    }
    let left = instant.nanoseconds - (try await now(socket)).nanoseconds
    guard left > 0 else { throw BenchError("the facts were not stored before their instant") }
    try await Task.sleep(for: .nanoseconds(max(0, left - Instant.nanosecondsPerSecond)))

    let watch = Watch(workload: workload, instant: instant, socket: socket)
    let end = ContinuousClock.now.advanced(by: minute + .seconds(1))
    async let single = watch.readSingles(until: end)
    async let listed = watch.readLists(until: end)
    // What is reported in the second before is left out.
    try await Task.sleep(for: .seconds(1))
    let during = try await reports(workload, socket, from: before.count, for: minute)
    midnight.minuteP99 = percentile(during, 0.99)
    for tally in [try await single, try await listed] {
      midnight.reads += tally.reads
      midnight.wrong += tally.wrong
      midnight.slowestPage = max(midnight.slowestPage, tally.slowest)
    }
    return midnight
  }

  /// How long reports of one fact took, milliseconds: a process of its own makes them, whose times
  /// are not those of the checking here.
  private static func reports(
    _ workload: ScaleWorkload, _ socket: String, from first: Int, for time: Duration
  ) async throws -> [Double] {
    let seconds = Int(time.components.seconds)
    let reporter = try ChildProcess(
      "/proc/self/exe",
      [
        "report-steadily", "--socket", socket, "--accounts", "\(workload.count)",
        "--today", "\(workload.today)", "--first", "\(first)", "--seconds", "\(seconds)",
      ])
    let line = try await Task.detached {
      try reporter.readLine(seconds: Int32(seconds) + 60)
    }.value
    return try JSONDecoder().decode([Double].self, from: Data(line.utf8))
  }

  private static func now(_ socket: String) async throws -> Instant {
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    return try await client.info().now
  }
}

/// Reads while time passes, and compares every answer with what is true at its own instant.
private struct Watch: Sendable {
  let workload: ScaleWorkload
  let instant: Instant
  let socket: String

  /// Reads in one go, from the table and then by calls, and the pause after them: what is measured
  /// beside them is the daemon, not who gets a processor.
  static let burst = 20
  static let pause = Duration.milliseconds(5)

  struct Tally {
    var reads = 0
    var wrong = 0
    /// Of what was asked, milliseconds.
    var slowest = 0.0
  }

  /// The state of an account that flips, or has paid and does not.
  private func isRight(_ status: AccountStatus, _ number: Int) -> Bool {
    let isSuspended = workload.flips(number) && status.asOf >= instant
    return status.state == (isSuspended ? .suspended : .active)
  }

  func readSingles(until end: ContinuousClock.Instant) async throws -> Tally {
    var withoutTable = AccountStatusClient.Configuration()
    withoutTable.readsTable = false
    let clients = [
      try AccountStatusClient(socket: socket),
      try AccountStatusClient(socket: socket, configuration: withoutTable),
    ]
    defer { for client in clients { client.close() } }
    var tally = Tally()
    var random = SystemRandomNumberGenerator()
    while ContinuousClock.now < end {
      for client in clients {
        for _ in 0..<Self.burst {
          let number = Int.random(in: 0..<max(workload.count / 100, 1), using: &random) * 100
          // Of these, every seventh flips.
          let answer = try await client.getStatus(workload.id(number)).value
          tally.reads += 1
          if !isRight(answer, number) { tally.wrong += 1 }
        }
      }
      try await Task.sleep(for: Self.pause)
    }
    return tally
  }

  /// Lists are whole at their own instant too: who flips is in one list or the other.
  func readLists(until end: ContinuousClock.Instant) async throws -> Tally {
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    var tally = Tally()
    let filters = [
      StatusFilter(state: .suspended, reason: .accountAbuse), StatusFilter(state: .active),
      StatusFilter(state: .closed),
    ]
    while ContinuousClock.now < end {
      for filter in filters {
        let start = ContinuousClock.now
        guard let page = try await first(of: client.listStatuses(filter, pageSize: 1000)) else {
          throw BenchError("a list has no page")
        }
        tally.slowest = max(tally.slowest, start.duration(to: .now) / .milliseconds(1))
        tally.reads += page.entries.count
        tally.wrong += wrong(page.entries, filter)
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    return tally
  }

  private func wrong(_ entries: [AccountStatus], _ filter: StatusFilter) -> Int {
    if filter.state == .closed { return abs(entries.count - min(3, workload.count)) }
    let listed = Set(entries.map(\.accountID))
    var wrong = entries.count { !filter.matches($0.standing, asOf: $0.asOf) }
    // Whoever is true before the page's last account has to be in it.
    guard let last = entries.last else { return wrong }
    for number in 0..<workload.count {
      let id = workload.id(number)
      if id > last.accountID { break }
      if workload.kind(number) == .paid {
        let isSuspended = workload.flips(number) && last.asOf >= instant
        let belongs = isSuspended == (filter.state == .suspended)
        if belongs != listed.contains(id) { wrong += 1 }
      }
    }
    return wrong
  }
}

extension FactResult {
  /// Stored now or before.
  var isStored: Bool {
    if case .refused = self { false } else { true }
  }
}

/// The first page of a list.
func first(of pages: Pages<AccountStatus>) async throws -> Page<AccountStatus>? {
  var iterator = pages.makeAsyncIterator()
  return try await iterator.next()
}

/// The value that a share of the values, 0 to 1, do not exceed; 0 of none.
func percentile(_ values: [Double], _ share: Double) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  return sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
}
