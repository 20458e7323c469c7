import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
import Testing

/// SIGHUP has the daemon read anew who may do what.
@Suite(.serialized) struct RightsTests {
  @Test func `who still has the right loses no lookup, however often the table is replaced`()
    async throws
  {
    let served = try Served()
    try await served.register()
    let table = try #require(served.client.table)
    let patient = StatusTable.Options(maxStaleness: .seconds(60), timeout: .seconds(60))
    #expect(table.read("northwind", patient).result == .found)
    let tally = Tally()
    let readers = (0..<2).map { _ in
      Thread {
        while !tally.isDone.load(ordering: .acquiring) {
          tally.reads.add(1, ordering: .relaxed)
          if table.read("northwind", patient).state != .active {
            tally.failures.add(1, ordering: .relaxed)
          }
        }
        tally.ended.add(1, ordering: .releasing)
      }
    }
    for reader in readers { reader.start() }
    for _ in 0..<10 {
      let generation = table.read("northwind", patient).generation
      let before = tally.reads.load(ordering: .relaxed)
      served.server.signal(SIGHUP)
      try await eventually {
        table.read("northwind", patient).generation > generation
          && tally.reads.load(ordering: .relaxed) > before + 100
      }
      // Calls go on as well, on the connection that was there.
      #expect(try await served.asker.getStatus("northwind").state == .active)
    }
    tally.isDone.store(true, ordering: .releasing)
    try await eventually { tally.ended.load(ordering: .acquiring) == readers.count }
    #expect(tally.failures.load(ordering: .relaxed) == 0)
  }

  private final class Tally: Sendable {
    let isDone = Atomic(false)
    let reads = Atomic(0)
    let failures = Atomic(0)
    let ended = Atomic(0)
  }

  @Test(.enabled("needs root, and programs that another user may run", canBeOthers))
  func `a group that loses the right loses the table that it has, and its calls, and back`()
    async throws
  {
    let host = try Host(readers: Self.readers)
    let client = try AccountStatusClient(socket: host.socket)
    try await eventually { (try? await client.info()) != nil }
    _ = try await client.report([
      Fact(
        accountID: "northwind", source: "test", factID: "r-1", effectiveAt: "2026-01-01T00:00:00Z",
        kind: .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
    ])
    let reader = try host.reader(of: "northwind", as: Self.readers)
    #expect(try reader.ask() == "found active")
    #expect(try host.group(of: host.socket) == Self.readers)

    try host.setReaders(nil)
    try await eventually { try reader.ask() == "stale PERMISSION_DENIED" }
    for _ in 0..<20 { #expect(try reader.ask() == "stale PERMISSION_DENIED") }
    #expect(try host.group(of: host.socket) == getegid())
    // The daemon's own user is asked to follow, and may.
    let table = try #require(client.table)
    let patient = StatusTable.Options(timeout: .seconds(60))
    #expect(table.read("northwind", patient).result == .found)

    try host.setReaders(Self.readers)
    try await eventually { try reader.ask() == "found active" }
  }

  private static let readers: UInt32 = 54_321

  /// Whether this process may take another user's place, and have a file of groups of its own.
  private static func canBeOthers() -> Bool {
    guard geteuid() == 0, let space = try? run("/usr/bin/unshare", ["--mount", "true"]),
      let other = try? run(
        "/usr/bin/setpriv",
        ["--reuid=65534", "--regid=65534", "--clear-groups", ServerProcess.executable(probe)])
    else { return false }
    return space.status == 0 && other.status == 64
  }

  private static let probe = "table-read-probe"

  /// A daemon whose host has, as far as it can see, a file of groups that the test writes.
  private final class Host {
    let directory: TemporaryDirectory
    let socket: String
    private let daemon: Process
    private var readers: [Process] = []

    init(readers: UInt32) throws {
      directory = try TemporaryDirectory()
      socket = directory.file("run/rpc.sock")
      chmod(directory.path, 0o755)
      daemon = Process()
      daemon.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
      daemon.arguments =
        [
          "--mount", "sh", "-c", #"mount --bind "$1" /etc/group && shift && exec "$@""#, "sh",
          directory.file("group"), ServerProcess.executable("accountstatusd"),
        ] + ["--runtime-directory", directory.file("run"), "--database", directory.file("ledger")]
      try write(readers)
      try daemon.run()
    }

    deinit {
      for process in readers + [daemon] {
        process.terminate()
        process.waitUntilExit()
      }
    }

    /// Changes the group, and says so.
    func setReaders(_ readers: UInt32?) throws {
      try write(readers)
      kill(daemon.processIdentifier, SIGHUP)
    }

    /// In place: the file is mounted.
    private func write(_ readers: UInt32?) throws {
      let group = readers.map { "accountstatus:x:\($0):\n" } ?? ""
      try "root:x:0:\n\(group)".write(
        toFile: directory.file("group"), atomically: false, encoding: .utf8)
    }

    func group(of path: String) throws -> UInt32? {
      try FileManager.default.attributesOfItem(atPath: path)[.groupOwnerAccountID] as? UInt32
    }

    func reader(of account: AccountID, as group: UInt32) throws -> Reader {
      let reader = try Reader(
        "/usr/bin/setpriv",
        [
          "--reuid=65534", "--regid=65534", "--groups=\(group)", ServerProcess.executable(probe),
          "follow", socket, account.text,
        ])
      readers.append(reader.process)
      return reader
    }
  }

  /// A program that answers a line with a line.
  private final class Reader {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ program: String, _ arguments: [String]) throws {
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.standardInput = input
      process.standardOutput = output
      try process.run()
    }

    func ask() throws -> String {
      try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
      var line = Data()
      while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.count == 1 {
        if byte[0] == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
        line.append(byte)
      }
      throw CocoaError(.fileReadUnknown)
    }
  }
}
