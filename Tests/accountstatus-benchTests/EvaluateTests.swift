import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct EvaluateTests {
  @Test func `the cost of an evaluation grows no faster than n log n`() throws {
    let outcome = try Program.bench("evaluate", "--quick", "-o", "json")
    let result = try outcome.json()
    let rows = result["rows"] as? [[String: Double]] ?? []
    #expect(rows.map { $0["facts"] } == [10, 30, 100, 200, 1000, 3000, 10_000])
    #expect(rows.allSatisfy { ($0["microseconds"] ?? 0) > 0 })
    // A machine may be busy with something else for a part of it; n^1.5 would give 4.
    let growth = result["growth"] as? [Double] ?? []
    #expect(growth.count == 7 && (growth.last ?? .infinity) < 3.5)
    let newFact = result["newFact"] as? [String: Double] ?? [:]
    #expect((newFact["coldMilliseconds"] ?? 0) > 0 && (newFact["warmMilliseconds"] ?? 0) > 0)
    #expect(try outcome.requirements().count == 1)
  }
}
