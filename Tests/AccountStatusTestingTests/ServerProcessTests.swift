import AccountStatusTesting
import Foundation
import Testing

@Suite("The daemon in a process of its own")
struct ServerProcessTests {
  @Test func `an ephemeral one is ready when it is made, and stops in order`() throws {
    let server = try ServerProcess.ephemeral()
    #expect(server.isRunning && server.pid > 0)
    #expect(FileManager.default.fileExists(atPath: server.socket))
    #expect(server.startDuration > .zero)
    #expect(server.stop() == 0)
    #expect(!server.isRunning)
    #expect(!FileManager.default.fileExists(atPath: server.socket))
    #expect(server.errorOutput() == "")
  }

  @Test func `a killed one is gone at once`() throws {
    let server = try ServerProcess.ephemeral()
    server.kill()
    #expect(!server.isRunning)
    server.kill()
  }

  @Test func `one that nobody holds any longer is killed`() throws {
    var server: ServerProcess? = try ServerProcess.ephemeral()
    let pid = try #require(server?.pid)
    server = nil
    #expect(kill(pid, 0) != 0)
  }

  @Test func `what the daemon says before it is ready is the failure`() {
    let error = #expect(throws: ServerProcess.Failure.self) {
      try ServerProcess.ephemeral(["--policy-edition", "2099-01"])
    }
    #expect(error?.description.contains("2099-01") == true)
  }

  @Test func `a path too long for a socket is a failure, not a crash`() {
    let directory = "/tmp/" + String(repeating: "x", count: 120)
    #expect(throws: ServerProcess.Failure.self) {
      try ServerProcess.durable(
        runtimeDirectory: directory, database: "/tmp/\(UUID().uuidString).sqlite")
    }
    try? FileManager.default.removeItem(atPath: directory)
  }
}
