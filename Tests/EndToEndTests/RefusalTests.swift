import AccountStatusClient
import AccountStatusModel
import Testing

/// What is refused, and that it leaves no trace.
@Suite struct RefusalTests {
  @Test func `one refused fact of an all-or-nothing report stores nothing`() async throws {
    let served = try Served()
    try await served.register()
    let good = Fact(
      accountID: "northwind", source: "test", factID: "good", effectiveAt: Served.start,
      kind: .disputeOpened(invoiceID: "INV-1"))
    let bad = Fact(
      accountID: "northwind", source: "test", factID: "bad", effectiveAt: Served.start,
      kind: .creditApplied(
        creditID: "C-1", invoiceID: "INV-1", amount: Money("EUR", billionths: 0)))
    let failure = await #expect(throws: AccountStatusError.self) {
      _ = try await served.client.report([good, bad])
    }
    #expect(failure?.kind == .invalidArgument)
    #expect(failure?.field == "facts[1].creditApplied.amount")
    #expect(failure?.reason == "MALFORMED_FIELD")
    #expect(failure?.refusals.map(\.factID) == ["bad"])
    #expect(try await served.client.listFacts(of: "northwind").all().count == 1)

    let each = try await served.client.report([good, bad], mode: .each)
    guard case .stored = each.value[0], case .refused(let refusal) = each.value[1] else {
      Issue.record("\(each.value)")
      return
    }
    #expect(refusal.field == "facts[1].creditApplied.amount")
    #expect(try await served.client.listFacts(of: "northwind").all().count == 2)
  }

  @Test func `an approval is refused while a reason holds, and names it`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let failure = await #expect(throws: AccountStatusError.self) {
      try await served.report(
        .reinstatementDecided(ReinstatementDecision(decisionID: "D-1", outcome: .approved)),
        at: "2026-11-15T00:00:00Z")
    }
    #expect(failure?.kind == .failedPrecondition)
    #expect(failure?.message.contains("BILLING_PAST_DUE") == true)
    #expect(failure?.reason == "REASONS_OUTSTANDING")
    #expect(failure?.metadata == ["BILLING_PAST_DUE": "INV-1"])
    #expect(failure?.message.contains("INV-1") == true)
    #expect(try await served.client.getStatus("northwind").state == .suspended)
    #expect(try await served.client.listFacts(of: "northwind").all().count == 2)
  }

  @Test func `the same id with other content is a conflict`() async throws {
    let served = try Served()
    try await served.register()
    try await served.report(
      .disputeOpened(invoiceID: "INV-1"), at: Served.start, id: "same")
    let repeated = try await served.report(
      .disputeOpened(invoiceID: "INV-1"), at: Served.start, id: "same")
    guard case .duplicate = repeated.value[0] else {
      Issue.record("\(repeated.value)")
      return
    }
    let failure = await #expect(throws: AccountStatusError.self) {
      try await served.report(.disputeOpened(invoiceID: "INV-2"), at: Served.start, id: "same")
    }
    #expect(failure?.kind == .alreadyExists)
    #expect(failure?.reason == "FACT_CONFLICT")
    let elsewhere = await #expect(throws: AccountStatusError.self) {
      try await served.report(
        .disputeOpened(invoiceID: "INV-1"), of: "other", at: Served.start, id: "same")
    }
    #expect(elsewhere?.kind == .alreadyExists)
  }

  @Test func `the clock never goes back, and the system's is nobody's to set`() async throws {
    let served = try Served()
    let backwards = await #expect(throws: AccountStatusError.self) {
      _ = try await served.client.setClock(to: "2026-07-01T00:00:00Z")
    }
    #expect(backwards?.kind == .failedPrecondition)
    #expect(backwards?.reason == "CLOCK_BACKWARDS")
  }
}
