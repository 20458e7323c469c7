import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServerInfoTests {
  @Test func `everything that the server says of itself is kept`() async throws {
    var response = GetInfoResponse(
      startedAt: "2026-11-15T09:00:00Z", now: "2026-11-15T10:00:00Z")
    response.version = "1.2.3"
    response.pid = 42
    response.rpcSocket = "/r"
    response.tableSocket = "/t"
    response.storeID = [1, 2]
    response.storeVersion = 3
    response.database = "/d"
    response.policyEdition = "2020-06"
    response.policyEditions = ["2016-11", "2020-06"]
    response.isEphemeral = true
    response.hasManualClock = true
    response.readOnlyBecause = "disk full"
    let sent = response
    let server = try ScriptedServer { _, _ in .message(sent) }
    let info = try await AccountStatusClient(socket: server.path).info()
    #expect(info.version == "1.2.3" && info.pid == 42)
    #expect(info.startedAt == "2026-11-15T09:00:00Z" && info.now == "2026-11-15T10:00:00Z")
    #expect(info.rpcSocket == "/r" && info.tableSocket == "/t" && info.database == "/d")
    #expect(info.storeID == [1, 2] && info.storeVersion == 3)
    #expect(info.policyEdition == "2020-06" && info.policyEditions == ["2016-11", "2020-06"])
    #expect(info.isEphemeral && info.hasManualClock)
    #expect(info.readOnlyBecause == "disk full")
  }

  @Test func `latencies are kept by their quantile`() async throws {
    let server = try ScriptedServer { _, _ in
      .message(
        GetStatsResponse(
          methods: [
            MethodStats(
              method: "m", calls: 4, errors: 1, p50: .microseconds(1), p90: .microseconds(2),
              p99: .microseconds(3), p999: .microseconds(4))
          ], counters: [Counter(name: "c", value: 5)]))
    }
    let stats = try await AccountStatusClient(socket: server.path).stats()
    let method = try #require(stats.methods.first)
    #expect(method.name == "m" && method.calls == 4 && method.errors == 1)
    #expect(
      [method.p50, method.p90, method.p99, method.p999]
        == (1...4).map { Duration.microseconds($0) })
    #expect(stats.counters.map(\.name) == ["c"] && stats.counters.map(\.value) == [5])
  }
}
