import AccountStatusTesting
import Foundation
import Testing

/// What packages bring beside the programs.
@Suite struct PackagingTests {
  private let units = "\(repository)/packaging/systemd"

  @Test(.enabled(if: exists("systemd-analyze"))) func `systemd takes the units`() throws {
    let directory = try TemporaryDirectory()
    var paths: [String] = []
    for name in ["accountstatusd.service", "accountstatusd.socket"] {
      // As `make install` writes them: with the place of the program.
      let unit = try String(contentsOfFile: "\(units)/\(name)", encoding: .utf8)
        .replacing(
          "/usr/local/sbin/accountstatusd", with: ServerProcess.executable("accountstatusd"))
      try unit.write(toFile: directory.file(name), atomically: false, encoding: .utf8)
      paths.append(directory.file(name))
    }
    let output = try run("/usr/bin/env", ["systemd-analyze", "verify", "--man=no"] + paths)
    #expect(output.status == 0 && output.error == "", "\(output.error)")
  }

  @Test func `the service's settings are the daemon's`() throws {
    let unit = try String(contentsOfFile: "\(units)/accountstatusd.service", encoding: .utf8)
    // What systemd makes of RuntimeDirectory and StateDirectory.
    let (runtime, state) = (try TemporaryDirectory(), try TemporaryDirectory())
    var environment: [String: String] = [:]
    for match in unit.matches(of: #/Environment=(\w+)=(.+)/#) {
      environment[String(match.1)] = String(match.2)
        .replacing("%t/accountstatus", with: runtime.path)
        .replacing("%S/accountstatus", with: state.path)
    }
    #expect(environment.count == 2)
    let server = try ServerProcess.durable(
      runtimeDirectory: runtime.path, database: state.file("ledger.sqlite"))
    // Both are taken, so they are what the variables name.
    let second = try run("accountstatusd", [], environment: environment)
    #expect(second.status == 1 && second.error.contains("another accountstatusd (pid"))
    let other = try TemporaryDirectory()
    let third = try run(
      "accountstatusd", ["--runtime-directory", other.path], environment: environment)
    #expect(third.status == 1 && third.error.contains(state.file("ledger.sqlite")))
    #expect(server.isRunning)
  }
}
