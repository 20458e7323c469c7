import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct WatchChangesTests {
  @Test func `every watch is told of every change, and how late is timed`() throws {
    let outcome = try Program.bench(
      "watch", "--quick", "--assert", "--watches", "5", "--rate", "200", "-o", "json")
    #expect(outcome.status == 0)
    let result = try outcome.json()
    #expect(result["changes"] as? Int == 200)
    #expect(result["watches"] as? Int == 5)
    let times = result["fromReport"] as? [Double] ?? []
    #expect(times.count == 4 && times == times.sorted())
    #expect((times.first ?? 0) > 0)
  }
}
