import AccountStatusClient
import AccountStatusModel
import Foundation

/// What very many accounts cost.
struct ScaleResult: Comparison {
  let machine: Machine
  let isQuick: Bool
  var accounts = 0
  var facts = 0
  /// Seconds.
  var importTime = 0.0
  /// Of a start on the full ledger, until it answers, seconds.
  var restartTime = 0.0
  /// Bytes, after that start.
  var residentMemory = 0
  /// Of an empty ledger's daemon.
  var emptyMemory = 0
  /// Milliseconds until the first page came, the median of five, and how many it held.
  var firstPages: [FirstPage] = []
  var midnight = Midnight()
  /// What must hold; set once everything is measured.
  private(set) var requirements: [Requirement] = []

  struct FirstPage: Encodable {
    let list: String
    let milliseconds: Double
    let entries: Int
  }

  var factsPerSecond: Double { Double(facts) / max(importTime, 1e-9) }
  /// Of what grows with the accounts: the table, the order of ids and what lists look at.
  var bytesPerAccount: Double {
    Double(residentMemory - emptyMemory - Self.pageCache) / Double(max(accounts, 1))
  }

  /// SQLite's page cache, which reading a large ledger at the start fills.
  private static let pageCache = 64 << 20

  /// Compares what was measured with what must hold: when quick, rightness alone.
  mutating func judge() {
    requirements = [Requirement("wrong answers", Double(midnight.wrong), atMost: 0)]
    if isQuick { return }
    let slowest = firstPages.map(\.milliseconds).max() ?? 0
    requirements += [
      Requirement("facts/s imported", factsPerSecond, atLeast: 30_000),
      Requirement("restart to READY, s", restartTime, atMost: 5),
      Requirement("resident memory, MB", Double(residentMemory) / 1e6, atMost: 600),
      Requirement(
        "memory per account, SQLite's page cache apart, bytes", bytesPerAccount, atMost: 224),
      Requirement("slowest first page, ms", slowest, atMost: 50),
      Requirement(
        "p99 of reports at midnight, times idle", midnight.minuteP99 / max(midnight.idleP99, 1e-9),
        atMost: 5),
    ]
  }

  var text: String {
    var lines = [
      machine.text, "",
      "\(accounts) accounts, \(facts) facts: \(figure(factsPerSecond)) facts/s imported",
      "restart to READY \(figure(restartTime)) s",
      "resident memory \(figure(Double(residentMemory) / 1e6)) MB, "
        + "of an empty daemon \(figure(Double(emptyMemory) / 1e6)) MB", "",
    ]
    lines.append(
      table(
        [["first page of", "ms", "entries"]]
          + firstPages.map { [$0.list, figure($0.milliseconds), "\($0.entries)"] }))
    lines += [
      "", "midnight: \(midnight.flips) accounts suspended at one instant",
      "  \(midnight.reads) answers checked, \(midnight.wrong) wrong; "
        + "slowest first page \(figure(midnight.slowestPage)) ms",
      "  p99 of reports \(figure(midnight.idleP99)) ms idle, "
        + "\(figure(midnight.minuteP99)) ms in that minute", "",
    ]
    return (lines + requirements.map(\.text)).joined(separator: "\n")
  }
}

/// The steps of the measurement, one after another on one ledger.
struct ScaleRun {
  let daemon: String
  let directory: String
  let isQuick: Bool
  let workload: ScaleWorkload

  func measure() async throws -> ScaleResult {
    var result = ScaleResult(machine: .current(), isQuick: isQuick)
    result.accounts = workload.count
    let first = try await ScaleDaemon.start(daemon, in: directory)
    result.emptyMemory = try first.residentMemory()
    (result.facts, result.importTime) = try await load(first.socket)
    first.stop()

    let second = try await ScaleDaemon.start(daemon, in: directory)
    result.restartTime = second.startTime / .seconds(1)
    result.residentMemory = try second.residentMemory()
    result.firstPages = try await firstPages(second.socket)
    result.midnight = try await Midnight.run(
      workload, socket: second.socket, quiet: .seconds(isQuick ? 1 : 20),
      minute: .seconds(isQuick ? 3 : 60))
    second.stop()
    result.judge()
    return result
  }

  private func load(_ socket: String) async throws -> (facts: Int, seconds: Double) {
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    let start = ContinuousClock.now
    var stored = 0
    for try await chunk in client.importFacts(workload.facts) {
      guard chunk.results.allSatisfy(\.isStored) else {
        throw BenchError("a fact of the workload was refused")
      }
      stored += chunk.results.count
    }
    return (stored, start.duration(to: .now) / .seconds(1))
  }

  private func firstPages(_ socket: String) async throws -> [ScaleResult.FirstPage] {
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    let now = try await client.info().now
    func ahead(_ days: Int64) -> Instant {
      now.adding(nanoseconds: days * Instant.nanosecondsPerDay)
    }
    let days = { (count: Int64) in Duration.seconds(count * 86_400) }
    let lists: [(String, StatusFilter)] = [
      ("all", StatusFilter()), ("state suspended", StatusFilter(state: .suspended)),
      ("state closed (3 of all, the last)", StatusFilter(state: .closed)),
      ("reason billing-past-due", StatusFilter(reason: .billingPastDue)),
      ("reason account-abuse (none)", StatusFilter(reason: .accountAbuse)),
      ("notice disputed", StatusFilter(notice: .disputed)),
      ("notice abuse-under-review (3)", StatusFilter(notice: .abuseUnderReview)),
      ("eligible", StatusFilter(isEligible: true)),
      (
        "in review, older than 5 d", StatusFilter(reinstatementState: .inReview, olderThan: days(5))
      ),
      (
        "in review, older than 99 d (none)",
        StatusFilter(reinstatementState: .inReview, olderThan: days(99))
      ),
      ("active, older than 500 d (none)", StatusFilter(state: .active, olderThan: days(500))),
      ("suspends within 14 d", StatusFilter(suspendsBefore: ahead(14))),
      ("suspends within 1 h (none)", StatusFilter(suspendsBefore: now.adding(nanoseconds: 1))),
    ]
    var pages: [ScaleResult.FirstPage] = []
    for (name, filter) in lists {
      pages.append(try await timed(name) { client.listStatuses(filter) })
    }
    pages.append(
      try await timed("state suspended, 30 days ago (as_of)") {
        client.listStatuses(
          StatusFilter(state: .suspended), asOf: ahead(-30), knownAt: now)
      })
    return pages
  }

  private func timed(
    _ name: String, _ pages: () -> Pages<AccountStatus>
  ) async throws -> ScaleResult.FirstPage {
    var times: [Double] = []
    var entries = 0
    for _ in 0..<5 {
      let start = ContinuousClock.now
      entries = try await first(of: pages())?.entries.count ?? 0
      times.append(start.duration(to: .now) / .milliseconds(1))
    }
    return ScaleResult.FirstPage(list: name, milliseconds: median(times), entries: entries)
  }
}
