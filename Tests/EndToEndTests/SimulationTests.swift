import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// What-if questions to a real daemon, through the client and the program.
@Suite struct SimulationTests {
  private static let payment = """
    {"paymentReceived":{"paymentId":"P-1","amount":{"currencyCode":"EUR","units":"1000"},\
    "allocations":[{"invoiceId":"INV-1","amount":{"currencyCode":"EUR","units":"1000"}}]}}
    """
  private static let approval = """
    {"reinstatementDecided":{"decisionId":"D-1","outcome":"DECISION_OUTCOME_APPROVED"}}
    """

  private func simulate(
    _ served: Served, _ facts: [String], _ arguments: [String] = []
  ) throws -> Output {
    try run(
      "accountstatus",
      ["--socket", served.server.socket, "simulate", "northwind"]
        + (facts.isEmpty ? [] : ["--facts", "-"]) + arguments,
      input: facts.joined(separator: "\n"))
  }

  /// Suspended for INV-1 since 2026-10-30.
  private func suspended() async throws -> Served {
    let served = try Served(now: "2026-11-15T09:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    return served
  }

  @Test func `whether a payment reinstates is answered, and nothing is stored`() async throws {
    let served = try await suspended()
    let before = try await served.asker.getStatus("northwind")
    let facts = try await served.client.listFacts(of: "northwind").all()

    let paid = try simulate(served, [Self.payment])
    #expect(paid.status == 0, "\(paid.error)")
    #expect(paid.out.contains("reinstated no, but eligible"))
    #expect(paid.out.contains("nothing was stored"))
    let approved = try simulate(served, [Self.payment, Self.approval])
    #expect(approved.status == 0)
    #expect(approved.out.contains("reinstated yes: active from 2026-11-15T09:00:00Z"))
    let early = try simulate(served, [Self.approval, Self.payment])
    #expect(early.status == 1)
    #expect(early.out.contains("would be refused: FAILED_PRECONDITION: reinstatementDecided."))
    #expect(early.out.contains("outcome: is APPROVED while BILLING_PAST_DUE (INV-1) holds"))

    let after = try await served.asker.getStatus("northwind")
    #expect(after.value == before.value)
    #expect(after.token == before.token)
    #expect(try await served.client.listFacts(of: "northwind").all() == facts)
  }

  @Test func `nobody pays until January`() async throws {
    let served = try Served(now: "2026-09-01T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let output = try simulate(served, [], ["--as-of", "2027-01-31"])
    #expect(output.status == 0, "\(output.error)")
    #expect(
      output.out.contains("SUSPENDED at 2026-10-30T00:00:00Z: billing-past-due (INV-1)"))
    let answer = try await served.client.simulate(
      [], of: "northwind", asOf: "2027-01-31T00:00:00Z")
    #expect(answer.actual == answer.simulated)
    #expect(answer.transitions.map(\.at) == ["2026-10-30T00:00:00Z"])
  }

  @Test func `what is simulated is what happens once it is reported`() async throws {
    let served = try await suspended()
    let euros = try Money("EUR", units: 1000)
    let facts = [
      Fact(
        accountID: "northwind", source: "bank", factID: "1", effectiveAt: "2026-11-15T08:00:00Z",
        kind: .paymentReceived(
          paymentID: "P-1", amount: euros,
          allocations: [Allocation(invoiceID: "INV-1", amount: euros)])),
      Fact(
        accountID: "northwind", source: "crm", factID: "1", effectiveAt: "2026-11-15T08:30:00Z",
        kind: .reinstatementDecided(
          ReinstatementDecision(decisionID: "D-1", outcome: .approved))),
    ]
    let simulated = try await served.client.simulate(facts, of: "northwind")
    let token = try await served.client.report(facts).token
    var real = try await served.client.getStatus("northwind", view: .full, atLeast: token).value
    #expect(real.revision > simulated.simulated?.revision ?? 0)
    real.revision = simulated.simulated?.revision ?? 0
    #expect(simulated.simulated == real)
    #expect(simulated.simulated?.state == .active)
  }

  @Test func `an account that nobody knows is simulated once the facts register it`() throws {
    let served = try Served()
    let registration = """
      {"effectiveAt":"2026-01-01T00:00:00Z","accountRegistered":{"cloud":"CLOUD_PUBLIC",\
      "partnerTypes":["PARTNER_TYPE_DIRECT_BILL"],"program":"PROGRAM_CSP"}}
      """
    let known = try simulate(served, [registration])
    #expect(known.status == 0, "\(known.error)")
    #expect(known.out.contains("before     not registered"))
    #expect(known.out.contains("after      ACTIVE since 2026-01-01T00:00:00Z"))
    #expect(try simulate(served, [], ["--as-of", "2027-01-01"]).status == 2)
  }
}
