import CBenchmark
import Foundation

/// A system under measurement: its process and its socket.
final class Server {
  let name: String
  let socket: String
  let child: ChildProcess
  private let directory: String?

  private init(name: String, socket: String, child: ChildProcess, directory: String?) {
    (self.name, self.socket, self.child, self.directory) = (name, socket, child, directory)
  }

  deinit { stop() }

  func stop() {
    child.stop()
    if let directory { try? FileManager.default.removeItem(atPath: directory) }
  }

  /// The first line of a daemon that is ready.
  private struct ReadyLine: Decodable {
    let rpcSocket: String
  }

  /// Starts a daemon with a ledger of its own, and waits until it is ready.
  static func daemon(_ path: String, _ arguments: [String] = []) throws -> Server {
    let child = try ChildProcess(path, ["--ephemeral"] + arguments)
    let line = try child.readLine(seconds: 30)
    let ready = try JSONDecoder().decode(ReadyLine.self, from: Data(line.utf8))
    return Server(name: "accountstatusd", socket: ready.rpcSocket, child: child, directory: nil)
  }

  /// Starts a daemon that knows the workload's accounts, and checks that it answers for them.
  static func registeredDaemon(
    _ path: String, accounts: UInt32, arguments: [String] = []
  ) throws -> Server {
    let server = try daemon(path, arguments)
    try check(benchmark_register(server.socket, accounts), "cannot register accounts")
    _ = try server.verifiedReplySize(accounts: accounts)
    return server
  }

  /// Starts one of the servers in C, in a process of its own.
  static func peer(_ kind: String, _ arguments: [String]) throws -> Server {
    var template = Array("\(NSTemporaryDirectory())/accountstatus-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw BenchError("cannot make a directory", errno: errno)
    }
    let directory = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let socket = directory + "/\(kind).sock"
    let child = try ChildProcess(
      siblingPath("accountstatus-bench"), ["serve", kind, "--socket", socket] + arguments)
    _ = try child.readLine(seconds: 30)
    return Server(name: kind, socket: socket, child: child, directory: directory)
  }

  /// Asks for a sample of the accounts, compares their states with what was reported, and gives
  /// the mean size of a reply.
  func verifiedReplySize(accounts: UInt32) throws -> Int {
    var size = 0
    try check(
      benchmark_verify(socket, accounts, min(accounts, 1000), &size),
      "\(name) does not answer as it should")
    return size
  }

  /// Moves the server and this process to one core, or lets both run on any.
  func shareCore(_ core: Int32?) throws {
    try check(benchmark_pin(0, core ?? -1), "cannot choose a core")
    try check(benchmark_pin(child.pid, core ?? -1), "cannot choose a core for \(name)")
  }

  /// Moves the server to one core and this process to another, or to the same.
  func place(on core: Int32, caller: Int32) throws {
    try check(benchmark_pin(0, caller), "cannot choose a core")
    try check(benchmark_pin(child.pid, core), "cannot choose a core for \(name)")
  }

  /// Time that the server has run so far, nanoseconds.
  func cpuTime() -> UInt64 {
    var time: UInt64 = 0
    _ = benchmark_cpu_time(child.pid, &time)
    return time
  }
}
