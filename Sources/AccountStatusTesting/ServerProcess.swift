import Foundation

/// A real daemon in a process of its own, for tests.
///
/// Stopped by `stop`, killed by `kill`, and killed at the latest when the value goes away.
public final class ServerProcess {
  /// What went wrong with the daemon.
  public struct Failure: Error, CustomStringConvertible {
    /// One line.
    public let description: String
  }

  /// Process id.
  public var pid: Int32 { process.processIdentifier }
  /// The RPC socket's path.
  public let socket: String
  /// Time from before the spawn to the ready line or the first connection.
  public let startDuration: Duration

  private let process = Process()
  private let errors = Pipe()

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
    process.executableURL = URL(fileURLWithPath: Self.executable("accountstatusd"))
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    if let path {
      socket = path
      try Self.waitUntil(
        "\(path) accepts a connection", process, errors, { Self.accepts(path) })
    } else {
      socket = try Self.readySocket(output.fileHandleForReading, process, errors)
    }
    startDuration = clock.now - start
  }

  deinit {
    kill()
  }

  /// Asks the daemon to drain and exit (SIGTERM); the exit status.
  @discardableResult
  public func stop() -> Int32 {
    signal(SIGTERM)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends the daemon at once (SIGKILL).
  public func kill() {
    guard process.isRunning else { return }
    signal(SIGKILL)
    process.waitUntilExit()
  }

  /// Sends a signal.
  public func signal(_ number: Int32) {
    Foundation.kill(pid, number)
  }

  /// Whether it still runs.
  public var isRunning: Bool { process.isRunning }

  /// What it wrote to its standard error; complete once it has ended.
  public func errorOutput() -> String {
    String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// The path of a program built beside the tests.
  public static func executable(_ name: String) -> String {
    // The test bundle and the programs are built into one directory.
    let build =
      Bundle.main.bundleURL.pathExtension == "xctest"
      ? Bundle.main.bundleURL.deletingLastPathComponent()
      : URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return build.appendingPathComponent(name).path
  }
}

extension ServerProcess {
  /// Generous: a loaded machine may be slow, a broken daemon ends the wait by exiting.
  private static let patience = Duration.seconds(60)

  private static func readySocket(
    _ output: FileHandle, _ process: Process, _ errors: Pipe
  ) throws -> String {
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")) {
      let chunk = output.availableData
      if chunk.isEmpty {
        process.waitUntilExit()
        throw Failure(description: "the daemon ended before it was ready: \(text(errors))")
      }
      line += chunk
    }
    struct Ready: Decodable { var rpcSocket: String }
    return try JSONDecoder().decode(Ready.self, from: line).rpcSocket
  }

  private static func waitUntil(
    _ what: String, _ process: Process, _ errors: Pipe, _ condition: () -> Bool
  ) throws {
    let clock = ContinuousClock()
    let end = clock.now + patience
    while !condition() {
      guard process.isRunning else {
        throw Failure(description: "the daemon ended before \(what): \(text(errors))")
      }
      guard clock.now < end else {
        throw Failure(description: "gave up waiting until \(what)")
      }
      usleep(1000)
    }
  }

  private static func text(_ pipe: Pipe) -> String {
    String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  private static func accepts(_ path: String) -> Bool {
    let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
