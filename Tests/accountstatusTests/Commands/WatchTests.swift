import AccountStatusClient
import AccountStatusModel
import JSONText
import Testing
import accountstatus

struct WatchTests {
  private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

  private func change(_ previous: String?, _ current: String?, past: Bool = false) throws
    -> ToldEvent
  {
    func status(_ state: String) -> String {
      #"{"accountId":"a","state":"ACCOUNT_STATE_\#(state)","asOf":"2026-10-30T00:00:00Z""#
        + (state == "SUSPENDED" ? #","reasons":[{"code":"REASON_CODE_BILLING_PAST_DUE"}]}"# : "}")
    }
    var members = [#""accountId":"a""#]
    if let previous { members.append(#""previous":\#(status(previous))"#) }
    if let current { members.append(#""current":\#(status(current))"#) }
    if past { members.append(#""pastChanged":true"#) }
    return .change(try json("{\(members.joined(separator: ","))}"))
  }

  private func stub(_ events: [ToldEvent]) -> StubServer {
    StubServer(events: events) { _, _ in "{}" }
  }

  @Test func `a change is a line, and the token comes last`() async throws {
    let stub = stub([
      .snapshotBegan, .snapshotEnded, try change("ACTIVE", "SUSPENDED"), .progress,
      try change("SUSPENDED", nil, past: true), try change(nil, "ACTIVE"),
    ])
    let outcome = try await run(["watch", "a", "--from", "AQ=="], on: stub)
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(
      lines == [
        ["2026-10-30T00:00:00Z", "a", "ACTIVE", "->", "SUSPENDED", "billing-past-due"],
        [
          "2026-10-30T00:00:00Z", "a", "SUSPENDED", "->", "not", "registered", "its", "past", "has",
          "changed",
        ],
        ["2026-10-30T00:00:00Z", "a", "ACTIVE"],
      ])
    #expect(outcome.notes == "token AQ==\n" && outcome.status == .success)
    #expect(stub.watches == [StubServer.Watched(accounts: ["a"], token: [1])])
  }

  @Test func `as JSON lines changes are what the server said`() async throws {
    let told = try change("ACTIVE", "SUSPENDED")
    guard case .change(let object) = told else { return }
    let outcome = try await run(["watch", "-o", "jsonl"], on: stub([.resumed, told]))
    #expect(outcome.output == object.text() + "\n")
    let array = try await run(["watch", "-o", "json"], on: stub([.resumed, told, told]))
    #expect(try json(array.output) == .array([object, object]))
  }

  @Test func `accounts of a snapshot are told where they are asked for`() async throws {
    let status = try json(#"{"accountId":"a","state":"ACCOUNT_STATE_ACTIVE","revision":"7"}"#)
    let events: [ToldEvent] = [.snapshotBegan, .record(status), .snapshotEnded]
    #expect(try await run(["watch", "-o", "jsonl"], on: stub(events)).output == "")
    let outcome = try await run(["watch", "--initial", "-o", "jsonl"], on: stub(events))
    #expect(
      try json(outcome.output)
        == json(
          #"{"accountId":"a","current":\#(status.text()),"revision":"7"}"#))
  }

  @Test func `a server that is not there at the start is an error`() async throws {
    let error = AccountStatusError(.unavailable, "no answer")
    let outcome = try await run(["watch"], on: stub([.disconnected(error)]), socket: "/")
    #expect(outcome.status == .unavailable)
    #expect(outcome.notes.contains("no answer"))
  }

  @Test func `a break is told, and what was missed is`() async throws {
    let outcome = try await run(
      ["watch"],
      on: stub([
        .snapshotBegan, .snapshotEnded,
        .disconnected(AccountStatusError(.unavailable, "the server is shutting down")),
        .snapshotBegan, .snapshotEnded,
      ]))
    #expect(
      outcome.notes == """
        the server is shutting down; going on by itself
        changes were missed: the server no longer keeps them
        token AQ==

        """)
    #expect(outcome.output == "" && outcome.status == .success)
  }

  @Test func `a command gets each change in order, and one that fails stops nothing`() async throws
  {
    let told = [try change("ACTIVE", "SUSPENDED"), try change("SUSPENDED", "ACTIVE")]
    let outcome = try await run(
      ["watch", "--exec", "grep -q '\"previous\":.*ACTIVE.*\"current\":.*SUSPENDED'"],
      on: stub([.resumed] + told))
    #expect(outcome.output.split(separator: "\n").count == 2)
    #expect(
      outcome.notes
        == "accountstatus: error: the command for a ended with exit status 1\ntoken AQ==\n")
  }

  @Test func `what is no token is refused`() async throws {
    let outcome = try await run(["watch", "--from", "A"], on: stub([]))
    #expect(outcome.status == .usage && outcome.notes.contains("--from"))
  }
}
