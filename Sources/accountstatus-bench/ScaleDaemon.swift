import AccountStatusClient
import Foundation

/// A daemon with a database that outlives it.
final class ScaleDaemon {
  let socket: String
  /// From the spawn until it answers.
  let startTime: Duration
  private let child: ChildProcess

  /// Starts it, and waits until it answers.
  static func start(_ path: String, in directory: String) async throws -> ScaleDaemon {
    let begin = ContinuousClock.now
    let runtime = "\(directory)/run"
    let child = try ChildProcess(
      path, ["--runtime-directory", runtime, "--database", "\(directory)/ledger.sqlite"])
    let socket = "\(runtime)/rpc.sock"
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    while begin.duration(to: .now) < .seconds(120) {
      if (try? await client.info()) != nil {
        return ScaleDaemon(socket, begin.duration(to: .now), child)
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw BenchError("\(path) did not answer within two minutes")
  }

  private init(_ socket: String, _ startTime: Duration, _ child: ChildProcess) {
    (self.socket, self.startTime, self.child) = (socket, startTime, child)
  }

  /// Lets it finish, and waits for its end.
  func stop() { child.stop() }

  /// Memory that it holds at present, in bytes, file pages it has mapped included.
  func residentMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    guard let kilobytes else { throw BenchError("/proc/\(child.pid)/status has no VmRSS") }
    return kilobytes * 1024
  }
}
