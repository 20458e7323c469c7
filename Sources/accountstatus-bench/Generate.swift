import ArgumentParser
import CBenchmark

/// Puts GetStatus load on any socket.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks a running server for random accounts and prints what that took.",
    discussion: """
      EXAMPLES
        accountstatusd --ephemeral
        accountstatus-bench generate --socket /tmp/…/rpc.sock --register
        accountstatus-bench generate --socket /tmp/…/rpc.sock --depth 1 --core 1 --calls 100000
      """)

  @Option(help: "The server's RPC socket.")
  var socket: String

  @Flag(help: "Register the accounts first. Once in the life of a ledger is enough.")
  var register = false

  @Option(help: "Accounts to choose from.")
  var accounts: UInt32 = 20_000

  @Option(help: "Connections.")
  var connections: UInt32 = 1

  @Option(help: "Calls in flight on each connection.")
  var depth: UInt32 = 64

  @Option(help: "Calls to measure.")
  var calls: UInt64 = 500_000

  @Option(help: "Keep the generator on this core; the server's own affinity is yours to set.")
  var core: Int32?

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  struct Result: Printable {
    let measurement: Measurement
    var text: String { table([Measurement.headings, measurement.cells]) }
  }

  func run() throws {
    if register { try check(benchmark_register(socket, accounts), "cannot register accounts") }
    if let core { try check(benchmark_pin(0, core), "cannot choose core \(core)") }
    let load = Load(
      connections: connections, depth: depth, calls: calls, warmup: min(calls / 10, 10_000))
    let frames = try Frames.getStatus(accounts: accounts)
    try emit(Result(measurement: try load.run(frames, against: socket)), as: output)
  }
}
