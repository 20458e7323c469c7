import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite("The messages of a watch")
struct WatchMessagesTests {
  private let status = AccountStatus(
    accountID: "northwind",
    standing: Standing(
      state: .suspended, since: "2026-10-30T00:00:00Z", reasons: [Reason(code: .billingPastDue)],
      capabilities: [.viewBilling], notices: [.disputed], reinstatementState: .notRequested,
      reinstatementSince: "2026-10-30T00:00:00Z"),
    policyEdition: "2020-06", revision: 7, asOf: "2026-11-15T09:00:00Z")

  @Test func `a request comes back`() throws {
    for request in [
      WatchStatusesRequest(),
      WatchStatusesRequest(accountIDs: ["a", "b"], fromToken: [1, 2, 3]),
    ] {
      #expect(try WatchStatusesRequest.decode(request.encoded()) == request)
    }
  }

  @Test func `too many ids are refused`() throws {
    let ids = (0...WatchStatusesRequest.maximumIDs).map { AccountID(checked: "a-\($0)") }
    #expect(throws: FormError.self) {
      try WatchStatusesRequest.decode(WatchStatusesRequest(accountIDs: ids).encoded())
    }
  }

  @Test func `every event comes back`() throws {
    let change = AccountChange(
      accountID: "northwind", previous: nil, current: status, revision: 7, isPastChanged: true,
      token: [9])
    let gone = AccountChange(
      accountID: "northwind", previous: status, current: nil, revision: 8, token: [9, 9])
    let events: [WatchEvent] = [
      .resumed, .snapshotBegin, .record(status), .snapshotEnd(token: [1]), .change(change),
      .change(gone), .progress(token: [], asOf: nil),
      .progress(token: [1], asOf: "2026-11-15T09:00:00Z"), .compacted,
    ]
    for event in events {
      let message = WatchStatusesResponse(event)
      #expect(try WatchStatusesResponse.decode(message.encoded()) == message)
    }
  }

  @Test func `what only a newer server tells is nothing`() throws {
    #expect(try WatchStatusesResponse.decode([]).event == nil)
    // Field 99, an empty message.
    #expect(try WatchStatusesResponse.decode([0x9a, 0x06, 0x00]).event == nil)
  }
}
