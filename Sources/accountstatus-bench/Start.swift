import ArgumentParser
import CBenchmark

/// Measures how long a daemon takes to be ready.
struct Start: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Starts daemons with an empty ledger, one by one, and times each until it is ready.")

  @Option(help: "The daemon to measure. Default: accountstatusd beside this program.")
  var daemon: String?

  @Option(help: "How many to start.")
  var count = 20

  @Flag(help: "Start three.")
  var quick = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  /// Milliseconds from the call that starts the process to its line that it is ready.
  struct Result: Printable {
    let machine: Machine
    let count: Int
    let min: Double
    let median: Double
    let max: Double

    var text: String {
      [
        machine.text,
        table([
          ["spawn to ready, \(count) starts", "min ms", "median", "max"],
          ["accountstatusd --ephemeral", figure(min), figure(median), figure(max)],
        ]),
      ].joined(separator: "\n\n")
    }
  }

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count must be at least 1.") }
  }

  func run() throws {
    let path = daemon ?? siblingPath("accountstatusd")
    let times = try (0..<(quick ? 3 : count)).map { _ in
      let start = benchmark_now()
      let server = try Server.daemon(path)
      let ready = benchmark_now()
      server.stop()
      return Double(ready - start) / 1e6
    }
    try emit(
      Result(
        machine: .current(), count: times.count, min: times.min() ?? 0, median: median(times),
        max: times.max() ?? 0), as: output)
  }
}
