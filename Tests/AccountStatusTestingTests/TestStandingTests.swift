import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Testing

@Suite("Accounts in a word")
struct TestStandingTests {
  @Test func `an account stands as its word says, at whatever instant it is used`() async throws {
    for now: Instant in ["1999-12-31T23:59:59Z", "2026-03-01T12:30:00Z", "2099-01-01T00:00:00Z"] {
      let server = try await TestServer(
        [
          "active": .active, "suspended": .suspended, "past-due": .pastDue,
          "awaiting": .awaitingReinstatement, "closed": .closed,
        ], at: now)
      let client = server.client
      #expect(try await client.getStatus("active").state == .active)
      let suspended = try await client.getStatus("suspended")
      #expect(suspended.state == .suspended && suspended.since == now)
      #expect(suspended.reasons.map(\.code) == [.accountAbuse])
      let pastDue = try await client.getStatus("past-due")
      #expect(pastDue.state == .suspended && pastDue.reasons.map(\.code) == [.billingPastDue])
      let awaiting = try await client.getStatus("awaiting")
      #expect(awaiting.state == .suspended && awaiting.isEligibleForReinstatement)
      #expect(try await client.getStatus("closed").state == .closed)
    }
  }

  @Test(arguments: TestStanding.allCases)
  func `the facts of one account are not those of another`(standing: TestStanding) {
    let now: Instant = "2026-03-01T12:30:00Z"
    let facts = standing.facts(about: "a", at: now) + standing.facts(about: "b", at: now)
    #expect(Set(facts.map(\.identity)).count == facts.count)
    #expect(facts.allSatisfy { $0.effectiveAt <= now })
  }
}
