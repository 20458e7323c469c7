import Foundation
import TTRPC
import Testing

/// A shipped Go client, where Go and Debian's ttrpc package are installed.
private enum GoClient {
  static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Interop/Go/main.go").path

  static var isAvailable: Bool {
    let files = FileManager.default
    return files.isExecutableFile(atPath: "/usr/bin/go")
      && files.fileExists(atPath: "/usr/share/gocode/src/github.com/containerd/ttrpc/client.go")
      && files.fileExists(atPath: "/usr/share/gocode/src/github.com/gogo/protobuf/types")
  }

  /// Builds the client into a folder; its path.
  static func build(in directory: TemporaryDirectory) async throws -> String {
    let binary = directory.file("interop")
    let output = try await run(
      "/usr/bin/go", ["build", "-o", binary, source],
      [
        "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": directory.file("cache"),
        "HOME": directory.path, "PATH": "/usr/bin:/bin",
      ])
    #expect(output == "")
    return binary
  }

  /// Everything that a program prints.
  static func run(
    _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
  ) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try await Task.detached { try pipe.fileHandleForReading.readToEnd() }.value
    process.waitUntilExit()
    return String(decoding: output ?? Data(), as: UTF8.self)
  }
}

@Suite("Clients of others")
struct InteropTests {
  @Test(.enabled(if: GoClient.isAvailable), .timeLimit(.minutes(5)))
  func `containerd's Go client gets the right answers`() async throws {
    let directory = TemporaryDirectory()
    let server = try ThreadServer(path: directory.file("s"))
    let client = try await GoClient.build(in: directory)
    #expect(try await GoClient.run(client, [directory.file("s")]) == "ok\n")
    withExtendedLifetime(server) {}
  }
}
