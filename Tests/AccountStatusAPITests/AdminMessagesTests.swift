import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct AdminMessagesTests {
  @Test func `the server's words about itself survive the wire`() throws {
    var info = GetInfoResponse(
      startedAt: "2026-11-15T09:00:00Z", now: "2026-11-15T09:00:01.000000001Z")
    info.version = "1.2.3"
    info.pid = 4711
    info.rpcSocket = "/run/accountstatus/rpc.sock"
    info.tableSocket = "/run/accountstatus/table.sock"
    info.storeID = [1, 2, 3]
    info.storeVersion = 4
    info.database = "/var/lib/accountstatus/ledger.sqlite"
    info.policyEdition = "2020-06"
    info.policyEditions = ["2016-11", "2020-06"]
    info.isEphemeral = true
    info.hasManualClock = true
    info.readOnlyBecause = "disk full"
    #expect(try GetInfoResponse.decode(info.encoded()) == info)
  }

  @Test func `counts and latencies survive the wire`() throws {
    let stats = GetStatsResponse(
      methods: [
        MethodStats(
          method: "accountstatus.v1.StatusService/GetStatus", calls: .max, errors: 1,
          p50: .nanoseconds(1500), p90: .microseconds(3), p99: .milliseconds(7),
          p999: .seconds(2) + .nanoseconds(1))
      ], counters: [Counter(name: "connections", value: 0), Counter(name: "commits", value: 9)])
    #expect(try GetStatsResponse.decode(stats.encoded()) == stats)
    #expect(try GetStatsRequest.decode(GetStatsRequest().encoded()) == GetStatsRequest())
  }
}
