import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("The changes that all watches share")
struct ChangeLogTests {
  private func change(_ position: UInt64, of account: AccountID) -> StatusChange {
    StatusChange(position: position, accountID: account, revision: 1, asOf: autumn)
  }

  private func positions(_ log: ChangeLog) -> [UInt64] {
    (log.start..<log.end).map { log[$0].change.position }
  }

  @Test func `changes are kept in their order, under numbers that go up by one`() {
    let log = ChangeLog(capacity: 4)
    #expect(log.start == log.end)
    for (position, account) in [(1, "a"), (5, "b"), (9, "c")] as [(UInt64, AccountID)] {
      log.append(change(position, of: account))
    }
    #expect(positions(log) == [1, 5, 9])
    #expect(log.end - log.start == 3)
  }

  @Test func `a full log lets the oldest one go`() {
    let log = ChangeLog(capacity: 3)
    let start = log.start
    for position in 1...7 {
      log.append(change(UInt64(position), of: AccountID(checked: "a-\(position)")))
    }
    #expect(positions(log) == [5, 6, 7])
    #expect(log.start == start + 4)
  }

  @Test func `a change is marked when a newer one of its account comes`() {
    let log = ChangeLog(capacity: 3)
    log.append(change(1, of: "a"))
    log.append(change(2, of: "b"))
    #expect(!log[log.start].isSuperseded)
    log.append(change(3, of: "a"))
    #expect((log.start..<log.end).map { log[$0].isSuperseded } == [true, false, false])
    // What has gone is not marked, and does not keep what follows from being so.
    for position in 4...6 { log.append(change(UInt64(position), of: "a")) }
    #expect((log.start..<log.end).map { log[$0].isSuperseded } == [true, true, false])
  }

  @Test func `who was at the end of a log that skips is no longer in it`() {
    let log = ChangeLog(capacity: 3)
    log.append(change(1, of: "a"))
    let end = log.end
    log.skip()
    #expect(log.start == log.end && log.start > end)
    log.append(change(2, of: "a"))
    #expect(positions(log) == [2])
    #expect(!log[log.start].isSuperseded)
  }
}
