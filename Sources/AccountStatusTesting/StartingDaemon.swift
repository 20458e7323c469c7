import Foundation

/// A daemon between its spawn and the moment it is ready.
struct StartingDaemon {
  /// The line that an ephemeral daemon prints when it is ready.
  struct Ready: Decodable {
    var rpcSocket: String
    var tableSocket: String
  }

  let process = Process()
  /// What the daemon waits for the end of.
  let lifeline: FileHandle
  let errors: FileHandle
  let clock = ContinuousClock()
  let start: ContinuousClock.Instant
  private let output = Pipe()

  /// Generous: a loaded machine may be slow, a broken daemon ends the wait by exiting.
  private static let patience = Duration.seconds(60)

  init(_ arguments: [String], environment: [String: String]) throws {
    let input = Pipe()
    lifeline = input.fileHandleForWriting
    errors = try Self.unnamedFile()
    process.executableURL = URL(fileURLWithPath: try ServerProcess.daemon())
    process.arguments = arguments + ["--exit-with-stdin"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    // A child that holds the pipe open would keep the daemon.
    for end in [input.fileHandleForReading, lifeline, output.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    start = clock.now
    try process.run()
  }

  /// Waits for the line.
  func readyLine() throws -> Ready {
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")) {
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty { throw ended(before: "it was ready") }
      line += chunk
    }
    return try JSONDecoder().decode(Ready.self, from: line)
  }

  /// Waits until somebody listens at a path.
  func waitUntilItAccepts(_ path: String) throws {
    let end = clock.now + Self.patience
    while !Self.accepts(path) {
      guard process.isRunning else { throw ended(before: "\(path) accepted a connection") }
      guard clock.now < end else {
        process.terminate()
        throw ServerProcess.Failure(
          description: "gave up waiting until \(path) accepts a connection")
      }
      usleep(1000)
    }
  }

  private func ended(before what: String) -> ServerProcess.Failure {
    process.waitUntilExit()
    return ServerProcess.Failure(
      description: "the daemon ended before \(what): \(Self.text(of: errors))")
  }

  /// A file without a name: unlike a pipe it takes whatever a daemon says, read or not.
  private static func unnamedFile() throws -> FileHandle {
    var path = Array("\(FileManager.default.temporaryDirectory.path)/errors-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else {
      throw ServerProcess.Failure(
        description: "cannot make a temporary file: \(String(cString: strerror(errno)))")
    }
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// All that a file holds, from its beginning, wherever others are in it.
  static func text(of file: FileHandle) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = pread(file.fileDescriptor, &piece, piece.count, off_t(bytes.count))
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += piece[..<count]
    }
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
