import AccountStatusClient
import Testing
import accountstatus

struct GetTests {
  @Test func `one account is one object, asked for in full`() async throws {
    let stub = StubServer(
      #"{"results":[{"accountId":"a","status":{"accountId":"a","revision":"7"}}],"token":"AQ=="}"#)
    let outcome = try await run(["get", "a", "-o", "json"], on: stub)
    #expect(outcome.output == "{\n  \"accountId\": \"a\",\n  \"revision\": \"7\"\n}\n")
    #expect(outcome.notes == "" && outcome.status == .success)
    #expect(
      stub.asked.first?.text == #"{"accountIds":["a"],"view":"STATUS_VIEW_FULL"}"#)
  }

  @Test func `an account that is not registered is named, and the others are shown`() async throws {
    let stub = StubServer(
      """
      {"results":[{"accountId":"a","error":{"code":5,"message":"a is not registered"}},
      {"accountId":"b","status":{"accountId":"b"}}]}
      """)
    let outcome = try await run(["get", "a", "b", "-o", "jsonl"], on: stub)
    #expect(outcome.output == "{\"accountId\":\"b\"}\n")
    #expect(outcome.notes == "accountstatus: error: a is not registered\n")
    #expect(outcome.status == .notFound)
  }

  @Test func `several texts are set apart`() async throws {
    let stub = StubServer(
      """
      {"results":[{"status":{"accountId":"a","state":1}},{"status":{"accountId":"b","state":1}}]}
      """)
    let outcome = try await run(["get", "a", "b"], on: stub)
    #expect(outcome.output.hasPrefix("a  ACTIVE"))
    #expect(outcome.output.contains("\n\nb  ACTIVE"))
  }

  @Test func `many accounts are asked for in parts`() async throws {
    let stub = StubServer("{}")
    _ = try await run(["get"] + (1...1001).map { "a\($0)" }, on: stub)
    #expect(stub.asked.count == 2)
  }
}
