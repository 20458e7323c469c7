import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Dispatch
import Testing

@Suite struct LedgerTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("ledger.sqlite")
  }

  @Test func `a new ledger is empty, and knows itself again`() throws {
    let first = try OpenLedger(path, clock: clock)
    #expect(first.seen.published == [])
    #expect(first.ledger.openedAt.position == 0)
    #expect(first.ledger.firstTransitionAt == nil)
    let identity = first.ledger.identity
    first.stop()
    let second = try OpenLedger(path, clock: clock)
    #expect(second.ledger.identity == identity)
    #expect(identity.epoch == 1)
  }

  @Test func `what was committed is there after a restart`() async throws {
    let first = try OpenLedger(path, clock: clock)
    try await first.report([registration(), invoice()])
    try await first.store(payment("PAY-1", at: newYear))
    let rows = first.seen.rows
    let token = try #require(first.seen.groups.last?.token)
    let facts = try await first.page(account).facts
    first.stop()
    let second = try OpenLedger(path, clock: clock)
    #expect(second.seen.rows == rows)
    #expect(second.seen.expected == rows.count)
    #expect(second.ledger.openedAt == token)
    #expect(try await second.page(account).facts == facts)
    #expect(try await second.store(invoice("INV-2")) > token.position)
  }

  @Test func `positions grow with every commit`() async throws {
    let open = try OpenLedger(path, clock: clock)
    for id in 0..<20 { try await open.store(invoice(Identifier(checked: "I-\(id)"))) }
    let positions = open.seen.groups.map(\.token.position)
    #expect(Set(positions).count == 20)
    #expect(positions == positions.sorted())
    #expect(open.seen.faults == [])
  }

  @Test func `stop answers what was submitted, and what comes later fails`() async throws {
    let open = try OpenLedger(path, clock: clock)
    async let stored = open.report([registration()])
    _ = try await stored
    open.stop()
    open.stop()
    await #expect(throws: LedgerError.self) { try await open.report([invoice()]) }
    await #expect(throws: LedgerError.self) { try await open.facts(account) }
    await #expect(throws: LedgerError.self) { try await open.catchUp(to: suspension) }
  }

  @Test func `requests that meet a stop are stored, or fail, never both or neither`() async throws {
    let open = try OpenLedger(path, clock: clock)
    let stored = await withTaskGroup(of: AccountID?.self) { group in
      for number in 0..<200 {
        let id = AccountID(checked: "account-\(number)")
        group.addTask { (try? await open.store(registration(id))) == nil ? nil : id }
        if number == 100 { group.addTask { await stopAside(open) } }
      }
      return await group.reduce(into: Set<AccountID>()) { if let id = $1 { $0.insert(id) } }
    }
    #expect(open.seen.faults == [])
    let again = try OpenLedger(path, clock: clock)
    #expect(Set(again.seen.published.map(\.accountID)) == stored)
  }

  @Test func `an unknown account has no facts`() async throws {
    let open = try OpenLedger(path, clock: clock)
    #expect(try await open.facts("nobody") == nil)
    #expect(try await open.page("nobody").facts == [])
  }

  @Test(arguments: 1...6) func `random lives agree with a straight evaluation at every step`(
    seed: UInt64
  ) async throws {
    var life = try RandomLife(seed: seed, path: path)
    for _ in 0..<120 { try await life.step() }
    try await life.reopen()
    for _ in 0..<60 { try await life.step() }
    #expect(life.comparisons > 500)
    #expect(life.pastChanges > 0)
  }
}

/// Stops a ledger, which waits for its thread, without holding a task's thread.
private func stopAside(_ open: OpenLedger) async -> AccountID? {
  await withCheckedContinuation { continuation in
    DispatchQueue.global().async {
      open.stop()
      continuation.resume(returning: nil)
    }
  }
}
