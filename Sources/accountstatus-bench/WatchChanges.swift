import AccountStatusClient
import AccountStatusModel
import ArgumentParser
import Foundation

/// Measures how long it takes until everyone who watches knows of a change.
struct WatchChanges: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Measures the time from a report to the last of many watches that is told of it.",
    discussion: """
      Facts come at a steady rate, each of which changes an account; every account is watched by \
      all. The time is taken from before the report is sent, so it holds the commit as well, and \
      from when its reply has come. The figures are of this machine; --assert is about counts.
      """)

  @OptionGroup var options: ComparisonOptions

  @Option(help: "Watches, each of all accounts.")
  var watches = 100

  @Option(help: "Changes a second.")
  var rate = 1000

  @Option(help: "Seconds of it.")
  var seconds: Int?

  func validate() throws {
    guard (1...1000).contains(watches), (1...100_000).contains(rate) else {
      throw ValidationError("--watches must be between 1 and 1000, --rate between 1 and 100000.")
    }
  }

  func run() async throws {
    let server = try Server.daemon(options.daemonPath)
    let client = try AccountStatusClient(socket: server.socket)
    defer { client.close() }
    let accounts = (0..<1000).map { AccountID(stringLiteral: "account-\($0)") }
    _ = try await client.report(accounts.map(Self.registration))
    let receiver = try WatchReceiver(socket: server.socket, count: watches)
    while receiver.ready < watches { try await Task.sleep(for: .milliseconds(5)) }

    let count = rate * (seconds ?? (options.quick ? 1 : 10))
    let before = server.cpuTime()
    let reports = try await report(count, accounts, client)
    try await Task.sleep(for: .seconds(1))
    let processor = Double(server.cpuTime() - before) / 1e9
    let arrivals = try receiver.stop()
    try options.conclude(
      WatchComparison(
        machine: .current(), watches: watches, rate: rate, reports: reports, arrivals: arrivals,
        processor: processor))
  }

  /// A report, when it was sent and answered, and the position behind it.
  struct Reported {
    var sent: UInt64
    var answered: UInt64
    var position: UInt64
  }

  /// Sends a report each time one is due, whether the ones before it are answered or not.
  private func report(
    _ count: Int, _ accounts: [AccountID], _ client: AccountStatusClient
  ) async throws -> [Reported] {
    try await withThrowingTaskGroup(of: Reported.self) { group in
      let start = DispatchTime.now().uptimeNanoseconds
      for number in 0..<count {
        let due = start + UInt64(number) * 1_000_000_000 / UInt64(rate)
        let now = DispatchTime.now().uptimeNanoseconds
        if due > now { try await Task.sleep(for: .nanoseconds(due - now)) }
        let fact = Self.finding(number, accounts[number % accounts.count])
        group.addTask {
          let sent = DispatchTime.now().uptimeNanoseconds
          let answer = try await client.report([fact], timeout: .seconds(30))
          let position = answer.token.bytes.suffix(8).reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
          }
          return Reported(
            sent: sent, answered: DispatchTime.now().uptimeNanoseconds, position: position)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  private static func registration(_ account: AccountID) -> Fact {
    Fact(
      accountID: account, source: "bench", factID: Identifier(stringLiteral: "register-\(account)"),
      effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }

  /// A finding that is confirmed and dismissed in turn: each changes the account.
  private static func finding(_ number: Int, _ account: AccountID) -> Fact {
    let start: Instant = "2026-01-02T00:00:00Z"
    return Fact(
      accountID: account, source: "bench", factID: Identifier(stringLiteral: "finding-\(number)"),
      effectiveAt: start.adding(nanoseconds: Int64(number) * 1_000_000),
      kind: .abuseFindingChanged(
        findingID: "F-1", severity: .significant,
        state: number / 1000 % 2 == 0 ? .confirmed : .dismissed))
  }
}

/// How long the last watch waited for each change.
struct WatchComparison: Comparison {
  let machine: Machine
  let watches: Int
  let rate: Int
  let changes: Int
  /// Changes that reached every watch as themselves; the others were told with newer ones.
  let toldToAll: Int
  /// Milliseconds from before the report to the last watch: p50, p99, p99.9, longest.
  let fromReport: [Double]
  /// Milliseconds from the reply to the last watch; below zero counts as zero.
  let fromReply: [Double]
  /// Processor time of the daemon, in seconds.
  let processor: Double
  let requirements: [Requirement]

  init(
    machine: Machine, watches: Int, rate: Int, reports: [WatchChanges.Reported],
    arrivals: [UInt64: WatchReceiver.Arrival], processor: Double
  ) {
    (self.machine, self.watches, self.rate, self.processor) = (machine, watches, rate, processor)
    changes = reports.count
    var fromReport: [Double] = []
    var fromReply: [Double] = []
    let known = arrivals.sorted { $0.key < $1.key }
    var next = 0
    // A report's change has the highest position up to its token's.
    for report in reports.sorted(by: { $0.position < $1.position }) {
      while next + 1 < known.count, known[next + 1].key <= report.position { next += 1 }
      guard next < known.count, known[next].value.count == watches else { continue }
      let last = known[next].value.last
      fromReport.append(Double(last &- report.sent) / 1e6)
      fromReply.append(last > report.answered ? Double(last - report.answered) / 1e6 : 0)
    }
    toldToAll = arrivals.values.count { $0.count == watches }
    self.fromReport = Self.percentiles(fromReport)
    self.fromReply = Self.percentiles(fromReply)
    requirements = [
      Requirement(
        "changes told to every watch, of those reported",
        Double(toldToAll) / Double(max(changes, 1)),
        atLeast: 0.5)
    ]
  }

  private static func percentiles(_ values: [Double]) -> [Double] {
    guard !values.isEmpty else { return [] }
    let sorted = values.sorted()
    return [0.5, 0.99, 0.999, 1].map {
      sorted[min(Int(Double(sorted.count) * $0), sorted.count - 1)]
    }
  }

  var text: String {
    func row(_ name: String, _ values: [Double]) -> String {
      let cells = values.map { value in
        let text = String(format: "%.2f", value)
        return String(repeating: " ", count: max(0, 9 - text.count)) + text
      }
      return name.padding(toLength: 34, withPad: " ", startingAt: 0) + cells.joined()
    }
    return """
      \(changes) changes at \(rate) a second, \(watches) watches; \(toldToAll) told to all one by one
      milliseconds to the last watch           p50      p99    p99.9  longest
      \(row("from before the report", fromReport))
      \(row("from its reply", fromReply))
      the daemon used \(String(format: "%.2f", processor)) s of processor time
      """
  }
}
