import AccountStatusClient
import JSONText
import Testing
import accountstatus

struct RecordTests {
  private static func fact(_ sequence: Int, of account: String, at time: String) -> String {
    #"{"accountId":"\#(account)","source":"bank","factId":"\#(sequence)","#
      + #""effectiveAt":"2026-01-01T00:00:00Z","sequence":"\#(sequence)","#
      + #""recordedAt":"2026-11-15T\#(time)Z","accountClosed":{}}"#
  }

  /// Two accounts, whose facts were stored in turns; the server's clock says 09:00.
  private func stub() -> StubServer {
    StubServer { method, request in
      switch method {
      case "GetInfo": return StubServer.info
      case "ListStatuses": return #"{"statuses":[{"accountId":"x"},{"accountId":"y"}]}"#
      default: break
      }
      guard case .string(let account)? = request["accountId"], account != "nobody" else {
        throw AccountStatusError(.notFound, "nothing is known about nobody")
      }
      let facts =
        account == "x"
        ? [(1, "08:00:00"), (4, "09:00:00")] : [(2, "08:00:00"), (3, "08:30:00"), (5, "09:00:01")]
      let texts = facts.map { Self.fact($0.0, of: account, at: $0.1) }
      // One to a page.
      guard case .string(let page)? = request["pageToken"] else {
        return #"{"facts":[\#(texts[0])],"nextPageToken":"1"}"#
      }
      let number = Int(page) ?? 0
      let next = number + 1 < texts.count ? #","nextPageToken":"\#(number + 1)""# : ""
      return #"{"facts":[\#(texts[number])]\#(next)}"#
    }
  }

  private func lines(_ outcome: Outcome) -> [String] {
    outcome.output.split(separator: "\n").map(String.init)
  }

  @Test func `facts of all accounts are written in the order they were stored`() async throws {
    let outcome = try await run(["record"], on: stub())
    #expect(outcome.status == .success)
    #expect(
      lines(outcome) == [
        Self.fact(1, of: "x", at: "08:00:00"), Self.fact(2, of: "y", at: "08:00:00"),
        Self.fact(3, of: "y", at: "08:30:00"), Self.fact(4, of: "x", at: "09:00:00"),
      ])
    // What was recorded after it began is left out.
    #expect(outcome.notes == "4 facts of 2 accounts, as known at 2026-11-15T09:00:00Z\n")
  }

  @Test func `what was known earlier is asked for by its instant`() async throws {
    let outcome = try await run(["record", "--known-at", "2026-11-15T08:15:00Z"], on: stub())
    #expect(lines(outcome).count == 2)
    #expect(outcome.notes == "2 facts of 2 accounts, as known at 2026-11-15T08:15:00Z\n")
  }

  @Test func `accounts that are named are recorded, and who is not known exits 2`() async throws {
    let stub = stub()
    let outcome = try await run(["record", "x", "nobody"], on: stub)
    #expect(outcome.status == .notFound)
    #expect(lines(outcome).count == 2)
    #expect(
      outcome.notes
        == "accountstatus: error: nothing is known about nobody\n"
        + "2 facts of 1 account, as known at 2026-11-15T09:00:00Z\n")
    #expect(!stub.asked.contains { $0.method.hasSuffix("/ListStatuses") })
  }

  @Test func `a filter is the list's`() async throws {
    let stub = stub()
    _ = try await run(["record", "--state", "suspended"], on: stub)
    #expect(
      stub.asked.first { $0.method.hasSuffix("/ListStatuses") }?.text
        == #"{"state":"ACCOUNT_STATE_SUSPENDED","pageSize":1000}"#)
    #expect(throws: (any Error).self) { try parse(["record", "x", "--state", "suspended"]) }
  }

  @Test func `as JSON it is one array`() async throws {
    let outcome = try await run(["record", "x", "-o", "json"], on: stub())
    guard case .array(let facts) = try JSONValue(parsing: outcome.output) else {
      Issue.record("an array is expected")
      return
    }
    #expect(facts.map { $0["sequence"] } == [.string("1"), .string("4")])
  }
}
