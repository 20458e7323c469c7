import ArgumentParser
import CBenchmark
import Foundation

/// Compares ReportFacts with what SQLite alone takes.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures ReportFacts, one fact per call, against SQLite alone, and reads meanwhile.",
    discussion: """
      The bound is a program that does the ledger's inserts through SQLite, 64 facts in a \
      transaction, every commit synced, and nothing else. Point reads are timed by the daemon \
      itself, from readable to reply queued: alone, and while facts are reported.
      """)

  @OptionGroup var options: ComparisonOptions

  @Option(help: "Facts per measurement.")
  var facts: UInt32?

  private var factCount: UInt32 { facts ?? (options.quick ? 1_280 : 25_600) }

  private static let callers: UInt32 = 64
  private static let getStatus = "accountstatus.v1.StatusService/GetStatus"

  func run() throws {
    let rounds = try (0..<options.roundCount).map(round)
    let idle = try readTimes(whileReporting: false)
    let loaded = try readTimes(whileReporting: true)
    try options.conclude(
      ReportComparison(
        machine: .current(), facts: factCount, rounds: rounds, idle: idle, loaded: loaded))
  }

  /// Each system once, with a new ledger.
  private func round(_ number: Int) throws -> ReportRound {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("accountstatus-bench-\(getpid())-\(number).sqlite").path
    var wall: UInt64 = 0
    try check(
      benchmark_ledger(directory, options.accounts, factCount, Self.callers, &wall),
      "the SQLite program failed")
    let daemon = try Server.registeredDaemon(options.daemonPath, accounts: options.accounts)
    return ReportRound(
      sqlite: Double(factCount) / Double(wall) * 1e9,
      connections: try report(
        to: daemon, first: 0, Load(connections: Self.callers, calls: UInt64(factCount))),
      oneConnection: try report(
        to: daemon, first: factCount, Load(depth: Self.callers, calls: UInt64(factCount))))
  }

  /// Reports facts that were not reported before.
  private func report(to daemon: Server, first: UInt32, _ load: Load) throws -> Measurement {
    var load = load
    load.isInOrder = true
    let frames = try Frames.reportFacts(
      accounts: options.accounts, first: first, count: UInt32(load.calls))
    let before = daemon.cpuTime()
    var measurement = try load.run(frames, against: daemon.socket)
    measurement.serverCPU = Double(daemon.cpuTime() - before) / Double(load.calls) / 1000
    return measurement
  }

  /// What a new daemon says of its point reads after a while of them.
  private func readTimes(whileReporting: Bool) throws -> ReadTimes {
    let daemon = try Server.registeredDaemon(options.daemonPath, accounts: options.accounts)
    let frames = try Frames.getStatus(accounts: options.accounts)
    let reads = Load(calls: options.quick ? 1_000 : 20_000, interval: .microseconds(100))
    if whileReporting {
      let reporter = Reporter(
        socket: daemon.socket, accounts: options.accounts, callers: Self.callers)
      let reading = Swift.Result { try reads.run(frames, against: daemon.socket) }
      try reporter.stop()
      _ = try reading.get()
    } else {
      _ = try reads.run(frames, against: daemon.socket)
    }
    var (p50, p99): (UInt64, UInt64) = (0, 0)
    try check(
      benchmark_method_times(daemon.socket, Self.getStatus, &p50, &p99), "GetStats failed")
    return ReadTimes(p50: Double(p50) / 1000, p99: Double(p99) / 1000)
  }
}
