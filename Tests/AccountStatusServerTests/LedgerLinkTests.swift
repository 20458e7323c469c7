import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import TTRPC
import Testing

@Suite("The loop's side of the ledger")
struct LedgerLinkTests {
  private func row(_ id: AccountID, revision: UInt64) -> StatusRow {
    StatusRow(
      accountID: id, revision: revision, validFrom: newYear, flipAt: .distantFuture,
      validUntil: .distantFuture, untilFlip: .active, fromFlip: nil)
  }

  private func token(_ server: LocalServer, _ position: UInt64) -> LedgerToken {
    LedgerToken(
      storeID: server.ledger.identity.storeID, epoch: server.index.token.epoch, position: position)
  }

  /// A link whose work is done when the test says so, in the order it was put off.
  private final class Steps {
    var work: [() -> Void] = []
    /// Does one piece; false when there is none.
    func one() -> Bool {
      guard !work.isEmpty else { return false }
      work.removeFirst()()
      return true
    }
  }

  @Test func `a group's rows are all published before its first reply`() throws {
    let server = try LocalServer()
    let steps = Steps()
    let link = LedgerLink(ledger: server.ledger, index: server.index) { steps.work.append($0) }
    var log: [String] = []
    for number in 1...6 {
      link.report([], mode: .each, recorder: Recorder()) { [index = server.index] result in
        let seen = (1...9).count {
          index.read(AccountID(checked: "account-\($0)"), at: autumn).0 == .STATUS_TABLE_FOUND
        }
        let position = (try? result.get().1.position) ?? 0
        log.append("reply \(number): \(seen) rows, at \(position) and \(index.token.position)")
      }
    }
    link.onCommit = { _ in log.append("commit") }
    link.receive(
      .committed(
        CommittedGroup(
          token: token(server, 40),
          rows: (1...9).map { row(AccountID(checked: "account-\($0)"), revision: 1) },
          replies: (1...6).map { (RequestID($0), .done([.stored(sequence: $0)])) })))
    var count = 0
    while steps.one() {
      count += 1
      if server.index.count < 9 { #expect(log.isEmpty) }
    }
    #expect(log == (1...6).map { "reply \($0): 9 rows, at 40 and 40" } + ["commit"])
    #expect(count == 3 + 2, "four rows or replies a step")
    #expect(link.pendingCount == 0 && link.commitCount == 1 && link.factCount == 6)
  }

  @Test func `deliveries are worked off in their order, one group after another`() throws {
    let server = try LocalServer()
    let steps = Steps()
    let link = LedgerLink(ledger: server.ledger, index: server.index) { steps.work.append($0) }
    var log: [String] = []
    link.snapshot(of: account) { _ in log.append("snapshot at \(server.index.token.position)") }
    link.onCommit = { _ in log.append("commit \(server.index.token.position)") }
    link.receive(.committed(CommittedGroup(token: token(server, 5), rows: [row("a", revision: 1)])))
    link.receive(.facts(RequestID(1), nil))
    link.receive(.committed(CommittedGroup(token: token(server, 6))))
    link.receive(.readOnly(LedgerError(.diskFull, "full")))
    #expect(log.isEmpty && link.readOnlyReason == nil)
    while steps.one() {}
    #expect(log == ["commit 5", "snapshot at 5", "commit 6"])
    #expect(link.readOnlyReason?.code == .diskFull)
    link.receive(.recovered)
    while steps.one() {}
    #expect(link.readOnlyReason == nil)
  }

  @Test func `thousands of deliveries are done one by one, each once`() throws {
    let server = try LocalServer()
    let steps = Steps()
    let link = LedgerLink(ledger: server.ledger, index: server.index) { steps.work.append($0) }
    var order: [Int] = []
    for number in 1...5000 {
      link.snapshot(of: account) { _ in order.append(number) }
      link.receive(.facts(RequestID(UInt64(number)), nil))
      if number % 7 == 0 { _ = steps.one() }
    }
    while steps.one() {}
    #expect(order == Array(1...5000))
    #expect(link.pendingCount == 0)
  }

  @Test func `a failure reaches every request that it names, whatever it asked`() throws {
    let server = try LocalServer()
    let steps = Steps()
    let link = LedgerLink(ledger: server.ledger, index: server.index) { steps.work.append($0) }
    var failed: [String] = []
    func note(_ name: String) -> (LedgerError?) -> Void {
      { if $0?.code == .inputOutput { failed.append(name) } }
    }
    link.report([], mode: .each, recorder: Recorder()) { note("report")($0.error) }
    link.snapshot(of: account) { note("snapshot")($0.error) }
    link.facts(of: account, after: 0, limit: 1) { note("page")($0.error) }
    link.catchUp { note("catch-up")($0.error) }
    let ids = (1...4).map { RequestID($0) } + [RequestID(99), RequestID(1)]
    link.receive(.failed(ids, LedgerError(.inputOutput, "broken")))
    while steps.one() {}
    #expect(failed == ["report", "snapshot", "page", "catch-up"])
    #expect(link.pendingCount == 0)
  }

  @Test func `an answer of another kind than asked, or to nobody, is ignored`() throws {
    let server = try LocalServer()
    let steps = Steps()
    let link = LedgerLink(ledger: server.ledger, index: server.index) { steps.work.append($0) }
    link.receive(.facts(RequestID(7), nil))
    link.receive(
      .committed(
        CommittedGroup(token: token(server, 1), replies: [(RequestID(8), .done([]))])))
    while steps.one() {}
    #expect(link.commitCount == 1 && link.factCount == 0)
  }

  @Test(.enabled(if: RecordWriter.isOptimised))
  func `all that the loop does for a change costs less than twice what writing its record does`()
    throws
  {
    let server = try LocalServer()
    let accounts = (0..<5000).map { AccountID(checked: "partner-\(10_000 + $0)") }
    let rows = accounts.map { row($0, revision: 1) }
    var position = server.index.token.position
    let ratio = try RecordWriter(accounts).ratio {
      position += 1
      server.link.receive(
        .committed(CommittedGroup(token: token(server, position), rows: rows)))
      while server.index.token.position < position { try server.loop.turn(wait: .zero) }
    }
    #expect(server.index.count == accounts.count)
    #expect(ratio < 2)
  }

  @Test func `what a stopped ledger is asked fails`() throws {
    let server = try LocalServer()
    server.ledger.stop()
    let result = try server.answer("a failure") { server.link.catchUp($0) }
    #expect(throws: LedgerError.self) { try result.get() }
  }
}

extension Result where Failure == LedgerError {
  fileprivate var error: LedgerError? {
    if case .failure(let error) = self { error } else { nil }
  }
}

extension BasicAnswer {
  fileprivate static var active: BasicAnswer {
    BasicAnswer(
      state: .active, reinstatementState: .none, isEligibleForReinstatement: false,
      nextState: nil, nextTransitionAt: .distantFuture, since: newYear, reasons: [], notices: [],
      capabilities: [])
  }
}
