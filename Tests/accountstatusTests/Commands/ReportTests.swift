import Foundation
import Testing
import accountstatus

struct ReportTests {
  @Test func `facts are read from a file, a line each`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    let fact = #"{"account_id":"x","source":"s","factId":"1","accountClosed":{}}"#
    try Data("\(fact)\n\n".utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let stub = StubServer(#"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"9"}]}"#)
    let outcome = try await run(["report", path.path, "-o", "jsonl"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      stub.asked.first?.text
        == #"{"chunk":"1","facts":[{"accountId":"x","source":"s","factId":"1","accountClosed":{}}]}"#
    )
  }
}
