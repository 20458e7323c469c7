import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct LedgerMessagesTests {
  private let refusal = FactRefusal(
    index: 2, source: "erp", factID: "f-2", code: .alreadyExists, field: "facts[2].invoiceIssued",
    message: "INV-1 was stated otherwise by erp/f-1",
    outstanding: [
      Reason(code: .billingPastDue, since: "2026-10-30T00:00:00Z", subjects: ["INV-1"])
    ])

  @Test func `results keep what they say`() throws {
    let results: [FactResult] = [
      .stored(sequence: 1), .duplicate(sequence: .max), .refused(refusal), .stored(sequence: 0),
    ]
    let report = ReportFactsResponse(results: results, token: [1, 2])
    #expect(try ReportFactsResponse.decode(report.encoded()) == report)
    let chunk = ImportFactsResponse(chunk: 9, results: results, token: [3])
    #expect(try ImportFactsResponse.decode(chunk.encoded()) == chunk)
  }

  @Test func `a result of a thousand small facts fits its arena`() throws {
    let response = ReportFactsResponse(
      results: Array(repeating: .stored(sequence: 1), count: 1000), token: [])
    #expect(try ReportFactsResponse.decode(response.encoded()) == response)
  }

  @Test func `an unknown outcome is an error`() {
    let error = #expect(throws: FormError.self) {
      try ReportFactsResponse.decode([0x0a, 2, 0x08, 9])
    }
    #expect(error?.field == "results[0].outcome")
  }

  @Test func `a failure names every refused fact`() throws {
    let failure = ReportFactsFailure(refusals: [refusal, refusal])
    #expect(try ReportFactsFailure.decode(failure.encoded()) == failure)
  }

  @Test func `stored facts keep who recorded them and when`() throws {
    var samples = Samples(seed: 7)
    for _ in 0..<200 {
      let page = ListFactsResponse(
        facts: [samples.storedFact(), samples.storedFact()], nextPageToken: "n", token: [5])
      #expect(try ListFactsResponse.decode(page.encoded()) == page)
    }
  }

  @Test func `a page of the smallest facts fits its arena`() throws {
    let fact = StoredFact(
      Fact(
        accountID: "a", source: "s", factID: "f", effectiveAt: "1970-01-01T00:00:00Z",
        kind: .accountClosed), sequence: 1, recordedAt: "1970-01-01T00:00:00Z")
    let page = ListFactsResponse(facts: Array(repeating: fact, count: 1000), token: [])
    #expect(try ListFactsResponse.decode(page.encoded()) == page)
  }

  @Test func `a page request keeps what it asks`() throws {
    let request = ListFactsRequest(
      accountID: "acct-1", pageSize: 10, pageToken: "t", atLeast: [1])
    #expect(try ListFactsRequest.decode(request.encoded()) == request)
  }
}
