import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import TTRPC
import Testing

@Suite("One client that watches")
struct StatusWatchTests {
  /// A finding that suspends an account at once, or its end.
  private func abuse(
    _ number: Int, of account: AccountID = account, _ state: AbuseState = .confirmed
  ) -> Fact {
    fact(
      Identifier(checked: "abuse-\(account)-\(number)-\(state)"), of: account, at: autumn,
      .abuseFindingChanged(
        findingID: Identifier(checked: "F-\(number)"), severity: .significant, state: state))
  }

  // MARK: Snapshots

  @Test func `without a token every account's record comes first, then its changes`() throws {
    let server = try LocalServer()
    try server.store([registration(), registration("northwind"), invoice()])
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    let events = try watcher.events
    #expect(events.first == .snapshotBegin)
    #expect(Set(try watcher.records.map(\.accountID)) == ["fabrikam", "northwind"])
    guard case .snapshotEnd(let token)? = try watcher.told.last else {
      throw TestFailure("there is no end: \(events)")
    }
    #expect(token == server.index.encodedToken)
    let (_, row) = server.index.read(account, at: autumn)
    let record = try #require(try watcher.latest[account])
    #expect(record.state == .active && record.revision == row.revision)
    #expect(record.asOf == autumn && record.policyEdition == PolicyEdition.defaultName)

    let written = try server.store([abuse(1)])
    try watcher.until("the change is told") { try !$0.changes.isEmpty }
    let change = try #require(try watcher.changes.first)
    #expect(change.accountID == account && change.token == written.encoded)
    #expect(change.previous?.standing == record.standing)
    #expect(change.previous?.revision == record.revision)
    #expect(change.current?.state == .suspended && change.current?.asOf == autumn)
    #expect(change.current?.reasons.map(\.code) == [.accountAbuse])
    #expect(change.revision == record.revision + 1 && !change.isPastChanged)
  }

