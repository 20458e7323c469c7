import Testing
import accountstatus

struct QueryOptionsTests {
  @Test func `each option is a member of the request`() async throws {
    let stub = StubServer("{}")
    _ = try await run(
      [
        "check", "x", "add-addon", "--as-of", "2026-11-15", "--known-at", "2026-11-14",
        "--edition", "2016-11", "--at-least", "AQI=",
      ], on: stub)
    #expect(
      stub.asked.first?.text
        == #"{"accountId":"x","capabilities":["CAPABILITY_ADD_ADDON"],"#
        + #""asOf":"2026-11-15T00:00:00Z","knownAt":"2026-11-14T00:00:00Z","#
        + #""policyEdition":"2016-11","atLeast":"AQI="}"#)
  }

  @Test func `without options nothing is asked for`() async throws {
    let stub = StubServer("{}")
    _ = try await run(["check", "x", "add-addon"], on: stub)
    #expect(
      stub.asked.first?.text
        == #"{"accountId":"x","capabilities":["CAPABILITY_ADD_ADDON"]}"#)
  }
}
