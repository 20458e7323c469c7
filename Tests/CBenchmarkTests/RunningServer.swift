import CBenchmark
import Foundation
import Glibc

/// One of the servers in C, on a thread of its own, at a socket of its own.
final class RunningServer {
  let socket: String
  private let directory: URL
  private let stop: Int32
  private let ended = DispatchSemaphore(value: 0)

  /// Starts a server: the body serves a listener until its second argument is at its end.
  init(_ body: @escaping @Sendable (_ listener: Int32, _ stop: Int32) -> Int32) throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    socket = directory.appendingPathComponent("s").path
    let listener = benchmark_listen(socket)
    var pipe: [Int32] = [-1, -1]
    guard listener >= 0, Glibc.pipe(&pipe) == 0 else { throw POSIXError(.EIO) }
    stop = pipe[1]
    Thread { [ended, pipe] in
      _ = body(listener, pipe[0])
      close(listener)
      close(pipe[0])
      ended.signal()
    }.start()
  }

  deinit {
    close(stop)
    ended.wait()
    try? FileManager.default.removeItem(at: directory)
  }

  static func bare(requestSize: Int, replySize: Int) throws -> RunningServer {
    try RunningServer { benchmark_serve_bare($0, requestSize, replySize, $1) }
  }

  static func protobuf(accounts: UInt32) throws -> RunningServer {
    try RunningServer { benchmark_serve_protobuf($0, accounts, $1) }
  }

  /// Takes one connection and answers what it reads with the same bytes, whatever they are.
  static func answering(_ reply: [UInt8]) throws -> RunningServer {
    try RunningServer { listener, _ in
      let connection = accept(listener, nil, nil)
      var input = [UInt8](repeating: 0, count: 4096)
      while read(connection, &input, input.count) > 0 {
        _ = send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
      }
      return close(connection)
    }
  }
}

/// A load's outcome, without the measurement's memory.
struct Outcome {
  var error: Int32
  var calls: UInt64 = 0
  var wrong: UInt64 = 0
  var requestSize = 0.0
  var replySize = 0.0
  /// p0, p50, p99 and p100.
  var latencies: [UInt32] = []
}

/// Frames made for a test.
final class Frames {
  private var frames = benchmark_frames()

  /// One GetStatus call per account.
  init(accounts: UInt32) throws {
    guard benchmark_get_frames(accounts, &frames) == 0 else { throw POSIXError(.ENOMEM) }
  }

  /// Calls of ReportFacts with one fact each.
  init(accounts: UInt32, first: UInt32, count: UInt32) throws {
    guard benchmark_report_frames(accounts, first, count, &frames) == 0 else {
      throw POSIXError(.ENOMEM)
    }
  }

  deinit { benchmark_frames_free(&frames) }

  /// Bytes of the first frame.
  var firstSize: Int { frames.offsets[1] }

  /// Runs a load of these frames.
  func run(
    on socket: String, connections: UInt32 = 1, depth: UInt32 = 1, calls: UInt64 = 1000,
    inOrder: Bool = false
  ) -> Outcome {
    var result = benchmark_measurement()
    let error = withUnsafePointer(to: frames) { frames in
      socket.withCString { path in
        var load = benchmark_load(
          socket_path: path, frames: frames, connections: connections, depth: depth, calls: calls,
          warmup: 0, in_order: inOrder, interval_ns: 0, seed: 1)
        return benchmark_generate(&load, &result)
      }
    }
    guard error == 0 else { return Outcome(error: error) }
    defer { benchmark_measurement_free(&result) }
    return Outcome(
      error: 0, calls: result.calls, wrong: result.wrong, requestSize: result.request_size,
      replySize: result.reply_size,
      latencies: [0, 0.5, 0.99, 1].map { benchmark_percentile(&result, $0) })
  }

  /// The bytes of a frame.
  func frame(_ n: Int) -> [UInt8] {
    Array(
      UnsafeBufferPointer(
        start: frames.bytes + frames.offsets[n],
        count: frames.offsets[n + 1] - frames.offsets[n]))
  }
}
