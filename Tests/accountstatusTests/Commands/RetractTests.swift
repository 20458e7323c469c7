import AccountStatusModel
import Testing
import accountstatus

struct RetractTests {
  private func stub(_ more: [Fact] = []) -> StubServer {
    let wrong = Fact(
      accountID: "x", source: "erp", factID: "INV-1/issued", effectiveAt: "2026-07-01T00:00:00Z",
      kind: .paymentReversed(paymentID: "P-1"))
    return StubServer(facts: [wrong] + more) { method, _ in
      method == "GetInfo"
        ? StubServer.info : #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"9"}]}"#
    }
  }

  @Test func `a fact is retracted by the name that the history shows`() async throws {
    let stub = stub()
    let outcome = try await run(["retract", "x", "--fact", "erp/INV-1/issued"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      stub.asked.last?.text
        == #"{"facts":[{"accountId":"x","source":"accountstatus","#
        + #""factId":"x/retraction-2026-11-15T09:00:00Z/1","effectiveAt":"2026-11-15T09:00:00Z","#
        + #""factRetracted":{"source":"erp","factId":"INV-1/issued"}}],"#
        + #""mode":"REPORT_MODE_EACH"}"#)
  }

  @Test func `a name that no fact has is said to be wrong, and nothing is sent`() async throws {
    let stub = stub()
    let outcome = try await run(["retract", "x", "--fact", "erp/INV-2/issued"], on: stub)
    #expect(outcome.status == .notFound)
    #expect(outcome.notes.contains("x has no fact erp/INV-2/issued"))
    #expect(stub.asked.isEmpty)
  }

  @Test func `what is retracted already is not retracted again`() async throws {
    let stub = stub([
      Fact(
        accountID: "x", source: "crm", factID: "oops", effectiveAt: "2026-08-01T00:00:00Z",
        kind: .factRetracted(FactIdentity(source: "erp", factID: "INV-1/issued")))
    ])
    let outcome = try await run(["retract", "x", "--fact", "erp/INV-1/issued"], on: stub)
    #expect(outcome.status == .success)
    #expect(outcome.notes.contains("retracted before"))
    #expect(stub.asked.isEmpty)
  }

  @Test func `two facts are retracted at one instant under two names`() async throws {
    let stub = stub([
      Fact(
        accountID: "x", source: "erp", factID: "INV-2/voided", effectiveAt: "2026-07-02T00:00:00Z",
        kind: .invoiceVoided(invoiceID: "INV-2", replacedBy: nil))
    ])
    for fact in ["erp/INV-1/issued", "erp/INV-2/voided"] {
      #expect(try await run(["retract", "x", "--fact", fact], on: stub).status == .success)
    }
    let reports = stub.asked.map(\.text).filter { $0.contains("factRetracted") }
    #expect(reports.count == 2 && reports[0].contains(#"Z/1""#) && reports[1].contains(#"Z/2""#))
  }

  @Test func `a retraction is not taken back`() async throws {
    let stub = stub([
      Fact(
        accountID: "x", source: "crm", factID: "oops", effectiveAt: "2026-08-01T00:00:00Z",
        kind: .factRetracted(FactIdentity(source: "erp", factID: "INV-1/issued")))
    ])
    let outcome = try await run(["retract", "x", "--fact", "crm/oops"], on: stub)
    #expect(outcome.status == .no)
    #expect(outcome.notes.contains("report what erp/INV-1/issued said again"))
    #expect(stub.asked.isEmpty)
  }

  @Test func `the fact must be named`() {
    #expect(throws: (any Error).self) { try parse(["retract", "x"]) }
  }
}
