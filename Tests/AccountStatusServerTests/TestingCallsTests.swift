import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite("Moving the clock")
struct TestingCallsTests {
  private func status(_ peer: Peer) throws -> AccountStatus {
    try peer.call(
      StatusService.getStatus, GetStatusRequest(accountID: account), GetStatusResponse.self
    ).status
  }

  @Test func `the reply comes after what became due is committed and published`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    let commits = server.link.commitCount
    let reply = try peer.call(
      TestingService.setClock, SetClockRequest(now: suspension), SetClockResponse.self)
    #expect(reply.now == suspension)
    #expect(server.link.commitCount > commits)
    #expect(try status(peer).state == .suspended && status(peer).asOf == suspension)
  }

  @Test func `an advance goes on from where the clock is`() throws {
    let server = try LocalServer(at: autumn)
    let reply = try server.connect().call(
      TestingService.advanceClock, AdvanceClockRequest(by: .seconds(90)),
      AdvanceClockResponse.self)
    #expect(reply.now == autumn.adding(nanoseconds: 90_000_000_000))
    #expect(server.clock.now == reply.now)
  }

  @Test func `backwards is refused, the same instant is not`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    let error = try peer.failure(
      of: TestingService.setClock, SetClockRequest(now: autumn.adding(nanoseconds: -1)))
    #expect(error.code == .failedPrecondition && server.clock.now == autumn)
    _ = try peer.call(
      TestingService.setClock, SetClockRequest(now: autumn), SetClockResponse.self)
  }

  @Test func `out of the calendar is refused, however far`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    for days in [100_000, 3_000_000] {
      let error = try peer.failure(
        of: TestingService.advanceClock, AdvanceClockRequest(by: .seconds(days * 86_400)))
      #expect(error.code == .invalidArgument && error.fieldViolations[0].field == "by")
    }
    #expect(server.clock.now == autumn)
  }

  @Test func `the system's clock is nobody's to set`() throws {
    let server = try LocalServer(hasManualClock: false)
    let peer = try server.connect()
    let set = try peer.failure(of: TestingService.setClock, SetClockRequest(now: suspension))
    let advance = try peer.failure(
      of: TestingService.advanceClock, AdvanceClockRequest(by: .seconds(1)))
    for error in [set, advance] {
      #expect(error.code == .failedPrecondition)
      #expect(error.message.contains("--clock manual"))
    }
  }

  @Test func `a ledger that cannot catch up fails the call`() throws {
    let server = try LocalServer()
    server.ledger.stop()
    let error = try server.connect().failure(
      of: TestingService.setClock, SetClockRequest(now: suspension))
    #expect(error.code == .unavailable)
  }
}
