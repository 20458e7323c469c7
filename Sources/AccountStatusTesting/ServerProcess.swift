import Foundation

/// A real daemon in a process of its own, for tests.
///
/// Stopped by `stop`, killed by `kill`, and ended at the latest when the value goes away or the test's
/// process ends, however it ends: the daemon waits for the end of a pipe that only this process
/// writes to. A temporary directory goes with its daemon. What a test forks without an exec holds the
/// pipe open as well.
public final class ServerProcess: Sendable {
  /// What went wrong with the daemon.
  public struct Failure: Error, CustomStringConvertible {
    /// One line.
    public let description: String
  }

  /// Process id.
  public let pid: Int32
  /// The RPC socket's path.
  public let socket: String
  /// The path of the socket that hands out the status table.
  public let tableSocket: String
  /// Time from before the spawn to the ready line or the first connection.
  public let startDuration: Duration

  private let process: Process
  /// The end of this is the daemon's.
  private let lifeline: FileHandle
  private let errors: FileHandle
  /// Goes with the daemon; nil: it is the caller's.
  private let temporaryDirectory: String?

  /// Starts `accountstatusd --ephemeral` with more arguments, and waits for its ready line.
  public static func ephemeral(
    _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> ServerProcess {
    try ServerProcess(["--ephemeral"] + arguments, environment: environment, socket: nil)
  }

  /// Starts a daemon on a database that outlives it, and waits until its socket answers.
  public static func durable(
    runtimeDirectory: String, database: String, arguments: [String] = [],
    environment: [String: String] = [:]
  ) throws -> ServerProcess {
    try ServerProcess(
      ["--runtime-directory", runtimeDirectory, "--database", database] + arguments,
      environment: environment, socket: "\(runtimeDirectory)/rpc.sock")
  }

  private init(_ arguments: [String], environment: [String: String], socket path: String?) throws {
    let starting = try StartingDaemon(arguments, environment: environment)
    process = starting.process
    lifeline = starting.lifeline
    errors = starting.errors
    pid = process.processIdentifier
    if let path {
      try starting.waitUntilItAccepts(path)
      socket = path
      tableSocket = "\((path as NSString).deletingLastPathComponent)/table.sock"
      temporaryDirectory = nil
    } else {
      let ready = try starting.readyLine()
      socket = ready.rpcSocket
      tableSocket = ready.tableSocket
      temporaryDirectory = (ready.rpcSocket as NSString).deletingLastPathComponent
    }
    startDuration = starting.clock.now - starting.start
  }

  deinit {
    kill()
  }

  /// Asks the daemon to drain and exit (SIGTERM); the exit status.
  @discardableResult
  public func stop() -> Int32 {
    signal(SIGTERM)
    // One that stands still would never hear it.
    signal(SIGCONT)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends the daemon at once (SIGKILL).
  public func kill() {
    if process.isRunning {
      signal(SIGKILL)
      process.waitUntilExit()
    }
    // A killed daemon leaves its directory.
    if let temporaryDirectory { try? FileManager.default.removeItem(atPath: temporaryDirectory) }
  }

  /// Makes the daemon silent (SIGSTOP): it takes connections and answers nothing. Returns when it
  /// stands still.
  public func pause() {
    signal(SIGSTOP)
    var state = siginfo_t()
    waitid(P_PID, id_t(pid), &state, WSTOPPED | WEXITED | WNOWAIT)
  }

  /// Makes a silent daemon go on (SIGCONT).
  public func resume() {
    signal(SIGCONT)
  }

  /// Sends a signal.
  public func signal(_ number: Int32) {
    Foundation.kill(pid, number)
  }

  /// Whether it still runs.
  public var isRunning: Bool { process.isRunning }

  /// What it wrote to its standard error; complete once it has ended.
  public func errorOutput() -> String { StartingDaemon.text(of: errors) }

  /// The path of a program built beside the tests.
  public static func executable(_ name: String) -> String {
    // The test bundle and the programs are built into one directory.
    let build =
      Bundle.main.bundleURL.pathExtension == "xctest"
      ? Bundle.main.bundleURL.deletingLastPathComponent()
      : URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return build.appendingPathComponent(name).path
  }

  /// `$ACCOUNTSTATUSD`, else what is built beside the tests, else `accountstatusd` of `$PATH`.
  static func daemon() throws(Failure) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let given = environment["ACCOUNTSTATUSD"], !given.isEmpty { return given }
    let name = "accountstatusd"
    let places = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    let found = ([executable(name)] + places).first(
      where: FileManager.default.isExecutableFile(atPath:))
    guard let found else {
      throw Failure(
        description: "no accountstatusd beside the tests or on PATH; set ACCOUNTSTATUSD to one")
    }
    return found
  }
}
