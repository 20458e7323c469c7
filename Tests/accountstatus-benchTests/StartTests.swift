import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct StartTests {
  @Test func `starts are timed from spawn to ready`() throws {
    let outcome = try Program.bench("start", "--quick", "-o", "json")
    #expect(outcome.status == 0)
    let result = try outcome.json()
    let times = ["min", "median", "max"].map { result[$0] as? Double ?? 0 }
    #expect(times == times.sorted())
    #expect((times.first ?? 0) > 0)
    #expect(result["count"] as? Int == 3)
  }
}
