import ArgumentParser
import CBenchmark

/// Compares GetStatus with servers that do less.
struct Get: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures GetStatus against a bare epoll loop and a C server on libprotobuf-c.")

  @OptionGroup var options: ComparisonOptions

  /// A way of asking.
  struct Mode {
    let name: String
    let load: Load
    let sharesCore: Bool
  }

  private var modes: [Mode] {
    let scale: UInt64 = options.quick ? 1 : 20
    return [
      Mode(
        name: "1 in flight, both on one core", load: Load(calls: 2_500 * scale, warmup: 1_000),
        sharesCore: true),
      Mode(
        name: "64 in flight on one connection",
        load: Load(depth: 64, calls: 50_000 * scale, warmup: 5_000), sharesCore: false),
      Mode(
        name: "8 connections, 1 in flight each",
        load: Load(connections: 8, calls: 5_000 * scale, warmup: 1_000), sharesCore: false),
    ]
  }

  func run() throws {
    let frames = try Frames.getStatus(accounts: options.accounts)
    let daemon = try Server.registeredDaemon(options.daemonPath, accounts: options.accounts)
    let replySize = try daemon.verifiedReplySize(accounts: options.accounts)
    let protobuf = try Server.peer("protobuf", ["--accounts", "\(options.accounts)"])
    _ = try protobuf.verifiedReplySize(accounts: options.accounts)
    let bare = try Server.peer(
      "bare", ["--request-size", "\(frames.firstSize)", "--reply-size", "\(replySize)"])
    let results = try modes.map {
      try measure($0, frames, servers: [bare, protobuf, daemon])
    }
    try options.conclude(GetComparison(machine: .current(), results: results))
  }

  /// Measures every server once a round, each round beginning with another one.
  private func measure(_ mode: Mode, _ frames: Frames, servers: [Server]) throws -> ModeResult {
    var rounds: [[Measurement]] = servers.map { _ in [] }
    for round in 0..<options.roundCount {
      for turn in servers.indices {
        let index = (round + turn) % servers.count
        let server = servers[index]
        try server.shareCore(mode.sharesCore ? 0 : nil)
        var load = mode.load
        load.seed = UInt32(round) + 1
        let before = server.cpuTime()
        var measurement = try load.run(frames, against: server.socket)
        let calls = Double(load.calls + load.warmup)
        measurement.serverCPU = Double(server.cpuTime() - before) / calls / 1000
        rounds[index].append(measurement)
      }
    }
    return ModeResult(mode: mode.name, names: servers.map(\.name), rounds: rounds)
  }
}

/// What each server did under one way of asking.
struct ModeResult: Encodable {
  /// One server's medians, and its ratios to the bare loop: medians of the rounds' ratios.
  struct Row: Encodable {
    let server: String
    let measurement: Measurement
    let p50ToBare: Double
    let throughputToBare: Double
    let throughputToProtobuf: Double
  }

  let mode: String
  let rows: [Row]

  /// The first server is the bare one and the second the one on libprotobuf-c.
  init(mode: String, names: [String], rounds: [[Measurement]]) {
    func ratio(_ index: Int, to other: Int, _ figure: (Measurement) -> Double) -> Double {
      median(zip(rounds[index], rounds[other]).map { figure($0) / figure($1) })
    }
    self.mode = mode
    rows = names.indices.map { index in
      Row(
        server: names[index], measurement: Measurement(mediansOf: rounds[index]),
        p50ToBare: ratio(index, to: 0, \.p50),
        throughputToBare: ratio(index, to: 0, \.callsPerSecond),
        throughputToProtobuf: ratio(index, to: 1, \.callsPerSecond))
    }
  }

  var text: String {
    let headings = Measurement.headings + ["p50 × bare", "calls/s × bare", "× protobuf"]
    return table(
      [[mode] + headings]
        + rows.map { row in
          let ratios = [row.p50ToBare, row.throughputToBare, row.throughputToProtobuf]
          return [row.server] + row.measurement.cells + ratios.map(figure)
        })
  }
}

/// The whole comparison.
struct GetComparison: Comparison {
  let machine: Machine
  let results: [ModeResult]
  let requirements: [Requirement]

  /// The results in the order of the modes: one core, 64 in flight, 8 connections.
  init(machine: Machine, results: [ModeResult]) {
    (self.machine, self.results) = (machine, results)
    let latency = results[0].rows[2]
    let throughput = results[1].rows[2]
    requirements = [
      Requirement("one core, p50 to the bare loop", latency.p50ToBare, atMost: 1.2),
      Requirement(
        "64 in flight, calls/s to the bare loop", throughput.throughputToBare, atLeast: 0.7),
      Requirement(
        "64 in flight, calls/s to the C server on libprotobuf-c", throughput.throughputToProtobuf,
        atLeast: 0.8),
    ]
  }

  var text: String {
    ([machine.text] + results.map(\.text) + [requirements.map(\.text).joined(separator: "\n")])
      .joined(separator: "\n\n")
  }
}
