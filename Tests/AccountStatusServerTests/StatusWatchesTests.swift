import AccountStatusAPI
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import TTRPC
import Testing

@Suite("Everyone who watches")
struct StatusWatchesTests {
  @Test func `statistics say how many watch`() throws {
    let server = try LocalServer()
    let first = try Watcher(server)
    let second = try Watcher(server)
    try first.untilCurrent()
    try second.untilCurrent()
    let stats = try first.peer.call(
      AdminService.getStats, GetStatsRequest(), GetStatsResponse.self)
    #expect(stats.counters.first { $0.name == "watchers" }?.value == 2)
    try second.peer.close()
    try server.until("it has left") { server.watches.count == 1 }
  }

  @Test func `a watch that is not read is ended, and the others are told everything`() throws {
    let server = try LocalServer()
    let accounts = (0..<300).map { AccountID(checked: "account-\($0)") }
    let idle = try Watcher(server)
    let reader = try Watcher(server)
    try reader.untilCurrent()
    // Until the idle one's socket and backlog are full.
    var round = 0
    while server.watches.slowCount == 0, round < 200 {
      round += 1
      let facts = accounts.map { account in
        round == 1
          ? registration(account)
          : fact(
            Identifier(checked: "\(account)-\(round)"), of: account,
            at: newYear.adding(nanoseconds: Int64(round)),
            .abuseFindingChanged(
              findingID: "F", severity: .significant,
              state: round % 2 == 0 ? .confirmed : .dismissed))
      }
      try server.store(facts)
      for _ in 0..<16 { try reader.peer.pump() }
      server.time.advance(.milliseconds(250))
      try server.turn()
    }
    #expect(server.watches.slowCount == 1 && server.watches.count == 1)
    let error = try idle.failure()
    #expect(error.code == .resourceExhausted && error.errorInfo?.reason == "WATCH_TOO_SLOW")
    try reader.untilCurrent()
    for (account, status) in try reader.latest {
      #expect(server.index.read(account, at: autumn).1.revision == status.revision)
    }
    // The idle one goes on behind its last token, and ends with the same.
    let resumed = try Watcher(server, from: try idle.token)
    try resumed.untilCurrent()
    for (account, status) in try resumed.latest {
      #expect(try reader.latest[account]?.revision == status.revision)
    }
  }

  @Test func `a watch that has fallen behind the log reads the ledger and catches up`() throws {
    let server = try LocalServer(log: ChangeLog(capacity: 8))
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    try server.store((0..<200).map { registration(AccountID(checked: "account-\($0)")) })
    try watcher.until("all are told") { try $0.changes.count == 200 }
    #expect(try Set(watcher.changes.map(\.accountID)).count == 200)
  }

  @Test func `a drain tells what is at hand, and ends watches as unavailable`() throws {
    let server = try LocalServer()
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    try server.store([registration()])
    var isDrained = false
    server.rpc.drain(deadline: server.time.now.advanced(by: .seconds(5))) { isDrained = true }
    let error = try watcher.failure()
    #expect(error.code == .unavailable && error.errorInfo?.reason == "SHUTTING_DOWN")
    #expect(try watcher.changes.map(\.accountID) == [account])
    try server.until("the server is drained, without its deadline") { isDrained }
    #expect(server.watches.count == 0)
  }
}
