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

  @Test(.enabled(if: exists("systemd-socket-activate")), .timeLimit(.minutes(3)))
  func `who calls while systemd starts the daemon waits for it`() throws {
    let directory = try TemporaryDirectory()
    let script = """
      systemd-socket-activate -E ACCOUNTSTATUSD_RUNTIME_DIRECTORY -E ACCOUNTSTATUSD_DATABASE \
        --listen "$1/rpc.sock" "$2" &
      until [ -S "$1/rpc.sock" ]; do sleep 0.01; done
      "$3" --socket "$1/rpc.sock" --timeout 60s info -o jsonl
      status=$?
      kill $!
      wait $!
      exit $status
      """
    let output = try run(
      "/usr/bin/env",
      [
        "bash", "-c", script, "bash", directory.path, ServerProcess.executable("accountstatusd"),
        ServerProcess.executable("accountstatus"),
      ],
      environment: [
        "ACCOUNTSTATUSD_RUNTIME_DIRECTORY": directory.path,
        "ACCOUNTSTATUSD_DATABASE": directory.file("ledger.sqlite"),
      ])
    #expect(output.status == 0, "\(output.error)")
    #expect(output.out.contains("\"rpcSocket\":\"\(directory.file("rpc.sock"))\""))
    // The socket is systemd's, and stays for the next daemon; the table's was the daemon's own.
    #expect(FileManager.default.fileExists(atPath: directory.file("rpc.sock")))
    #expect(!FileManager.default.fileExists(atPath: directory.file("table.sock")))
  }
}
