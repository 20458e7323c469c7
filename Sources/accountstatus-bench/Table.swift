import ArgumentParser
import CBenchmark
import Glibc

/// Compares a read of the status table with the least that it could be.
struct Table: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures reads of the status table against bare lookups in shared memory.",
    discussion: """
      The table is read as a client reads it: with its clocks, its staleness and its comparison of
      ids. The baseline is open addressing over records of one cache line with a hash and a state.
      """)

  @Option(help: "Accounts in both.")
  var accounts: UInt32 = 1_000_000

  @Option(help: "Rounds; everything is measured once in each.")
  var rounds: Int?

  @Flag(help: "One short round: shows that everything works, not how fast.")
  var quick = false

  @Flag(help: "Exit with 1 when a required ratio is missed.")
  var assert = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  func validate() throws {
    guard accounts > 0, accounts < 10_000_000 else {
      throw ValidationError("--accounts must be between 1 and 9999999.")
    }
  }

  func run() throws {
    var made: OpaquePointer?
    try check(benchmark_table_create(accounts, &made), "make the tables")
    defer { benchmark_table_destroy(made) }
    let reader = try SwiftTableReader(benchmark_table_content(made))
    var rounds: [TableRound] = []
    for round in 0..<max(1, self.rounds ?? (quick ? 1 : 9)) {
      rounds.append(try measure(made, reader, beginningWithBaseline: round % 2 == 0))
    }
    let comparison = TableComparison(machine: .current(), accounts: accounts, rounds: rounds)
    try emit(comparison, as: output)
    guard comparison.wrong == 0 else { throw ExitCode(70) }
    if assert, comparison.requirements.contains(where: { !$0.isMet }) { throw ExitCode(1) }
  }

  private func measure(
    _ table: OpaquePointer?, _ reader: SwiftTableReader, beginningWithBaseline: Bool
  ) throws -> TableRound {
    let reads: UInt64 = quick ? 20_000 : 1_000_000
    let milliseconds: UInt64 = quick ? 20 : 1_000
    let systems = beginningWithBaseline ? [true, false] : [false, true]
    var round = TableRound()
    for isHot in [true, false] {
      for isBaseline in systems {
        let cost = cost(
          of: benchmark_table_reads(is_baseline: isBaseline, is_hot: isHot, reads: reads), table)
        round.wrong += cost.wrong
        round.means[TableRound.Kind(isBaseline: isBaseline, isHot: isHot)] = cost.mean
      }
      let cost = reader.read(isHot: isHot, reads: reads)
      round.wrong += cost.wrong
      round.fromSwift[isHot] = cost.mean
    }
    for isBaseline in systems {
      for processes in [1, 2] as [UInt32] {
        let mean = try mean(isBaseline, reads, processes, table, &round.wrong)
        round.inProcesses[TableRound.Kind(isBaseline: isBaseline, isHot: false), default: []]
          .append(mean)
      }
    }
    try check(benchmark_table_load(table, 0, milliseconds, &round.idle), "read")
    try check(benchmark_table_load(table, 100_000, milliseconds, &round.loaded), "publish")
    round.wrong += round.idle.wrong + round.loaded.wrong
    return round
  }

  private func cost(
    of reads: benchmark_table_reads, _ table: OpaquePointer?
  ) -> benchmark_table_cost {
    var reads = reads
    var cost = benchmark_table_cost()
    benchmark_table_read(table, &reads, &cost)
    return cost
  }

  private func mean(
    _ isBaseline: Bool, _ count: UInt64, _ processes: UInt32, _ table: OpaquePointer?,
    _ wrong: inout UInt64
  ) throws -> Double {
    var reads = benchmark_table_reads(is_baseline: isBaseline, is_hot: false, reads: count)
    var cost = benchmark_table_cost()
    try check(benchmark_table_read_in_processes(table, &reads, processes, &cost), "read")
    wrong += cost.wrong
    return cost.mean
  }

  private func check(_ error: Int32, _ what: String) throws {
    guard error == 0 else {
      throw ValidationError("cannot \(what): \(String(cString: strerror(-error)))")
    }
  }
}

/// What one round measured.
struct TableRound {
  struct Kind: Hashable {
    let isBaseline: Bool
    let isHot: Bool
  }

