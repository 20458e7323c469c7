import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct ListMessagesTests {
  @Test func `a request keeps what it asks`() throws {
    let filter = StatusFilter(
      state: .suspended, reason: .billingPastDue, notice: .disputed, isEligible: true,
      reinstatementState: .inReview, olderThan: .seconds(432_000) + .nanoseconds(1),
      suspendsBefore: "2026-11-01T00:00:00.000000001Z")
    let list = ListStatusesRequest(
      filter: filter,
      query: StatusQuery(
        asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00.5Z", policyEdition: "2016-11"),
      pageSize: 7, pageToken: "t", atLeast: [0, 255])
    #expect(try ListStatusesRequest.decode(list.encoded()) == list)
    #expect(try ListStatusesRequest.decode([UInt8]()) == ListStatusesRequest())
  }

  @Test func `an unknown filter is refused, not ignored`() {
    let error = #expect(throws: FormError.self) { try ListStatusesRequest.decode([0x08, 9]) }
    #expect(error?.field == "state")
    #expect(
      error?.message == "is 9, which is not known; use ACTIVE, SUSPENDED, CLOSED or NOT_COVERED")
  }

  @Test(arguments: [
    (StatusFilter(notice: .providerSuspended), "notice"),
    (StatusFilter(olderThan: .nanoseconds(-1)), "olderThan"),
    (StatusFilter(reinstatementState: ReinstatementState.none, olderThan: .zero), "olderThan"),
  ])
  func `what no list can say is refused, naming the field`(filter: StatusFilter, field: String) {
    let error = #expect(throws: FormError.self) {
      try ListStatusesRequest.decode(ListStatusesRequest(filter: filter).encoded())
    }
    #expect(error?.field == field)
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
