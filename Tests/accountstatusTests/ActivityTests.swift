import JSONText
import Testing
import accountstatus

struct ActivityTests {
  static func sample(
    at seconds: Int64, startedAt: String = "2026-11-15T08:00:00Z", calls: Int, errors: Int = 0,
    commits: Int = 0, other: Int = 0
  ) throws -> ActivitySample {
    let info = """
      {"version":"1.2.3","pid":42,"startedAt":"\(startedAt)","now":"2026-11-15T09:00:00.123456789Z"}
      """
    let stats = """
      {"methods":[
      {"method":"accountstatus.v1.AdminService/GetStats","calls":"\(other)",
      "p50":"0.00005s","p90":"0.00006s","p99":"0.00007s","p999":"0.0012s"},
      {"method":"accountstatus.v1.StatusService/GetStatus","calls":"\(calls)",
      "errors":"\(errors)","p50":"0.0000125s","p90":"0.00002s","p99":"0.0015s","p999":"2.5s"}],
      "counters":[{"name":"accounts","value":"20000"},{"name":"accounts.active","value":"19820"},
      {"name":"accounts.suspended","value":"180"},{"name":"connections","value":"8"},
      {"name":"ledger.commits","value":"\(commits)"},
      {"name":"memory.resident_bytes","value":"84210000"},
      {"name":"process.cpu_microseconds","value":"\(calls * 10)"},
      {"name":"table.generation","value":"3"},{"name":"table.hand_overs","value":"12"}],
      "upcomingSuspensions":[{"accountId":"northwind","at":"2026-12-01T00:00:00Z"}]}
      """
    return ActivitySample(
      info: try JSONValue(parsing: info), stats: try JSONValue(parsing: stats),
      taken: origin.advanced(by: .seconds(seconds)))
  }

  private static let origin = ContinuousClock.now

  @Test func `rates are of the time between two samples, and the busiest method comes first`()
    throws
  {
    let activity = Activity(
      from: try Self.sample(at: 0, calls: 100, errors: 1, commits: 5, other: 50),
      to: try Self.sample(at: 2, calls: 2100, errors: 4, commits: 6, other: 52))
    let json = activity.json
    #expect(json["callsPerSecond"] == .number(try #require(JSONNumber("1001.000"))))
    #expect(json["errorsPerSecond"] == .number(try #require(JSONNumber("1.500"))))
    #expect(json["commitsPerSecond"] == .number(try #require(JSONNumber("0.500"))))
    #expect(json["cpuShare"] == .number(try #require(JSONNumber("0.010"))))
    #expect(json["accounts"]?["suspended"] == .number(JSONNumber(180)))
    #expect(json["accounts"]?["notCovered"] == .number(JSONNumber(0)))
    #expect(json["tableGeneration"] == .number(JSONNumber(3)))
    guard case .array(let methods)? = json["methods"] else {
      Issue.record("there are no methods")
      return
    }
    #expect(
      methods.map { $0["method"] } == [
        .string("StatusService/GetStatus"), .string("AdminService/GetStats"),
      ])
    #expect(methods[0]["callsPerSecond"] == .number(try #require(JSONNumber("1000.000"))))
  }

  @Test func `a server that started anew is counted from its start`() throws {
    let activity = Activity(
      from: try Self.sample(at: 0, calls: 1000),
      to: try Self.sample(at: 1, startedAt: "2026-11-15T08:59:59Z", calls: 30))
    #expect(activity.json["callsPerSecond"] == .number(try #require(JSONNumber("30.000"))))
  }
}
