import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite("The server about itself")
struct AdminCallsTests {
  @Test func `health knows the server, its services, and nothing else`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    for service in ["", StatusService.name] {
      let answer = try peer.call(
        HealthService.check, HealthCheckRequest(service: service), HealthCheckResponse.self)
      #expect(answer.status == .serving)
    }
    let error = try peer.failure(
      of: HealthService.check, HealthCheckRequest(service: "no.Service"))
    #expect(error.code == .notFound)
    #expect(error.message.contains("no.Service"))
  }

  @Test func `a watcher of health learns the state now, and that the server drains`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let known = try peer.open(HealthService.watch, HealthCheckRequest())
    let unknown = try peer.open(HealthService.watch, HealthCheckRequest(service: "no.Service"))
    try peer.until("both have a state") {
      $0.streams[known]?.messages.count == 1 && $0.streams[unknown]?.messages.count == 1
    }
    var isDrained = false
    server.rpc.drain(deadline: server.time.now.advanced(by: .seconds(5))) { isDrained = true }
    #expect(try peer.failure(of: known).code == .unavailable)
    #expect(try peer.failure(of: unknown).code == .unavailable)
    #expect(
      try peer.messages(of: known, HealthCheckResponse.self).map(\.status)
        == [.serving, .notServing])
    #expect(
      try peer.messages(of: unknown, HealthCheckResponse.self).map(\.status)
        == [.serviceUnknown, .notServing])
    try server.until("the server is drained") { isDrained }
  }

  @Test func `a watcher that stops sending is let go, and not told that the server ends`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let id = try peer.open(HealthService.watch, HealthCheckRequest())
    try peer.until("it has a state") { $0.streams[id]?.messages.count == 1 }
    try peer.shutDownSending()
    #expect(try peer.failure(of: id).code == .cancelled)
    #expect(try peer.messages(of: id, HealthCheckResponse.self).map(\.status) == [.serving])
  }

  @Test func `the info goes with the clock and with the disk`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    func info() throws -> GetInfoResponse {
      try peer.call(AdminService.getInfo, GetInfoRequest(), GetInfoResponse.self)
    }
    #expect(try info().now == autumn && info().readOnlyBecause.isEmpty)
    server.setClock(suspension)
    server.link.receive(.readOnly(LedgerError(.diskFull, "the disk is full")))
    try server.turn()
    #expect(try info().now == suspension && info().startedAt == autumn)
    #expect(try info().readOnlyBecause == "the disk is full")
  }

  @Test func `the counters count`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    _ = try peer.call(
      StatusService.getStatus, GetStatusRequest(accountID: account), GetStatusResponse.self)
    _ = try peer.failure(of: StatusService.getStatus, GetStatusRequest(accountID: "nobody"))
    let stats = try peer.call(AdminService.getStats, GetStatsRequest(), GetStatsResponse.self)
    let counters = Dictionary(
      uniqueKeysWithValues: stats.counters.map { ($0.name, $0.value) })
    #expect(counters["accounts"] == 1)
    #expect(counters["connections"] == 1)
    #expect(counters["ledger.commits"] == 1)
    #expect(counters["ledger.facts_stored"] == 2)
    #expect(counters["ledger.requests_pending"] == 0)
    #expect(counters["ledger.is_read_only"] == 0)
    #expect(counters["memory.resident_bytes", default: 0] > 1 << 20)
    #expect(counters["process.cpu_microseconds", default: 0] > 0)
    #expect(counters["accounts.active"] == 1)
    #expect(counters["accounts.suspended"] == 0)
    #expect(counters["table.generation"] == 1)
    #expect(counters["table.hand_overs"] == 0)
    #expect(stats.upcomingSuspensions.map(\.accountID) == [account])
    let method = try #require(stats.methods.first { $0.method.hasSuffix("/GetStatus") })
    #expect(method.calls == 2 && method.errors == 1)
    #expect(method.p50 > .zero && method.p50 <= method.p999)
  }
}
