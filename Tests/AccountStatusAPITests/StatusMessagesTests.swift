import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct StatusMessagesTests {
  @Test func `requests keep what they ask`() throws {
    let full = GetStatusRequest(
      accountID: "acct-1", view: .full,
      query: StatusQuery(
        asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00.5Z", policyEdition: "2016-11"),
      atLeast: [0, 1, 255])
    #expect(try GetStatusRequest.decode(full.encoded()) == full)
    let batch = BatchGetStatusRequest(accountIDs: ["a", "b", "not an id"], atLeast: [7])
    #expect(try BatchGetStatusRequest.decode(batch.encoded()) == batch)
  }

  @Test func `a question about another time or edition is FULL`() throws {
    let queries = [
      StatusQuery(asOf: "2026-10-30T00:00:00Z"), StatusQuery(knownAt: "2026-10-30T00:00:00Z"),
      StatusQuery(policyEdition: "2016-11"),
    ]
    for query in queries {
      let request = GetStatusRequest(accountID: "a", view: .basic, query: query)
      #expect(try GetStatusRequest.decode(request.encoded()).view == .full)
    }
  }

  @Test func `no view and an unknown view are BASIC`() throws {
    #expect(try GetStatusRequest.decode([0x0a, 1, 0x61]).view == .basic)
    #expect(try GetStatusRequest.decode([0x0a, 1, 0x61, 0x10, 9]).view == .basic)
  }

  @Test func `a batch has at most 1 000 ids`() {
    let request = BatchGetStatusRequest(accountIDs: Array(repeating: "a", count: 1001))
    let error = #expect(throws: FormError.self) {
      try BatchGetStatusRequest.decode(request.encoded())
    }
    #expect(error?.field == "accountIds")
  }

  @Test func `a batch answers each id with a status or an error`() throws {
    var samples = Samples(seed: 3)
    let status = samples.status()
    let missing = RPCError(.accountNotFound, "account x is not registered")
    let response = BatchGetStatusResponse(
      results: [
        BatchStatusResult(accountID: status.accountID.text, result: .success(status)),
        BatchStatusResult(accountID: "x", result: .failure(missing)),
      ], token: [9])
    #expect(try BatchGetStatusResponse.decode(response.encoded()) == response)
  }
}