  /// Nanoseconds for a read.
  var means: [Kind: Double] = [:]
  /// The same of the table through the Swift client, by whether it is one account's.
  var fromSwift: [Bool: Double] = [:]
  /// The same of random reads with one process, and with two.
  var inProcesses: [Kind: [Double]] = [:]
  var idle = benchmark_table_load()
  var loaded = benchmark_table_load()
  /// Reads that did not find what was put.
  var wrong: UInt64 = 0

  func ratio(isHot: Bool) -> Double {
    (means[Kind(isBaseline: false, isHot: isHot)] ?? .infinity)
      / (means[Kind(isBaseline: true, isHot: isHot)] ?? 1)
  }

  /// What a read from Swift costs, to one from C.
  func swiftRatio(isHot: Bool) -> Double {
    (fromSwift[isHot] ?? .infinity) / (means[Kind(isBaseline: false, isHot: isHot)] ?? 1)
  }

  /// How well two processes scale, as a part of how well the baseline's do.
  var scaling: Double { gain(isBaseline: false) / gain(isBaseline: true) }

  private func gain(isBaseline: Bool) -> Double {
    let means = inProcesses[Kind(isBaseline: isBaseline, isHot: false)] ?? [0, .infinity]
    return means[0] / means[1]
  }
}

/// The whole comparison: medians of the rounds' own ratios.
struct TableComparison: Comparison {
  /// Nanoseconds for a read.
  struct Row: Encodable {
    let reads: String
    let table: Double
    let baseline: Double
    let ratio: Double
    let fromSwift: Double
    /// To `table`, which is from C.
    let swiftRatio: Double
  }

  let machine: Machine
  let accounts: UInt32
  let rows: [Row]
  /// The part of a core that writing 100 000 records a second takes.
  let publisherCores: Double
  let idleP99: Double
  let loadedP99: Double
  let wrong: UInt64
  let requirements: [Requirement]

  /// At most what the daemon's loop takes for a change, to what writing its record takes, which is
  /// what is measured here: LedgerLinkTests hold it to that.
  private static let loopFactor = 2.0

  init(machine: Machine, accounts: UInt32, rounds: [TableRound]) {
    (self.machine, self.accounts) = (machine, accounts)
    rows = [true, false].map { isHot in
      func mean(_ isBaseline: Bool) -> Double {
        median(
          rounds.compactMap {
            $0.means[TableRound.Kind(isBaseline: isBaseline, isHot: isHot)]
          })
      }
      return Row(
        reads: isHot ? "one account" : "random accounts", table: mean(false), baseline: mean(true),
        ratio: median(rounds.map { $0.ratio(isHot: isHot) }),
        fromSwift: median(rounds.compactMap { $0.fromSwift[isHot] }),
        swiftRatio: median(rounds.map { $0.swiftRatio(isHot: isHot) }))
    }
    publisherCores = median(rounds.map(\.loaded.cores))
    idleP99 = median(rounds.map(\.idle.p99))
    loadedP99 = median(rounds.map(\.loaded.p99))
    wrong = rounds.reduce(0) { $0 + $1.wrong }
    requirements = [
      Requirement("one account, to the baseline", rows[0].ratio, atMost: 2),
      Requirement("random accounts, to the baseline", rows[1].ratio, atMost: 1.5),
      Requirement("one account from Swift, to C", rows[0].swiftRatio, atMost: 1.5),
      Requirement("random accounts from Swift, to C", rows[1].swiftRatio, atMost: 1.5),
      Requirement(
        "two processes' scaling, to the baseline's", median(rounds.map(\.scaling)), atLeast: 0.95),
      Requirement(
        "cores of the daemon's loop for 100 000 changes a second",
        publisherCores * Self.loopFactor, atMost: 0.2),
      Requirement(
        "readers' p99 meanwhile, to idle", median(rounds.map { $0.loaded.p99 / $0.idle.p99 }),
        atMost: 2),
    ]
  }

  var text: String {
    let reads = accountstatus_bench.table(
      [["ns a read, of \(accounts) accounts", "table", "baseline", "×", "from Swift", "×"]]
        + rows.map {
          [$0.reads]
            + [$0.table, $0.baseline, $0.ratio, $0.fromSwift, $0.swiftRatio].map(figure)
        })
    let load = """
      writing 100 000 records a second: \(figure(publisherCores)) cores; readers' p99 \(figure(idleP99)) ns \
      idle, \(figure(loadedP99)) ns meanwhile; wrong \(wrong)
      """
    return [machine.text, reads, load, requirements.map(\.text).joined(separator: "\n")]
      .joined(separator: "\n\n")
  }
}
