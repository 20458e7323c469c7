import Foundation
import Testing

/// The comparing commands, short: that they work and judge by their own figures, not how fast.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ComparisonTests {
  @Test func `get measures three servers in three ways and asserts what it printed`() throws {
    let outcome = try Program.bench(
      "get", "--quick", "--accounts", "500", "--assert", "-o", "json")
    let results = try outcome.json()["results"] as? [[String: Any]] ?? []
    #expect(results.count == 3)
    for result in results {
      let rows = result["rows"] as? [[String: Any]] ?? []
      #expect(
        rows.compactMap { $0["server"] as? String } == ["bare", "protobuf", "accountstatusd"])
      for row in rows {
        let measurement = row["measurement"] as? [String: Double] ?? [:]
        for figure in ["p50", "p90", "p99", "p999", "callsPerSecond", "requestSize", "replySize"] {
          #expect((measurement[figure] ?? 0) > 0, "\(figure)")
        }
      }
      // The bare server answers with frames of the daemon's size.
      let sizes = rows.compactMap { ($0["measurement"] as? [String: Double])?["replySize"] }
      #expect(sizes.count == 3 && abs((sizes.first ?? 0) - (sizes.last ?? 0)) < 10)
    }
    let requirements = try outcome.requirements()
    #expect(requirements.count == 3)
    #expect(outcome.status == (requirements.values.allSatisfy { $0 } ? 0 : 1))
  }

  @Test func `report measures facts and reads and asserts what it printed`() throws {
    let outcome = try Program.bench(
      "report", "--quick", "--accounts", "500", "--assert", "-o", "json")
    let result = try outcome.json()
    #expect((result["sqlite"] as? Double ?? 0) > 0)
    for figure in ["connections", "oneConnection"] {
      let measurement = result[figure] as? [String: Double] ?? [:]
      #expect((measurement["callsPerSecond"] ?? 0) > 0, "\(figure)")
    }
    for figure in ["idleReads", "loadedReads"] {
      #expect(((result[figure] as? [String: Double])?["p99"] ?? 0) > 0, "\(figure)")
    }
    let requirements = try outcome.requirements()
    #expect(requirements.count == 2)
    #expect(outcome.status == (requirements.values.allSatisfy { $0 } ? 0 : 1))
  }

  @Test func `table reads rightly and asserts what it printed`() throws {
    let outcome = try Program.bench(
      "table", "--quick", "--accounts", "2000", "--assert", "-o", "json")
    let result = try outcome.json()
    #expect(result["wrong"] as? Int == 0)
    let rows = result["rows"] as? [[String: Any]] ?? []
    #expect(rows.compactMap { $0["reads"] as? String } == ["one account", "random accounts"])
    for row in rows {
      #expect((row["table"] as? Double ?? 0) > 0)
      #expect((row["baseline"] as? Double ?? 0) > 0)
      #expect((row["fromSwift"] as? Double ?? 0) > 0)
    }
    let requirements = try outcome.requirements()
    #expect(requirements.count == 7)
    #expect(outcome.status == (requirements.values.allSatisfy { $0 } ? 0 : 1))
  }

  @Test func `spin measures both ends on two cores and on one, and asserts what it printed`() throws
  {
    let outcome = try Program.bench(
      "spin", "--quick", "--accounts", "500", "--assert", "-o", "json")
    let result = try outcome.json()
    let rows = result["rows"] as? [[String: Any]] ?? []
    #expect(rows.compactMap { $0["cores"] as? Int } == [2, 2, 2, 1, 1, 1])
    #expect(
      rows.prefix(3).compactMap { $0["ends"] as? String } == ["neither", "the server's", "both"])
    for row in rows {
      for figure in ["p50", "p99", "clientCPU", "serverCPU", "ratio"] {
        #expect((row[figure] as? Double ?? 0) > 0, "\(figure)")
      }
    }
    #expect(rows.first?["ratio"] as? Double == 1)
    let requirements = try outcome.requirements()
    #expect(requirements.count == 4)
    #expect(outcome.status == (requirements.values.allSatisfy { $0 } ? 0 : 1))
  }

  @Test func `a daemon that cannot be started is an error that names it`() throws {
    let outcome = try Program.bench("get", "--quick", "--daemon", "/nowhere/accountstatusd")
    #expect(outcome.status != 0)
    #expect(outcome.output.isEmpty)
  }
}
