import AccountStatusModel
import PartnerCenterImport
import Testing

struct InvoiceSummaryReadingTests {
  private func balances(_ result: ImportedDocument) -> [String] {
    result.facts.compactMap { fact in
      guard case .balanceReported(let amount) = fact.kind else { return nil }
      return "\(amount) \(fact.effectiveAt)"
    }
  }

  @Test func `a summary is a balance at its accounting date`() throws {
    let result = imported(try document("northwind-invoice-summary"))
    #expect(balances(result) == ["1000.00 EUR 2026-09-30T00:00:00Z"])
    #expect(result.facts.map(\.identity.factID) == ["northwind/balance/EUR/000001"])
    #expect(result.remarks == [] && result.rejections == [])
  }

  @Test(arguments: ["\"0001-01-01T00:00:00\"", "null"])
  func `without a date it holds from when it was observed`(date: String) {
    #expect(
      balances(imported(summary(["accountingDate": date]))) == ["1000.00 EUR \(observedAt)"])
  }

  @Test func `a balance that is the same at a later date is no change`() {
    let first = imported(summary()).facts
    let later = ["accountingDate": "\"2026-10-31T00:00:00\""]
    #expect(imported(summary(later), ledger: first).facts == [])
    let changed = imported(
      summary(later.merging(["balanceAmount": "900"]) { $1 }), ledger: first)
    #expect(balances(changed) == ["900.00 EUR 2026-10-31T00:00:00Z"])
  }

  @Test func `a balance that changes back and forth at one date is reported each time`() {
    var ledger: [Fact] = []
    for amount in ["1000", "900", "1000", "900"] {
      let document = summary(["balanceAmount": amount])
      let facts = imported(document, ledger: ledger).facts
      #expect(facts.count == 1)
      // Of two at one instant the greater id counts.
      if let last = ledger.last, let new = facts.first { #expect(last.identity < new.identity) }
      ledger += facts
      #expect(imported(document, ledger: ledger).facts == [])
    }
  }

  @Test func `an older copy changes what was, not what is`() {
    let now = imported(summary()).facts
    let before = imported(
      summary(["accountingDate": "\"2026-08-31T00:00:00\"", "balanceAmount": "70"]), ledger: now)
    #expect(balances(before) == ["70.00 EUR 2026-08-31T00:00:00Z"])
    #expect(imported(summary(), ledger: now + before.facts).facts == [])
  }

  @Test func `each currency has a balance of its own`() {
    let items = [summary(), summary(["currencyCode": "\"sek\"", "balanceAmount": "-5.5"])]
    let result = imported("{\"totalCount\":2,\"items\":[\(items.joined(separator: ","))]}")
    #expect(
      balances(result)
        == ["1000.00 EUR 2026-09-30T00:00:00Z", "-5.50 SEK 2026-09-30T00:00:00Z"])
  }

  @Test func `a balance that another source outranks is not reported over and over`() throws {
    let other = Fact(
      accountID: northwind, source: "zebra", factID: "1", effectiveAt: "2026-09-30T00:00:00Z",
      kind: .balanceReported(try euros("5")))
    let first = imported(summary(), ledger: [other])
    #expect(balances(first) == ["1000.00 EUR 2026-09-30T00:00:00Z"])
    let again = imported(summary(), ledger: [other] + first.facts)
    #expect(again.facts == [])
    #expect(again.remarks.map(\.path) == ["balanceAmount"])
  }

  @Test(arguments: ["balanceAmount", "currencyCode"])
  func `a summary without its amount or currency is rejected`(member: String) {
    let result = imported(summary([member: "null"]))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == [member])
    #expect(result.rejections.first?.text.contains("is missing; it is required") == true)
  }

  @Test func `what a summary says of payments is no fact, however it is written`() {
    let result = imported(summary(["lastPaymentAmount": "\"lots\"", "details": "[{}]"]))
    #expect(result.facts.count == 1 && result.remarks == [])
  }
}
