import Foundation

/// What a run of a program came to.
struct Outcome {
  let status: Int32
  let output: String

  /// The output as JSON.
  func json() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return value as? [String: Any] ?? [:]
  }

  /// The requirements of a comparison: their names, and whether they are met.
  func requirements() throws -> [String: Bool] {
    let all = try json()["requirements"] as? [[String: Any]] ?? []
    return all.reduce(into: [:]) { met, requirement in
      if let name = requirement["name"] as? String { met[name] = requirement["isMet"] as? Bool }
    }
  }
}

/// A program of this build.
enum Program {
  /// Its path: the test bundle's directory holds what the build made.
  static func path(_ name: String) -> String {
    let bundle = Bundle.main.bundleURL
    let directory =
      bundle.pathExtension == "xctest"
      ? bundle.deletingLastPathComponent()
      : URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return directory.appendingPathComponent(name).path
  }

  /// Starts it with a pipe as its standard output, and another as its input if asked for.
  static func start(_ name: String, _ arguments: [String], input: Pipe? = nil) throws -> (
    process: Process, output: FileHandle
  ) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: path(name))
    process.arguments = arguments
    process.standardOutput = pipe
    if let input { process.standardInput = input }
    try process.run()
    return (process, pipe.fileHandleForReading)
  }

  /// Runs the benchmark to its end.
  static func bench(_ arguments: String...) throws -> Outcome {
    let (process, output) = try start("accountstatus-bench", arguments)
    let bytes = output.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
  }
}
