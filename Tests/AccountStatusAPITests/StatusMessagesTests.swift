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
    let list = ListStatusesRequest(
      state: .suspended, reason: .billingPastDue, pageSize: 7, pageToken: "t")
    #expect(try ListStatusesRequest.decode(list.encoded()) == list)
    #expect(try ListStatusesRequest.decode([UInt8]()) == ListStatusesRequest())
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

  @Test func `an unknown filter is refused, not ignored`() {
    let error = #expect(throws: FormError.self) { try ListStatusesRequest.decode([0x08, 9]) }
    #expect(error?.field == "state")
    #expect(
      error?.message == "is 9, which is not known; use ACTIVE, SUSPENDED, CLOSED or NOT_COVERED")
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

  @Test func `a full page of the largest statuses fits its arena`() throws {
    var samples = Samples(seed: 4)
    var status = samples.status()
    status.standing.reasons = ReasonCode.allCases.map { Reason(code: $0) }
    status.standing.capabilities = .all
    status.standing.notices = .all
    let response = ListStatusesResponse(
      statuses: Array(repeating: status, count: 1000), nextPageToken: "next", token: [1])
    #expect(try ListStatusesResponse.decode(response.encoded()) == response)
  }

  @Test func `a page holds 100 entries, or as many as asked for, at most 1 000`() {
    #expect(ListStatusesRequest().pageLimit == 100)
    #expect(ListStatusesRequest(pageSize: 7).pageLimit == 7)
    #expect(ListStatusesRequest(pageSize: .max).pageLimit == 1000)
    #expect(ListFactsRequest(accountID: "a", pageSize: 1001).pageLimit == 1000)
  }
}
