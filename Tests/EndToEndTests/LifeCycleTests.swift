import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Start, stop, sockets and directories of a real daemon.
@Suite struct LifeCycleTests {
  @Test func `an ephemeral daemon leaves nothing behind`() throws {
    let served = try Served()
    let directory = URL(fileURLWithPath: served.server.socket).deletingLastPathComponent().path
    #expect(FileManager.default.fileExists(atPath: directory))
    #expect(served.server.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  @Test func `what kill -9 leaves is taken over`() async throws {
    let directory = try TemporaryDirectory()
    let first = try durable(in: directory)
    let client = try AccountStatusClient(socket: first.socket)
    _ = try await client.report([registration("northwind")])
    first.kill()
    #expect(FileManager.default.fileExists(atPath: first.socket))

    let second = try durable(in: directory)
    #expect(try await client.getStatus("northwind").state == .active)
    #expect(second.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: second.socket))
  }

  @Test func `a live daemon's socket is never stolen`() throws {
    let directory = try TemporaryDirectory()
    let first = try durable(in: directory)
    let second = try run("accountstatusd", arguments(in: directory))
    #expect(second.status == 1)
    #expect(second.error.contains("another accountstatusd (pid \(first.pid))"))
    #expect(first.isRunning)
  }

  @Test func `a second directory on the same database is refused`() throws {
    let directory = try TemporaryDirectory()
    let first = try durable(in: directory)
    let other = try TemporaryDirectory()
    let second = try run(
      "accountstatusd",
      ["--runtime-directory", other.path, "--database", directory.file("ledger.sqlite")])
    #expect(second.status == 1)
    #expect(second.error.contains("ledger.sqlite"))
    #expect(first.isRunning)
  }

  @Test(arguments: [0, 3])
  func `answers go before other processes where that may be, and where nobody said otherwise`(
    nice: Int
  ) throws {
    let script = """
      setsid nice -n "$1" "$2" --ephemeral >"$3/ready" &
      pid=$!
      until [ -s "$3/ready" ]; do kill -0 $pid || exit 1; sleep 0.01; done
      for thread in /proc/$pid/task/*; do
        echo "$(cat "$thread/comm") $(cut -d " " -f 19 "$thread/stat")"
      done
      [ -e /proc/$pid/autogroup ] && echo "session $(cut -d " " -f 3 /proc/$pid/autogroup)"
      kill $pid
      wait $pid
      """
    let directory = try TemporaryDirectory()
    let output = try run(
      "/bin/sh",
      ["-c", script, "sh", "\(nice)", ServerProcess.executable("accountstatusd"), directory.path])
    #expect(output.status == 0)
    let isAllowed = try run("/usr/bin/nice", ["-n", "-2", "nice"]).out == "-2\n"
    let isRaised = nice == 0 && isAllowed
    let lines = output.out.split(separator: "\n")
    #expect(lines.contains("loop \(isRaised ? -2 : nice)"), "\(output.out)")
    #expect(lines.contains("ledger 5"))
    if let session = lines.first(where: { $0.hasPrefix("session ") }) {
      #expect(session == "session \(isRaised ? -2 : 0)")
    }
  }

  @Test func `a directory that others can write to is refused, with the remedy`() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
    let output = try run("accountstatusd", arguments(in: directory))
    #expect(output.status == 1)
    #expect(output.error.contains("chmod go-w \(directory.path)"))
  }

  @Test func `a path too long for a socket is a clear error`() throws {
    let directory = try TemporaryDirectory()
    let long = directory.file(String(repeating: "d", count: 100))
    let output = try run(
      "accountstatusd",
      ["--runtime-directory", long, "--database", directory.file("ledger.sqlite")])
    #expect(output.status == 1)
    #expect(output.error.contains("107"))
  }

  @Test(arguments: [
    (["--clock", "manual"], "--ephemeral"), (["--now", "2026-01-01T00:00:00Z"], "--clock manual"),
    (["--ephemeral", "--clock", "manual", "--now", "tomorrow"], "RFC 3339"),
    (["--ephemeral", "--database", "x"], "--database"), (["--frobnicate"], "--frobnicate"),
  ])
  func `a wrong argument is a usage error that says what is right`(
    arguments: [String], remedy: String
  ) throws {
    let output = try run("accountstatusd", arguments)
    #expect(output.status == 64)
    #expect(output.error.contains(remedy))
  }

  @Test func `flags beat the environment, which beats the file`() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.file("settings.json")
    try #"{"policyEdition": "2016-11", "database": "/nonexistent/a"}"#
      .write(toFile: file, atomically: false, encoding: .utf8)
    let server = try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"),
      arguments: ["--config", file],
      environment: ["ACCOUNTSTATUSD_POLICY_EDITION": "2017-01"])
    let info = try await AccountStatusClient(socket: server.socket).info()
    #expect(info.policyEdition == "2017-01")
    #expect(info.database == directory.file("ledger.sqlite"))

    try #"{"policyEditon": "2016-11"}"#.write(toFile: file, atomically: false, encoding: .utf8)
    let misspelt = try run("accountstatusd", ["--config", file] + arguments(in: directory))
    #expect(misspelt.status == 1)
    #expect(misspelt.error.contains("policyEditon"))
    #expect(misspelt.error.contains("policyEdition"))
  }

  @Test func `readiness is announced to the service manager`() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("notify")
    let socket = try DatagramSocket(path: path)
    let server = try ServerProcess.ephemeral(environment: ["NOTIFY_SOCKET": path])
    #expect(try socket.receive() == "READY=1")
    server.stop()
    #expect(try socket.receive() == "STOPPING=1")
  }

  @Test func `the sockets and the directory it makes have the right modes`() throws {
    let directory = try TemporaryDirectory()
    let runtime = directory.file("run")
    let server = try ServerProcess.durable(
      runtimeDirectory: runtime, database: directory.file("ledger.sqlite"))
    #expect(try mode(runtime) == 0o750)
    #expect(try mode(server.socket) == 0o660)
  }

  @Test func `an edition that does not exist stops the start and names those that do`() throws {
    let directory = try TemporaryDirectory()
    let output = try run(
      "accountstatusd", arguments(in: directory) + ["--policy-edition", "1999-01"])
    #expect(output.status == 1)
    #expect(output.error.contains("2020-06"))
  }

  @Test func `a database in a missing directory is a clear error`() throws {
    let directory = try TemporaryDirectory()
    let output = try run(
      "accountstatusd",
      ["--runtime-directory", directory.path, "--database", "/nonexistent/ledger.sqlite"])
    #expect(output.status == 1)
    #expect(output.error.hasPrefix("accountstatusd: fatal: "))
    #expect(output.error.contains("/nonexistent"))
  }

  private func arguments(in directory: TemporaryDirectory) -> [String] {
    ["--runtime-directory", directory.path, "--database", directory.file("ledger.sqlite")]
  }

  private func durable(in directory: TemporaryDirectory) throws -> ServerProcess {
    try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"))
  }

  private func registration(_ account: AccountID) -> Fact {
    Fact(
      accountID: account, source: "test", factID: "r-1", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}

/// A service manager's socket.
private final class DatagramSocket {
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func receive() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    try #require(count > 0)
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }
}
