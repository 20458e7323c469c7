import AccountStatusTesting
import Foundation
import Testing

@Suite("Starting a daemon")
struct StartingDaemonTests {
  /// Starts what a script does instead of a daemon, in a process of its own: the daemon's path comes
  /// from the environment.
  @Test func `what is no daemon is reported with what it said`() async {
    await #expect(processExitsWith: .success) {
      let path = "/tmp/no-daemon-\(UUID().uuidString)"
      try "#!/bin/sh\necho no such option >&2\nexit 64\n".write(
        toFile: path, atomically: true, encoding: .utf8)
      chmod(path, 0o700)
      setenv("ACCOUNTSTATUSD", path, 1)
      let error = #expect(throws: ServerProcess.Failure.self) { try ServerProcess.ephemeral() }
      #expect(error?.description.contains("no such option") == true)
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
