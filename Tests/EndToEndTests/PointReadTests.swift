import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
import Testing

/// What a point read costs the loop.
@Suite(.serialized) struct PointReadTests {
  /// Without optimisation the compiler itself puts closures on the heap: nothing to count.
  #if DEBUG
    private static let isOptimised = false
  #else
    private static let isOptimised = true
  #endif

  @Test(.enabled(if: isOptimised))
  func `a point read allocates nothing on the loop`() async throws {
    let directory = try TemporaryDirectory()
    let library = try preload("Preload/count_allocations.c", in: directory)
    let counter = try directory.make("count", byteCount: 8)
    let served = try Served(environment: [
      "LD_PRELOAD": library, "COUNT_ALLOCATIONS": counter, "COUNT_THREAD": "loop",
    ])
    try await served.register()
    try await served.issueInvoice()
    try await read(served.asker, times: 2000)
    let before = try count(counter)
    #expect(before > 0, "the loop's thread is counted")
    // Long enough for dozens of the table's heartbeats, which the loop makes as well.
    let start = ContinuousClock.now
    var reads = 0
    while reads < 20_000 || ContinuousClock.now - start < .seconds(2) {
      try await read(served.asker, times: 1000)
      reads += 1000
    }
    let during = try count(counter) - before
    // A buffer of the connection may still grow once or twice; per read it is nothing.
    #expect(during < 10, "\(during) allocations in \(reads) reads")
  }

  @Test func `a point read never waits for a commit`() async throws {
    let directory = try TemporaryDirectory()
    let library = try preload("Preload/slow_sync.c", in: directory)
    let gate = directory.file("slow")
    let served = try Served(environment: ["LD_PRELOAD": library, "SLOW_SYNC": gate])
    try await served.register()

    _ = try directory.make("slow")
    let committed = Flag()
    let client = served.asker
    let write = Task {
      try await Self.issueInvoice(client)
      committed.isSet.store(true, ordering: .releasing)
    }
    // All at once: one by one, each would wait for its turn among the other tests' tasks, and a
    // sync is held up for a minute at most.
    try await withThrowingTaskGroup { group in
      for _ in 0..<500 { group.addTask { _ = try await client.getStatus("northwind") } }
      try await group.waitForAll()
    }
    let committedEarly = committed.isSet.load(ordering: .acquiring)
    try FileManager.default.removeItem(atPath: gate)
    try await write.value
    #expect(!committedEarly, "all reads were answered while the commit was held up")
    #expect(try await served.asker.getStatus("northwind").nextTransition != nil)
  }

  private func read(_ client: AccountStatusClient, times: Int) async throws {
    for _ in 0..<times { _ = try await client.getStatus("northwind") }
  }

  private func count(_ path: String) throws -> UInt64 {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  }
}

extension PointReadTests {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  /// Issues the invoice with all the patience that a held commit needs.
  private static func issueInvoice(_ client: AccountStatusClient) async throws {
    _ = try await client.report(
      [
        Fact(
          accountID: "northwind", source: "test", factID: "slow", effectiveAt: Served.start,
          kind: .invoiceIssued(
            InvoiceIssued(
              invoiceID: "INV-1", issueDate: "2026-07-01", total: Money("EUR", units: 1000))))
      ], timeout: .seconds(120))
  }
}