  @Test func `a snapshot of nothing begins and ends`() throws {
    let server = try LocalServer()
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    #expect(
      try watcher.events == [
        .snapshotBegin, .snapshotEnd(token: server.index.encodedToken),
        .progress(token: server.index.encodedToken, asOf: autumn),
      ])
  }

  @Test func `what is committed while a snapshot is told is told once`() throws {
    let server = try LocalServer()
    try server.store((0..<400).map { registration(AccountID(checked: "a-\($0)")) })
    let watcher = try Watcher(server)
    var number = 0
    while try !watcher.told.contains(where: { if case .snapshotEnd = $0 { true } else { false } }) {
      let account = AccountID(checked: "a-\(number * 37 % 400)")
      server.link.report([abuse(number, of: account)], mode: .each, recorder: Recorder()) { _ in }
      number += 1
      try watcher.peer.pump()
    }
    try watcher.until("all changes are told") { watcher in
      try watcher.latest.values.count { $0.state == .suspended } == min(number, 400)
        && server.link.pendingCount == 0
    }
    #expect(number > 1)
    var last: [AccountID: AccountStatus] = [:]
    for event in try watcher.events {
      switch event {
      case .record(let status):
        #expect(last.updateValue(status, forKey: status.accountID) == nil)
      case .change(let change):
        #expect(last[change.accountID]?.revision == change.previous?.revision)
        #expect(last[change.accountID]?.standing == change.previous?.standing)
        #expect(change.revision > last[change.accountID]?.revision ?? 0)
        last[change.accountID] = change.current
      default: break
      }
    }
    #expect(last.count == 400)
  }

  @Test func `a transition that is due and not committed is told as a change`() throws {
    let server = try LocalServer()
    try server.store([registration(), invoice()])
    server.setClock(suspension)
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    let record = try #require(try watcher.records.first)
    #expect(record.state == .active)
    #expect(record.asOf == Instant(nanoseconds: suspension.nanoseconds - 1))
    guard case .progress(_, let asOf?)? = try watcher.events.last else {
      throw TestFailure("there is no sign of life")
    }
    #expect(asOf == record.asOf, "what is due has not been told")
    try server.catchUp()
    try watcher.until("the transition is told") { try !$0.changes.isEmpty }
    #expect(try watcher.changes.first?.current?.state == .suspended)
    #expect(try watcher.changes.first?.current?.asOf == suspension)
  }

  // MARK: Some accounts

  @Test func `who asks for some accounts is told of those, registered or not`() throws {
    let server = try LocalServer()
    try server.store([registration(), registration("northwind")])
    let watcher = try Watcher(server, ["northwind", "later", "northwind"])
    try watcher.untilCurrent()
    #expect(try watcher.records.map(\.accountID) == ["northwind"])
    try server.store([abuse(1), registration("later"), abuse(1, of: "northwind")])
    try watcher.until("both changes are told") { try $0.changes.count == 2 }
    #expect(try Set(watcher.changes.map(\.accountID)) == ["northwind", "later"])
    let new = try #require(try watcher.changes.first { $0.accountID == "later" })
    #expect(new.previous == nil && new.current?.state == .active)
  }

  @Test func `an account whose registration is retracted is told to be gone`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    try server.store([
      fact(
        "retract", at: autumn,
        .factRetracted(FactIdentity(source: "erp", factID: "register-fabrikam")))
    ])
    try watcher.until("the change is told") { try !$0.changes.isEmpty }
    let change = try #require(try watcher.changes.first)
    #expect(change.current == nil && change.previous?.state == .active)
    #expect(change.revision == 2 && change.isPastChanged)
    let other = try Watcher(server)
    try other.untilCurrent()
    #expect(try other.records.isEmpty)
  }

  // MARK: Resuming

  @Test func `a resumed watch is told what it missed, and nothing twice`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    let first = try Watcher(server)
    try first.untilCurrent()
    try server.store([abuse(1)])
    try first.until("a change is told") { try !$0.changes.isEmpty }
    let token = try first.token
    let known = try #require(try first.latest[account])
    try first.peer.close()

    try server.store([abuse(1, .dismissed)])
    try server.store([registration("northwind")])
    let second = try Watcher(server, from: token)
    try second.untilCurrent()
    #expect(try second.events.first == .resumed)
    let changes = try second.changes
    #expect(changes.map(\.accountID) == [account, "northwind"])
    #expect(changes[0].previous?.standing == known.standing)
    #expect(changes[0].previous?.revision == known.revision)
    #expect(changes[0].revision == known.revision + 1)

    try server.store([abuse(2)])
    try second.until("the next change is told") { try $0.changes.count == 3 }
    let third = try Watcher(server, from: try second.token)
    try third.untilCurrent()
    #expect(try third.told == [.resumed])
  }

  @Test func `a token lives through a restart of the server`() throws {
    let directory = try TemporaryDirectory()
    let token: [UInt8]
    do {
      let server = try LocalServer(directory: directory)
      try server.store([registration()])
      let watcher = try Watcher(server)
      try watcher.untilCurrent()
      token = try watcher.token
      try server.store([abuse(1)])
    }
    let server = try LocalServer(directory: directory)
    let watcher = try Watcher(server, from: token)
    try watcher.untilCurrent()
    #expect(try watcher.events.first == .resumed)
    #expect(try watcher.changes.map(\.current?.state) == [.suspended])
    #expect(try watcher.changes.first?.previous?.policyEdition == PolicyEdition.defaultName)
  }

  @Test func `a token of another ledger, or of what is to come, is a compacted one`() throws {
    let server = try LocalServer()
    let current = server.index.token
    let tokens = [
      LedgerToken(storeID: .random(), epoch: current.epoch, position: current.position),
      LedgerToken(storeID: current.storeID, epoch: current.epoch + 1, position: 0),
      LedgerToken(
        storeID: current.storeID, epoch: current.epoch, position: current.position + 1),
    ]
    for token in tokens {
      let watcher = try Watcher(server, from: token.encoded)
      try watcher.until("it ends") { $0.end != nil }
      #expect(try watcher.events == [.compacted])
      #expect(watcher.end == .success(true))
    }
    #expect(server.watches.count == 0)
    let error = try Watcher(server, from: [1, 2, 3]).failure()
    #expect(error.code == .invalidArgument && error.errorInfo?.reason == "FOREIGN_TOKEN")
  }

  @Test func `a token of before what is kept ends the watch with that`() throws {
    var limits = LedgerLimits()
    limits.changesKept = 10
    let server = try LocalServer(limits: limits)
    try server.store([registration()])
    let early = server.index.encodedToken
    for number in 0..<30 { try server.store([abuse(number)]) }
    var events: [WatchEvent] = []
    try server.until("the changes are compacted") {
      guard let watcher = try? Watcher(server, from: early) else { return false }
      try? watcher.until("it ends, or is told everything") { watcher in
        try watcher.end != nil || watcher.events.count > 2
      }
      events = (try? watcher.events) ?? []
      return watcher.end != nil
    }
    #expect(events == [.resumed, .compacted])
    let late = try Watcher(server, from: server.index.encodedToken)
    try late.untilCurrent()
    #expect(try late.told == [.resumed])
  }

  // MARK: Order

  @Test func `a write's change is at hand for every watch before its reply`() throws {
    let log = ChangeLog()
    let server = try LocalServer(log: log)
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    let before = log.end
    var kept = 0
    server.link.report([registration()], mode: .each, recorder: Recorder()) { _ in
      kept = log.end - before
    }
    try server.until("the reply has come") { server.link.pendingCount == 0 }
    #expect(kept == 1)
  }

  @Test func `when the clock has been moved, all transitions until then are at hand`() throws {
    let log = ChangeLog()
    let server = try LocalServer(log: log)
    try server.store([registration(), invoice()])
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    let before = log.end
    let reply = try watcher.peer.call(
      TestingService.setClock, SetClockRequest(now: "2026-11-15T00:00:00Z"), SetClockResponse.self)
    #expect(reply.now == "2026-11-15T00:00:00Z")
    #expect(log.end > before)
    try watcher.until("the suspension is told") { try $0.latest[account]?.state == .suspended }
    #expect(try watcher.latest[account]?.asOf == suspension)
  }

  @Test func `facts learned late are told as a change of the past`() throws {
    let server = try LocalServer(at: "2026-11-15T00:00:00Z")
    try server.store([registration(), invoice()])
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    try server.store([payment(at: "2026-09-15T00:00:00Z")])
    try watcher.until("it is told") { try !$0.changes.isEmpty }
    let change = try #require(try watcher.changes.first)
    #expect(change.isPastChanged)
  }

  // MARK: Signs of life

  @Test func `an idle watch is told once a second that nothing has changed`() throws {
    let server = try LocalServer()
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    for second in 1...3 {
      let before = try watcher.events.count
      server.setClock(Instant(nanoseconds: autumn.nanoseconds + Int64(second) * 1_000_000_000))
      for _ in 0..<4 {
        server.time.advance(.milliseconds(250))
        try server.turn()
        try watcher.peer.pump()
      }
      let new = try watcher.events.dropFirst(before)
      #expect((1...3).contains(new.count))
      #expect(
        new.last
          == .progress(
            token: server.index.encodedToken, asOf: server.clock.now))
    }
  }

  @Test func `while an account is still to be decided anew nothing is said to be settled`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    let watcher = try Watcher(server)
    try watcher.untilCurrent()
    var row = StatusRow(
      accountID: account, revision: 1, validFrom: newYear, flipAt: .distantFuture,
      validUntil: .distantFuture, untilFlip: nil, fromFlip: nil)
    for (isCurrent, asOf) in [(false, nil), (true, server.clock.now)] {
      row.isCurrent = isCurrent
      server.index.publish(row)
      for _ in 0..<4 {
        server.time.advance(.milliseconds(250))
        try server.turn()
        try watcher.peer.pump()
      }
      #expect(
        try watcher.events.last == .progress(token: server.index.encodedToken, asOf: asOf))
    }
  }
}
