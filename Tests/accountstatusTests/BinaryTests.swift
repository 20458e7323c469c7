import Foundation
import Testing

/// The program as a shell runs it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct BinaryTests {
  private func run(_ arguments: [String]) throws -> (output: String, errors: String, exit: Int32) {
    let process = Process()
    // The binary stands beside the test bundle.
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "accountstatus")
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      String(decoding: text, as: UTF8.self), String(decoding: message, as: UTF8.self),
      process.terminationStatus
    )
  }

  @Test func `without a server it exits 4 and says what to do`() throws {
    let result = try run(["--socket", "/nowhere/rpc.sock", "is-active", "northwind"])
    #expect(result.exit == 4)
    #expect(result.output == "")
    #expect(
      result.errors.hasPrefix("accountstatus: error: there is no socket at /nowhere/rpc.sock"))
  }

  @Test func `the choice without a server is the exit`() throws {
    let command = ["--socket", "/nowhere/rpc.sock", "is-active", "-q", "northwind"]
    #expect(try run(command + ["--on-unavailable", "allow"]).exit == 0)
    #expect(try run(command + ["--on-unavailable", "deny"]).exit == 1)
  }

  @Test func `wrong usage exits 64 and help exits 0`() throws {
    let wrong = try run(["frobnicate"])
    #expect(wrong.exit == 64 && wrong.output == "" && !wrong.errors.isEmpty)
    let help = try run(["--help"])
    #expect(help.exit == 0 && help.errors == "" && help.output.contains("EXAMPLES"))
  }

  @Test func `a socket path that is too long is no server either`() throws {
    let result = try run(["health", "--socket", "/" + String(repeating: "x", count: 200)])
    #expect(result.exit == 4 && result.errors.hasPrefix("accountstatus: error: "))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `it completes itself in a shell`(shell: String) throws {
    let script = try run(["--generate-completion-script", shell])
    #expect(script.exit == 0 && script.output.contains("is-active"))
  }
}
