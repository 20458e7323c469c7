import JSONText
import Testing
import accountstatus

struct ListOutputTests {
  private func page(_ ids: Range<Int>, next: String, since: (Int) -> String) -> String {
    let statuses = ids.map { id in
      #"{"accountId":"a\#(id)","state":"ACCOUNT_STATE_ACTIVE","since":"\#(since(id))"}"#
    }
    return #"{"statuses":[\#(statuses.joined(separator: ","))],"nextPageToken":"\#(next)"}"#
  }

  /// The accounts in the order in which they were printed, as JSON.
  private func ids(_ outcome: Outcome) -> [String] {
    outcome.output.split(separator: "\"").map(String.init).filter { (text: String) -> Bool in
      text.hasPrefix("a") && text.count == 2
    }
  }

  @Test func `what has lasted longest comes first, in every format, over all pages`() async throws {
    let stub = StubServer { [self] _, request in
      request["pageToken"] == nil
        ? page(0..<3, next: "2") { "2026-01-0\(3 - $0)T00:00:00Z" }
        : page(3..<5, next: "") { $0 == 3 ? "2026-01-02T00:00:00Z" : "2026-01-01T00:00:00.5Z" }
    }
    for format in ["json", "jsonl"] {
      let outcome = try await run(["list", "--older-than", "1d", "-o", format], on: stub)
      #expect(ids(outcome) == ["a2", "a4", "a1", "a3", "a0"])
    }
  }

  @Test func `a list without a time is by account, as it comes`() async throws {
    let stub = StubServer { [self] _, _ in
      page(0..<3, next: "") { "2026-01-0\(3 - $0)T00:00:00Z" }
    }
    let outcome = try await run(["list", "-o", "jsonl"], on: stub)
    #expect(ids(outcome) == ["a0", "a1", "a2"])
  }

  @Test func `more than fit in memory without thought are listed by account`() async throws {
    let stub = StubServer { [self] _, request in
      let start = request["pageToken"] == nil ? 0 : 6000
      return page(start..<start + 6000, next: start == 0 ? "2" : "") { _ in "2026-01-01T00:00:00Z" }
    }
    let outcome = try await run(["list", "--older-than", "1d", "-o", "jsonl"], on: stub)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 12_000)
    #expect(lines.first?.contains("\"a0\"") == true && lines.last?.contains("a11999") == true)
    #expect(outcome.notes.contains("by account, not by time"))
  }
}
