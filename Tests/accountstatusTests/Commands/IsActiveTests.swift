import AccountStatusClient
import Testing
import accountstatus

struct IsActiveTests {
  private func stub(_ state: String) -> StubServer {
    StubServer(
      """
      {"status":{"accountId":"a","state":"ACCOUNT_STATE_\(state)",
      "since":"2026-10-30T00:00:00Z","reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE"}]}}
      """)
  }

  @Test(arguments: [
    ("ACTIVE", ExitStatus.success), ("SUSPENDED", .no), ("CLOSED", .no), ("NOT_COVERED", .no),
    ("UNSPECIFIED", .no),
  ])
  func `only active is yes`(state: String, status: ExitStatus) async throws {
    #expect(try await run(["is-active", "a"], on: stub(state)).status == status)
  }

  @Test func `a state that is not known, or none, is no`() async throws {
    let reply = #"{"status":{"accountId":"a","state":42}}"#
    #expect(try await run(["is-active", "a"], on: StubServer(reply)).status == .no)
    #expect(try await run(["is-active", "a"], on: StubServer("{}")).status == .no)
  }

  @Test func `it says why, or nothing when quiet`() async throws {
    let outcome = try await run(["is-active", "a"], on: stub("SUSPENDED"))
    #expect(outcome.output == "a  SUSPENDED  since 2026-10-30T00:00:00Z  billing-past-due\n")
    let quiet = try await run(["is-active", "-q", "a"], on: stub("SUSPENDED"))
    #expect(quiet.output == "" && quiet.notes == "" && quiet.status == .no)
  }

  @Test func `it may be asked about another time`() async throws {
    let stub = stub("SUSPENDED")
    let line = ["--as-of", "2026-10-30", "--known-at", "2026-10-31", "--edition", "2016-11"]
    _ = try await run(["is-active", "a"] + line, on: stub)
    #expect(
      stub.asked.map(\.text) == [
        #"{"accountId":"a","asOf":"2026-10-30T00:00:00Z","knownAt":"2026-10-31T00:00:00Z","#
          + #""policyEdition":"2016-11"}"#
      ])
  }

  @Test(arguments: [
    ([], ExitStatus.unavailable), (["--on-unavailable", "allow"], .success),
    (["--on-unavailable", "deny"], .no),
  ])
  func `without an answer the caller's choice counts`(
    arguments: [String], status: ExitStatus
  ) async throws {
    for kind in [AccountStatusError.Kind.unavailable, .deadlineExceeded] {
      let stub = StubServer(AccountStatusError(kind, "gone"))
      let outcome = try await run(["is-active", "a"] + arguments, on: stub)
      #expect(outcome.status == status)
      #expect(outcome.notes.contains("accountstatus: error:"))
    }
  }

  @Test(arguments: [
    (AccountStatusError.Kind.notFound, ExitStatus.notFound), (.permissionDenied, .notPermitted),
    (.invalidArgument, .usage), (.other(code: 13), .failure),
  ])
  func `an answer is never replaced by the caller's choice`(
    kind: AccountStatusError.Kind, status: ExitStatus
  ) async throws {
    let stub = StubServer(AccountStatusError(kind, "no"))
    let outcome = try await run(["is-active", "a", "--on-unavailable", "allow"], on: stub)
    #expect(outcome.status == status)
  }

  @Test func `a server that is behind is stale, whatever the choice`() async throws {
    var error = AccountStatusError(.unavailable, "not there yet")
    error.reason = "POSITION_NOT_REACHED"
    let outcome = try await run(
      ["is-active", "a", "--at-least", "AQ==", "--on-unavailable", "allow"],
      on: StubServer(error))
    #expect(outcome.status == .stale)
  }
}
