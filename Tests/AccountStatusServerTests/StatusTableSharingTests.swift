import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import CStatusTable
import Glibc
import TTRPC
import Testing

@Suite("The table as others see it")
struct StatusTableSharingTests {
  @Test func `the header names the store, the commit that is shown and the edition`() throws {
    let server = try LocalServer()
    let token = try server.store([registration()])
    let info = server.index.info
    #expect(info.epoch == UInt64(token.epoch))
    #expect(info.position_length == 8)
    #expect(withUnsafeBytes(of: info.position) { $0.load(as: UInt64.self) } == token.position)
    #expect(withUnsafeBytes(of: info.store_id) { Array($0) } == token.storeID.bytes)
    let edition = withUnsafeBytes(of: info.edition) { Array($0.prefix(info.edition_length)) }
    #expect(String(decoding: edition, as: UTF8.self) == server.editions.default.name)
    let next = try server.store([registration("tailspin")])
    #expect(
      withUnsafeBytes(of: server.index.info.position) { $0.load(as: UInt64.self) }
        == next.position)
    #expect(next.position > token.position)
  }

  @Test func `the manual clock is there, and moves`() throws {
    let server = try LocalServer(at: newYear)
    #expect(server.index.info.manual_now == newYear.nanoseconds)
    server.setClock(autumn)
    #expect(server.index.info.manual_now == autumn.nanoseconds)
  }

  @Test func `a beat says when it was`() throws {
    let server = try LocalServer()
    let now = MonotonicInstant.now()
    server.index.beat(at: now)
    #expect(server.index.info.heartbeat == UInt64(now.nanoseconds))
  }

  @Test func `an offer is the table's memory, or the reason why not`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    let (ours, theirs) = try UnixSocket.pair()
    #expect(server.index.offer(on: ours, isAllowed: true) == 0)
    let table = try MappedTable(receivingOn: theirs.descriptor)
    #expect(table.read(account, at: autumn) == .STATUS_TABLE_FOUND)
    #expect(table.read("nobody", at: autumn) == .STATUS_TABLE_NOT_FOUND)
    #expect(server.index.offer(on: ours, isAllowed: false) == 0)
    #expect(throws: TestFailure("no table: \(-EACCES)")) {
      try MappedTable(receivingOn: theirs.descriptor)
    }
  }

  @Test func `a replaced table says so and shows no more, and the next one everything`() throws {
    let server = try LocalServer()
    let token = try server.store([registration()])
    let (ours, theirs) = try UnixSocket.pair()
    #expect(server.index.offer(on: ours, isAllowed: true) == 0)
    let before = try MappedTable(receivingOn: theirs.descriptor)
    #expect(server.index.replaceTable() == 0)
    #expect(before.state == .STATUS_TABLE_REPLACED)
    try server.store([registration("tailspin")])
    #expect(before.read("tailspin", at: autumn) == .STATUS_TABLE_NOT_FOUND)
    #expect(before.read(account, at: autumn) == .STATUS_TABLE_FOUND)
    #expect(server.index.offer(on: ours, isAllowed: true) == 0)
    let after = try MappedTable(receivingOn: theirs.descriptor)
    #expect(after.state == .STATUS_TABLE_LIVE)
    #expect(after.read(account, at: autumn) == .STATUS_TABLE_FOUND)
    #expect(after.read("tailspin", at: autumn) == .STATUS_TABLE_FOUND)
    #expect(server.index.tableGeneration == 2)
    #expect(server.index.info.epoch == UInt64(token.epoch))
    #expect(server.index.info.manual_now == autumn.nanoseconds)
    // Point reads have followed.
    #expect(server.index.read("tailspin", at: autumn).0 == .STATUS_TABLE_FOUND)
  }

  @Test func `a table that was stopped says so and keeps its answers`() throws {
    let server = try LocalServer()
    try server.store([registration()])
    server.index.stop()
    #expect(server.index.info.state == .STATUS_TABLE_STOPPED)
    #expect(server.index.read(account, at: autumn).0 == .STATUS_TABLE_FOUND)
  }
}
