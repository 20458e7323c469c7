import ArgumentParser
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

  @Test func `every filter is asked for by the contract's names`() async throws {
    let stub = StubServer("{}")
    let lines = [
      "--state closed --notice unallocated-payment",
      "--eligible --older-than 12h",
      "--reinstatement in-review --older-than 5d",
      "--older-than 1500ms --as-of 2026-11-01 --known-at 2026-11-02 --edition 2016-11",
    ]
    for line in lines {
      let outcome = try await run(["list"] + line.split(separator: " ").map(String.init), on: stub)
      #expect(outcome.status == .success && outcome.notes == "0 accounts\n")
    }
    #expect(
      stub.asked.map(\.text) == [
        #"{"state":"ACCOUNT_STATE_CLOSED","pageSize":1000,"notice":"NOTICE_UNALLOCATED_PAYMENT"}"#,
        #"{"pageSize":1000,"eligible":true,"olderThan":"43200s"}"#,
        #"{"pageSize":1000,"reinstatementState":"REINSTATEMENT_STATE_IN_REVIEW","#
          + #""olderThan":"432000s"}"#,
        #"{"pageSize":1000,"olderThan":"1.500s","asOf":"2026-11-01T00:00:00Z","#
          + #""knownAt":"2026-11-02T00:00:00Z","policyEdition":"2016-11"}"#,
      ])
  }

  @Test func `exactly at the end of the time is within it, by the server's clock`() async throws {
    let stub = StubServer { method, _ in method == "GetInfo" ? StubServer.info : "{}" }
    _ = try await run(["list", "--suspends-within", "14d"], on: stub)
    _ = try await run(
      ["list", "--suspends-within", "36500d", "--as-of", "2200-01-01"], on: stub)
    #expect(
      stub.asked.map(\.text) == [
        "{}", #"{"pageSize":1000,"suspendsBefore":"2026-11-29T09:00:00.000000001Z"}"#,
        #"{"pageSize":1000,"suspendsBefore":"2261-12-31T23:59:59.999999999Z","#
          + #""asOf":"2200-01-01T00:00:00Z"}"#,
      ])
  }

  @Test(arguments: [
    ("--notice provider-suspended", "accountstatus get ID"),
    ("--state active --eligible", "--eligible asks for suspended accounts"),
    ("--state closed --reinstatement in-review", "--reinstatement asks for suspended"),
    ("--state active --reason account-abuse", "--reason asks for suspended"),
    ("--suspends-within 3d --state suspended", "not suspended yet"),
    ("--suspends-within 3d --eligible", "not suspended yet"),
    ("--eligible --reason account-abuse", "no reason holds"),
    ("--reinstatement none --older-than 3d", "begins at no instant"),
    ("--older-than 5", "a whole number more than zero and a unit"),
    ("--older-than 0d", "a whole number more than zero and a unit"),
    ("--suspends-within soon", "a whole number more than zero and a unit"),
    ("--notice late", "it is one of payment-delinquent"),
  ])
  func `what makes no sense is refused with what would`(line: String, message: String) {
    let error = #expect(throws: (any Error).self) {
      try parse(["list"] + line.split(separator: " ").map(String.init))
    }
    let told = error.map { AccountStatusCommand.fullMessage(for: $0) } ?? ""
    #expect(told.contains(message), "\(told)")
  }

  @Test func `a state without its own beginning may be asked for`() throws {
    for line in [
      "--state suspended --eligible --older-than 3d", "--reinstatement none --state active",
      "--suspends-within 3d --state active --notice payment-delinquent",
    ] {
      _ = try parse(["list"] + line.split(separator: " ").map(String.init))
    }
  }
}
