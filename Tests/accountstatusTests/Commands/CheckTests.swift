import Testing
import accountstatus

struct CheckTests {
  private let denied = StubServer(
    """
    {"results":[
    {"capability":"CAPABILITY_RENEW_EXISTING","allowed":true,
     "basis":"CAPABILITY_BASIS_INTERPRETATION"},
    {"capability":"CAPABILITY_SELL_NEW_LICENSES","basis":"CAPABILITY_BASIS_ARTICLE"}],
    "state":"ACCOUNT_STATE_SUSPENDED",
    "reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE","subjects":["INV-1"]}],
    "nextTransition":{"at":"2026-12-01T00:00:00Z"}}
    """)

  @Test func `all must be allowed, and the text says why not`() async throws {
    let outcome = try await run(["check", "a", "renew-existing", "sell-new-licenses"], on: denied)
    #expect(outcome.status == .no)
    #expect(
      outcome.output == """
        allowed  renew-existing  (interpretation)
        denied   sell-new-licenses  (article)
        a is SUSPENDED: billing-past-due INV-1
        good until 2026-12-01T00:00:00Z

        """)
  }

  @Test func `allowed is success`() async throws {
    let stub = StubServer(
      #"{"results":[{"capability":"CAPABILITY_ADD_ADDON","allowed":true}],"state":1}"#)
    #expect(try await run(["check", "-q", "a", "add-addon"], on: stub).status == .success)
  }

  @Test func `an answer to fewer capabilities is no`() async throws {
    let stub = StubServer(#"{"results":[{"capability":"CAPABILITY_ADD_ADDON","allowed":true}]}"#)
    #expect(try await run(["check", "a", "add-addon", "add-addon"], on: stub).status == .no)
    #expect(try await run(["check", "a", "add-addon"], on: StubServer("{}")).status == .no)
  }
}
