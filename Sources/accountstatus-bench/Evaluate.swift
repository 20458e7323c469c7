import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import ArgumentParser
import CBenchmark
import Foundation

/// Measures how the cost of an answer, and of a new fact, grows with an account's facts.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures evaluations of accounts of 10 to 10 000 facts, and a new fact on the last.",
    discussion: """
      In this process, without a daemon: the rules alone, and the ledger on a file of its own. The \
      last column is the time per n log n of 200 facts; above 1 the cost grows faster. A cold fact \
      is the first one on its account after a start.
      """)

  @Flag(help: "Few rounds: shows that everything works, not how fast.")
  var quick = false

  @Flag(help: "Exit with 1 when the required ratio is missed.")
  var assert = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  private static let sizes = [10, 30, 100, 200, 1000, 3000, 10_000]

  func run() throws {
    let edition = try EditionCatalogue().default
    let rows = try Self.sizes.map { size in
      EvaluateComparison.Row(
        facts: size,
        microseconds: try time(AccountFacts(ManyFacts.life(of: size)), under: edition))
    }
    let largest = Self.sizes.last ?? 0
    let comparison = EvaluateComparison(
      machine: .current(), rows: rows, newFact: try newFact(on: largest))
    try emit(comparison, as: output)
    if assert, comparison.requirements.contains(where: { !$0.isMet }) { throw ExitCode(1) }
  }

  /// Microseconds of one evaluation: the median of several rounds.
  private func time(_ facts: AccountFacts, under edition: PolicyEdition) throws -> Double {
    let calls = max(1, (quick ? 10_000 : 100_000) / facts.stored.count)
    return median(
      try (0..<(quick ? 3 : 5)).map { _ in
        let start = benchmark_now()
        for _ in 0..<calls {
          guard evaluate(facts, edition: edition, asOf: ManyFacts.now) != nil else {
            throw ValidationError("the account is not registered")
          }
        }
        return Double(benchmark_now() - start) / Double(calls) / 1000
      })
  }

  /// Milliseconds from a fact's submission to its durable commit.
  private func newFact(on size: Int) throws -> EvaluateComparison.NewFact {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("accountstatus-bench-\(getpid())-evaluate.sqlite").path
    defer { for suffix in ["", "-wal"] { unlink(path + suffix) } }
    let filled = try LedgerRun(path)
    for facts in ManyFacts.requests(size) { _ = try filled.report(facts) }
    filled.stop()
    let ledger = try LedgerRun(path)
    defer { ledger.stop() }
    let times = try (0..<(quick ? 4 : 20)).map { try ledger.report([ManyFacts.another($0)]) }
    return EvaluateComparison.NewFact(
      facts: size, coldMilliseconds: times[0],
      warmMilliseconds: median(Array(times.dropFirst())))
  }
}

/// How the cost of evaluations grows.
struct EvaluateComparison: Comparison {
  struct Row: Encodable {
    let facts: Int
    let microseconds: Double
  }

  struct NewFact: Encodable {
    let facts: Int
    let coldMilliseconds: Double
    let warmMilliseconds: Double
  }

  let machine: Machine
  let rows: [Row]
  /// Each row's time per n log n, to that of 200 facts.
  let growth: [Double]
  let newFact: NewFact
  let requirements: [Requirement]

  init(machine: Machine, rows: [Row], newFact: NewFact) {
    (self.machine, self.rows, self.newFact) = (machine, rows, newFact)
    func perFact(_ row: Row) -> Double {
      row.microseconds / (Double(row.facts) * log2(Double(row.facts)))
    }
    let base = rows.first { $0.facts == 200 }.map(perFact) ?? 1
    growth = rows.map { perFact($0) / base }
    requirements = [
      Requirement("10 000 facts to 200, per n log n", growth.last ?? 0, atMost: 2)
    ]
  }

  var text: String {
    let evaluations = table(
      [["facts", "evaluate() µs", "to n log n"]]
        + zip(rows, growth).map { ["\($0.facts)", figure($0.microseconds), figure($1)] })
    let reports = table([
      ["a new fact on an account of \(newFact.facts)", "ms to its commit"],
      ["cold", figure(newFact.coldMilliseconds)], ["warm", figure(newFact.warmMilliseconds)],
    ])
    let verdicts = requirements.map(\.text).joined(separator: "\n")
    return [machine.text, evaluations, reports, verdicts].joined(separator: "\n\n")
  }
}
