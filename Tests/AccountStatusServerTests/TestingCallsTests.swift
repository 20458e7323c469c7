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

  // MARK: Faults

  private func inject(_ fault: InjectFaultRequest, through peer: Peer) throws {
    _ = try peer.call(TestingService.injectFault, fault, InjectFaultResponse.self)
  }

  @Test func `a fault strikes the method that it names, as often as it says`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    try server.store([registration()])
    try inject(
      InjectFaultRequest(
        method: "accountstatus.v1.StatusService/GetStatus", count: 1, code: .dataLoss),
      through: peer)
    let error = try peer.failure(
      of: StatusService.getStatus, GetStatusRequest(accountID: account))
    #expect(error.code == .dataLoss && error.message.contains("injected"))
    #expect(try status(peer).state == .active)
  }

  @Test func `a fault of a service or of everything never strikes what ends it`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    for name in ["accountstatus.v1.StatusService", ""] {
      try inject(InjectFaultRequest(method: name, code: .unavailable), through: peer)
      let error = try peer.failure(
        of: StatusService.getStatus, GetStatusRequest(accountID: account))
      #expect(error.code == .unavailable)
      _ = try peer.call(
        TestingService.advanceClock, AdvanceClockRequest(by: .seconds(1)),
        AdvanceClockResponse.self)
      let cleared = try peer.call(
        TestingService.clearFaults, ClearFaultsRequest(), ClearFaultsResponse.self)
      #expect(cleared.struck == 1)
    }
    #expect(
      try peer.failure(of: StatusService.getStatus, GetStatusRequest(accountID: account)).code
        == .notFound)
  }

  @Test(arguments: [
    "accountstatus.v1.TestingService", "accountstatus.v1.TestingService/ClearFaults",
    "accountstatus.v1.StatusService/Nothing", "GetStatus",
  ])
  func `a fault names what it can strike`(name: String) throws {
    let server = try LocalServer()
    let error = try server.connect().failure(
      of: TestingService.injectFault, InjectFaultRequest(method: name, code: .unavailable))
    #expect(error.code == .invalidArgument && error.fieldViolations[0].field == "method")
    #expect(server.rpc.faultCount == 0)
  }

  @Test func `faults are bounded, and counted where they are looked for`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    func faults() throws -> [String: UInt64] {
      let stats = try peer.call(AdminService.getStats, GetStatsRequest(), GetStatsResponse.self)
      let counters = stats.counters.filter { $0.name.hasPrefix("faults.") }
      return Dictionary(uniqueKeysWithValues: counters.map { ($0.name, $0.value) })
    }
    #expect(try faults() == [:])
    let fault = InjectFaultRequest(method: "grpc.health.v1.Health", code: .unavailable)
    for _ in 0..<100 { try inject(fault, through: peer) }
    let error = try peer.failure(of: TestingService.injectFault, fault)
    #expect(error.code == .resourceExhausted && error.reason == .tooMuch)
    _ = try peer.failure(of: HealthService.check, HealthCheckRequest(service: ""))
    #expect(try faults() == ["faults.in_force": 100, "faults.struck": 1])
  }

  @Test func `the table falls silent until faults are cleared`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    try inject(InjectFaultRequest(stopsHeartbeat: true), through: peer)
    #expect(server.beats == [false] && server.rpc.faultCount == 0)
    _ = try peer.call(TestingService.clearFaults, ClearFaultsRequest(), ClearFaultsResponse.self)
    #expect(server.beats == [false, true])
  }
}
