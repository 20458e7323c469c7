import JSONText
import Testing
import accountstatus

struct ListTests {
  @Test func `every page is fetched`() async throws {
    let stub = StubServer { _, request in
      request["pageToken"] == nil
        ? #"{"statuses":[{"accountId":"a"}],"nextPageToken":"2"}"#
        : #"{"statuses":[{"accountId":"b"}]}"#
    }
    let outcome = try await run(
      ["list", "--state", "suspended", "--reason", "ACCOUNT_ABUSE", "-o", "jsonl"], on: stub)
    #expect(outcome.output == "{\"accountId\":\"a\"}\n{\"accountId\":\"b\"}\n")
    #expect(
      stub.asked.map(\.text) == [
        #"{"state":"ACCOUNT_STATE_SUSPENDED","reason":"REASON_CODE_ACCOUNT_ABUSE","#
          + #""pageSize":1000}"#,
        #"{"state":"ACCOUNT_STATE_SUSPENDED","reason":"REASON_CODE_ACCOUNT_ABUSE","#
          + #""pageSize":1000,"pageToken":"2"}"#,
      ])
  }

  @Test func `text is a table`() async throws {
    let stub = StubServer(
      """
      {"statuses":[
      {"accountId":"contoso","state":"ACCOUNT_STATE_ACTIVE","since":"2026-01-01T00:00:00Z",
       "nextTransition":{"at":"2026-12-01T00:00:00Z","toState":"ACCOUNT_STATE_SUSPENDED"}},
      {"accountId":"northwind","state":"ACCOUNT_STATE_SUSPENDED","since":"2026-10-30T00:00:00Z",
       "reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE"},{"code":"REASON_CODE_ACCOUNT_ABUSE"}]},
      {"accountId":"tailspin","state":"ACCOUNT_STATE_SUSPENDED","since":"2026-10-30T00:00:00Z",
       "eligibleForReinstatement":true},
      {"accountId":"wingtip","state":"ACCOUNT_STATE_CLOSED","since":"2026-10-30T00:00:00Z"}]}
      """)
    let outcome = try await run(["list"], on: stub)
    #expect(
      outcome.output == """
        ACCOUNT                   STATE        SINCE                 REASONS
        contoso                   ACTIVE       2026-01-01T00:00:00Z  SUSPENDED at \
        2026-12-01T00:00:00Z
        northwind                 SUSPENDED    2026-10-30T00:00:00Z  billing-past-due, \
        account-abuse
        tailspin                  SUSPENDED    2026-10-30T00:00:00Z  eligible for reinstatement
        wingtip                   CLOSED       2026-10-30T00:00:00Z

        """)
    #expect(outcome.notes == "4 accounts\n")
  }
}
