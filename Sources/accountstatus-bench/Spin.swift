import ArgumentParser
import CBenchmark
import Glibc

/// Compares round trips with and without adaptive waiting.
struct Spin: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures what looking for the next message before sleeping is worth.",
    discussion: """
      GetStatus through the C client, one call in flight: across two cores and with both ends on \
      one, with adaptive waiting on both ends, on the server's only, and on neither. Then what the \
      daemon that spins costs while nobody asks.
      """)

  @OptionGroup var options: ComparisonOptions

  @Option(help: "The longest spin of either end, in microseconds.")
  var limit: UInt32 = 50

  /// Which ends look before they sleep.
  enum Ends: String, CaseIterable {
    case neither
    case server = "the server's"
    case both
  }

  func validate() throws {
    guard (1...1000).contains(limit) else {
      throw ValidationError("--limit must be between 1 and 1000.")
    }
  }

  func run() throws {
    guard sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 else {
      throw BenchError("there is one core only: nobody can look for what another is to send")
    }
    let sleeping = try Server.registeredDaemon(options.daemonPath, accounts: options.accounts)
    let spinning = try Server.registeredDaemon(
      options.daemonPath, accounts: options.accounts, arguments: ["--spin", "\(limit)us"])
    var rounds: [Bool: [[Ends: Measurement]]] = [:]
    // Waits that differ by a few microseconds need more rounds than servers that differ by half.
    for round in 0..<max(1, options.rounds ?? (options.quick ? 1 : 11)) {
      for sharesCore in [false, true] {
        rounds[sharesCore, default: []].append(
          try measure(round, sharesCore: sharesCore) { $0 == .neither ? sleeping : spinning })
      }
    }
    try check(benchmark_pin(0, -1), "cannot choose a core")
    try options.conclude(
      SpinComparison(
        machine: .current(), limit: limit, across: rounds[false] ?? [],
        onOneCore: rounds[true] ?? [], idleCores: try idleCores(of: spinning)))
  }

  /// Each way once, each round beginning with another one.
  private func measure(
    _ round: Int, sharesCore: Bool, _ server: (Ends) -> Server
  ) throws -> [Ends: Measurement] {
    var measured: [Ends: Measurement] = [:]
    let ways = Ends.allCases
    for turn in ways.indices {
      let ends = ways[(round + turn) % ways.count]
      try server(ends).place(on: 0, caller: sharesCore ? 0 : 1)
      measured[ends] = try roundTrips(to: server(ends), spins: ends == .both)
    }
    return measured
  }

  private func roundTrips(to server: Server, spins: Bool) throws -> Measurement {
    var result = benchmark_measurement()
    // Several of the kernel's ticks, at which the time of a server that never sleeps is counted.
    let calls: UInt64 = options.quick ? 2000 : 4000
    let cpu = server.cpuTime()
    let error = server.socket.withCString { path in
      var trips = benchmark_round_trips(
        socket_path: path, accounts: options.accounts, spin_us: spins ? limit : 0, calls: calls,
        // What each end has learned of the way before is to be unlearned first.
        warmup: calls / 2)
      return benchmark_make_round_trips(&trips, &result)
    }
    try check(error, "no round trips to \(server.name)")
    defer { benchmark_measurement_free(&result) }
    guard result.wrong == 0 else {
      throw BenchError("\(result.wrong) calls to \(server.socket) were not answered")
    }
    var measurement = Measurement(result)
    measurement.serverCPU = Double(server.cpuTime() - cpu) / Double(calls + calls / 2) / 1000
    return measurement
  }

  /// The part of a core that a daemon takes while nobody asks.
  private func idleCores(of server: Server) throws -> Double {
    let (start, cpu) = (benchmark_now(), server.cpuTime())
    usleep(options.quick ? 200_000 : 5_000_000)
    return Double(server.cpuTime() - cpu) / Double(benchmark_now() - start)
  }
}

/// The whole comparison: medians of the rounds' own ratios.
struct SpinComparison: Comparison {
  /// Times in microseconds.
  struct Row: Encodable {
    let cores: Int
    /// Which ends spin.
    let ends: String
    let p50: Double
    let p99: Double
    let clientCPU: Double
    let serverCPU: Double
    /// p50 to that of neither.
    let ratio: Double
  }

  let machine: Machine
  /// Microseconds.
  let limit: UInt32
  let rows: [Row]
  /// Of the daemon that spins.
  let idleCores: Double
  let requirements: [Requirement]

  init(
    machine: Machine, limit: UInt32, across: [[Spin.Ends: Measurement]],
    onOneCore: [[Spin.Ends: Measurement]], idleCores: Double
  ) {
    (self.machine, self.limit, self.idleCores) = (machine, limit, idleCores)
    let rows = [across, onOneCore].enumerated().flatMap { place, rounds in
      Spin.Ends.allCases.map { Row(cores: 2 - place, $0, rounds) }
    }
    self.rows = rows
    func ratio(_ cores: Int, _ ends: Spin.Ends) -> Double {
      rows.first { $0.cores == cores && $0.ends == ends.rawValue }?.ratio ?? .infinity
    }
    requirements = [
      Requirement("across cores, both ends spinning to neither", ratio(2, .both), atMost: 0.4),
      Requirement("on one core, both ends spinning to neither", ratio(1, .both), atMost: 1.2),
      Requirement("on one core, the server spinning to neither", ratio(1, .server), atMost: 1.2),
      Requirement("cores of the daemon that spins, idle", idleCores, atMost: 0.01),
    ]
  }

  var text: String {
    let cells = rows.map { row in
      [row.cores == 2 ? "across cores, \(row.ends)" : "on one core, \(row.ends)"]
        + [row.p50, row.p99, row.clientCPU, row.serverCPU, row.ratio].map(figure)
    }
    let headings = [
      "ends that spin, up to \(limit) µs", "p50 µs", "p99", "client CPU µs", "server CPU µs",
    ]
    return [
      machine.text, table([headings + ["p50 × neither"]] + cells),
      "idle: \(figure(idleCores * 100)) % of a core",
      requirements.map(\.text).joined(separator: "\n"),
    ].joined(separator: "\n\n")
  }
}

extension SpinComparison.Row {
  init(cores: Int, _ ends: Spin.Ends, _ rounds: [[Spin.Ends: Measurement]]) {
    let measured = Measurement(mediansOf: rounds.compactMap { $0[ends] })
    self.init(
      cores: cores, ends: ends.rawValue, p50: measured.p50, p99: measured.p99,
      clientCPU: measured.generatorCPU, serverCPU: measured.serverCPU,
      ratio: median(
        rounds.compactMap { round in
          round[ends].flatMap { own in round[.neither].map { own.p50 / $0.p50 } }
        }))
  }
}
