import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
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

  @Test func `a killed one is gone at once, with its directory`() throws {
    let server = try ServerProcess.ephemeral()
    server.kill()
    #expect(!server.isRunning)
    #expect(!FileManager.default.fileExists(atPath: directory(of: server.socket)))
    server.kill()
  }

  @Test(arguments: [false, true])
  func `one whose test is killed ends and removes its directory, even if it was paused`(
    isPaused: Bool
  ) async throws {
    // The test that is killed is a process of its own.
    let result = await #expect(
      processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
    ) { [isPaused] in
      let server = try ServerProcess.ephemeral()
      print("SERVER \(server.pid) \(server.socket)")
      fflush(nil)
      if isPaused { server.pause() }
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("SERVER ") })
    let words = line.split(separator: " ")
    let end = ContinuousClock.now + .seconds(60)
    while isAlive(words[1]), ContinuousClock.now < end { await Task.yield() }
    #expect(!isAlive(words[1]))
    #expect(!FileManager.default.fileExists(atPath: directory(of: String(words[2]))))
  }

  @Test func `what it says before it ends is kept, however much`() throws {
    let server = try ServerProcess.ephemeral(["--log-level", "trace"])
    server.stop()
    #expect(server.errorOutput().contains("stopped"))
  }

  /// Whether a process runs; one that has ended may still wait for whoever adopted it.
  private func isAlive(_ pid: Substring) -> Bool {
    guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let state = line.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z" && state != "X"
  }

  private func directory(of socket: String) -> String {
    URL(fileURLWithPath: socket).deletingLastPathComponent().path
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

  @Test func `stopped under load it answers or fails every call, and ends in time`() async throws {
    let server = try ServerProcess.ephemeral()
    let client = try AccountStatusClient(socket: server.socket)
    let pid = server.pid
    let calls = Calls()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for number in 0..<1_000_000 {
            do throws(AccountStatusError) {
              _ = try await client.report([
                Fact(
                  accountID: AccountID(checked: "account-\(writer)-\(number)"), source: "test",
                  factID: Identifier(checked: "register-\(writer)-\(number)"),
                  effectiveAt: "2026-01-01T00:00:00Z",
                  kind: .accountRegistered(
                    AccountRegistered(
                      cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
              ])
            } catch {
              #expect(error.kind == .unavailable, "\(error)")
              calls.counts.withLock { $0.failed += 1 }
              return
            }
            let answered = calls.counts.withLock {
              $0.answered += 1
              return $0.answered
            }
            if answered == 200 { kill(pid, SIGTERM) }
          }
        }
      }
      try await group.waitForAll()
    }
    let (answered, failed) = calls.counts.withLock(\.self)
    #expect(answered >= 200 && failed == 8)
    // All are answered: nothing is left that it could wait 5 s for.
    let end = ContinuousClock.now + .seconds(5)
    while server.isRunning, ContinuousClock.now < end { await Task.yield() }
    #expect(!server.isRunning)
    // Another signal would end it at once.
    #expect(server.stop() == 0)
    client.close()
  }
}

/// How calls ended.
private final class Calls: Sendable {
  let counts = Mutex((answered: 0, failed: 0))
}
