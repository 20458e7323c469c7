import CBenchmark

/// Calls that are ready to be sent.
///
/// Sendable: the frames are made once and only read from then on.
final class Frames: @unchecked Sendable {
  fileprivate var frames = benchmark_frames()

  private init() {}

  deinit { benchmark_frames_free(&frames) }

  /// One GetStatus call per account.
  static func getStatus(accounts: UInt32) throws -> Frames {
    let made = Frames()
    try check(benchmark_get_frames(accounts, &made.frames), "cannot make frames")
    return made
  }

  /// Calls of ReportFacts with one new fact each.
  static func reportFacts(accounts: UInt32, first: UInt32, count: UInt32) throws -> Frames {
    let made = Frames()
    try check(
      benchmark_report_frames(accounts, first, count, &made.frames), "cannot make frames")
    return made
  }

  /// Bytes of the first frame; frames of GetStatus are all of one size.
  var firstSize: Int { frames.count > 0 ? frames.offsets[1] : 0 }
}

/// How much is asked at once, and how often.
struct Load: Sendable {
  var connections: UInt32 = 1
  /// Calls in flight on each connection.
  var depth: UInt32 = 1
  var calls: UInt64
  var warmup: UInt64 = 0
  var isInOrder = false
  /// With one connection, the least time between sends.
  var interval: Duration = .zero
  var seed: UInt32 = 1

  /// Runs the load against a socket.
  func run(_ frames: Frames, against socket: String) throws -> Measurement {
    var result = benchmark_measurement()
    let error = socket.withCString { path in
      withUnsafePointer(to: frames.frames) { frames in
        var load = benchmark_load(
          socket_path: path, frames: frames, connections: connections, depth: depth, calls: calls,
          warmup: warmup, in_order: isInOrder,
          interval_ns: UInt64(interval / .nanoseconds(1)), seed: seed)
        return benchmark_generate(&load, &result)
      }
    }
    try check(error, "the load on \(socket) failed")
    defer { benchmark_measurement_free(&result) }
    guard result.wrong == 0 else {
      throw BenchError("\(result.wrong) replies from \(socket) were errors or held no payload")
    }
    return Measurement(result)
  }
}

/// What a load came to. Times in microseconds.
struct Measurement: Encodable {
  var p50: Double
  var p90: Double
  var p99: Double
  var p999: Double
  var callsPerSecond: Double
  /// Of the generator, per call.
  var generatorCPU: Double
  /// Of the server, per call; 0 where it was not measured.
  var serverCPU: Double
  /// Mean bytes of a frame.
  var requestSize: Double
  var replySize: Double

  init(_ result: benchmark_measurement) {
    func microseconds(_ share: Double) -> Double {
      withUnsafePointer(to: result) { Double(benchmark_percentile($0, share)) / 1000 }
    }
    (p50, p90) = (microseconds(0.5), microseconds(0.9))
    (p99, p999) = (microseconds(0.99), microseconds(0.999))
    callsPerSecond = Double(result.calls) / Double(result.wall_ns) * 1e9
    generatorCPU = Double(result.generator_cpu_ns) / Double(result.calls) / 1000
    serverCPU = 0
    (requestSize, replySize) = (result.request_size, result.reply_size)
  }

  /// The medians of several measurements, figure by figure; at least one.
  init(mediansOf rounds: [Measurement]) {
    func middle(_ figure: (Measurement) -> Double) -> Double { median(rounds.map(figure)) }
    (p50, p90) = (middle(\.p50), middle(\.p90))
    (p99, p999) = (middle(\.p99), middle(\.p999))
    callsPerSecond = middle(\.callsPerSecond)
    (generatorCPU, serverCPU) = (middle(\.generatorCPU), middle(\.serverCPU))
    (requestSize, replySize) = (middle(\.requestSize), middle(\.replySize))
  }

  /// The columns of `cells`.
  static let headings = ["p50 µs", "p90", "p99", "p99.9", "calls/s", "server CPU µs"]

  /// The figures as text.
  var cells: [String] {
    [p50, p90, p99, p999].map(figure) + [figure(callsPerSecond), figure(serverCPU)]
  }
}
