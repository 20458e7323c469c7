import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
import Testing

/// kill -9 under write load, with everything that was not synced thrown away.
///
/// Kills the daemon a few times in an ordinary run; ACCOUNTSTATUS_KILLS says how often otherwise.
@Suite(.serialized) struct DurabilityTests {
  @Test func `every acknowledged fact survives kill -9, and no request survives by half`()
    async throws
  {
    let kills = ProcessInfo.processInfo.environment["ACCOUNTSTATUS_KILLS"].flatMap { Int($0) } ?? 6
    let directory = try TemporaryDirectory()
    let libraries = try TemporaryDirectory()
    let library = try preload("Crash/unsynced_writes.c", in: libraries)
    let ledger = Written()
    var inFlight = 0
    for round in 0..<kills {
      let server = try ServerProcess.durable(
        runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"),
        environment: ["LD_PRELOAD": library, "UNSYNCED_DIRECTORY": directory.path])
      let client = try AccountStatusClient(socket: server.socket)
      try await verify(ledger, client)
      inFlight += try await writeUntilKilled(round, server, client, ledger) ? 1 : 0
      client.close()
    }
    let server = try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"))
    try await verify(ledger, AccountStatusClient(socket: server.socket))
    let acknowledged = ledger.count
    print("\(kills) kills, \(inFlight) with a write in flight, \(acknowledged) acknowledged facts")
    #expect(acknowledged > 0)
    #expect(2 * inFlight >= kills)
    #expect(server.stop() == 0)
  }

  /// Reports pairs of facts from many tasks, kills the daemon at a random moment, and waits for
  /// them; true when a report was waiting for its answer at the kill.
  private func writeUntilKilled(
    _ round: Int, _ server: ServerProcess, _ client: AccountStatusClient, _ ledger: Written
  ) async throws -> Bool {
    let load = Load()
    let writers = (0..<32).map { writer in
      Task {
        var number = 0
        while !load.isOver.load(ordering: .acquiring) {
          number += 1
          let name = "\(round)-\(writer)-\(number)"
          load.waiting.add(1, ordering: .relaxed)
          let isStored = (try? await client.report(Self.pair(name), timeout: .seconds(30))) != nil
          guard isStored else {
            return
          }
          ledger.add(name)
          load.waiting.subtract(1, ordering: .relaxed)
        }
      }
    }
    let moment = Duration.milliseconds(Int.random(in: 20...150))
    try await Task.sleep(for: moment)
    let isInFlight = load.waiting.load(ordering: .relaxed) > 0
    server.kill()
    load.isOver.store(true, ordering: .releasing)
    for writer in writers { await writer.value }
    return isInFlight
  }

  /// Two facts of one request: both are there, or none.
  private static func pair(_ name: String) -> [Fact] {
    ["a", "b"].map { half in
      Fact(
        accountID: account(name), source: "kill",
        factID: Identifier(stringLiteral: "\(name)/\(half)"),
        effectiveAt: "2026-01-01T00:00:00Z",
        kind: half == "a"
          ? .accountRegistered(
            AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp))
          : .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed))
    }
  }

  private static func account(_ name: String) -> AccountID {
    AccountID(stringLiteral: "kill-\(name)")
  }

  private func verify(_ ledger: Written, _ client: AccountStatusClient) async throws {
    let names = ledger.names
    for start in stride(from: 0, to: names.count, by: 500) {
      let part = names[start..<min(start + 500, names.count)]
      let batch = try await client.getStatuses(part.map(Self.account))
      for entry in batch.value {
        // Suspended is what both facts together make of it.
        #expect(try entry.result.get().state == .suspended, "\(entry.accountID)")
      }
    }
    for try await page in client.listStatuses(pageSize: 1000) {
      for status in page.entries where status.state != .suspended {
        Issue.record("\(status.accountID) is there by half")
      }
    }
  }
}

/// What was acknowledged so far.
private final class Written: Sendable {
  private let acknowledged = Mutex<[String]>([])

  var names: [String] { acknowledged.withLock(\.self) }
  var count: Int { acknowledged.withLock { 2 * $0.count } }

  func add(_ name: String) {
    acknowledged.withLock { $0.append(name) }
  }
}

private final class Load: Sendable {
  let isOver = Atomic(false)
  let waiting = Atomic(0)
}
