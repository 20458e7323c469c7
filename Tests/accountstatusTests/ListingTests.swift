import Testing
import accountstatus

struct ListingTests {
  private let stub = StubServer(
    """
    {"results":[{"accountId":"a","status":{"accountId":"a","state":"ACCOUNT_STATE_ACTIVE"}},
    {"accountId":"b","status":{"accountId":"b"}}]}
    """)

  @Test func `json is one array`() async throws {
    let outcome = try await run(["get", "a", "b", "-o", "json"], on: stub)
    #expect(
      outcome.output == """
        [
          {
            "accountId": "a",
            "state": "ACCOUNT_STATE_ACTIVE"
          },
          {
            "accountId": "b"
          }
        ]

        """)
  }

  @Test func `jsonl is one object a line`() async throws {
    let outcome = try await run(["get", "a", "b", "-o", "jsonl"], on: stub)
    #expect(
      outcome.output == """
        {"accountId":"a","state":"ACCOUNT_STATE_ACTIVE"}
        {"accountId":"b"}

        """)
  }

  @Test func `nothing is an empty array, or no line`() async throws {
    #expect(try await run(["list", "-o", "json"], on: StubServer("{}")).output == "[]\n")
    #expect(try await run(["list", "-o", "jsonl"], on: StubServer("{}")).output == "")
  }
}
