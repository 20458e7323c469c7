import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
import Testing

/// What a point read costs the loop.
@Suite(.serialized) struct PointReadTests {
  @Test func `a point read allocates nothing on the loop`() async throws {
    let directory = try TemporaryDirectory()
    let library = try preload("Preload/count_allocations.c", in: directory)
    let counter = directory.file("count")
    FileManager.default.createFile(atPath: counter, contents: Data(count: 8))
    let served = try Served(environment: [
      "LD_PRELOAD": library, "COUNT_ALLOCATIONS": counter, "COUNT_THREAD": "loop",
    ])
    try await served.register()
    try await served.issueInvoice()
    try await read(served.client, times: 2000)
    let before = try count(counter)
    #expect(before > 0, "the loop's thread is counted")
    let reads = 20_000
    try await read(served.client, times: reads)
    let during = try count(counter) - before
    // A buffer of the connection may still grow once or twice; per read it is nothing.
    #expect(during < 20, "\(during) allocations in \(reads) reads")
  }

  @Test func `a point read never waits for a commit`() async throws {
    let directory = try TemporaryDirectory()
    let library = try preload("Preload/slow_sync.c", in: directory)
    let gate = directory.file("slow")
    let served = try Served(environment: ["LD_PRELOAD": library, "SLOW_SYNC": gate])
    try await served.register()

    FileManager.default.createFile(atPath: gate, contents: nil)
    let isCommitted = Atomic(false)
    let (reads, committedEarly) = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await served.issueInvoiceSlowly()
        isCommitted.store(true, ordering: .releasing)
      }
      // Read on until the commit has certainly begun, and well past that.
      var reads = 0
      while reads < 5000 {
        _ = try await served.client.getStatus("northwind")
        reads += 1
      }
      let committedEarly = isCommitted.load(ordering: .acquiring)
      try FileManager.default.removeItem(atPath: gate)
      try await group.waitForAll()
      return (reads, committedEarly)
    }
    #expect(reads == 5000)
    #expect(!committedEarly, "all reads were answered while the commit was held up")
    #expect(try await served.client.getStatus("northwind").nextTransition != nil)
  }

  private func read(_ client: AccountStatusClient, times: Int) async throws {
    for _ in 0..<times { _ = try await client.getStatus("northwind") }
  }

  private func count(_ path: String) throws -> UInt64 {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  }
}

extension Served {
  /// Issues the invoice with all the patience that a held commit needs.
  fileprivate func issueInvoiceSlowly() async throws {
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
