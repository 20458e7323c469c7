import Foundation
import Testing
import accountstatus

struct FactTextTests {
  @Test func `a fact is one line with its amounts readable`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    let document =
      #"{"id":"INV-1","invoiceDate":"2026-07-01","totalCharges":1000,"paidAmount":-0.5,"#
      + #""currencyCode":"EUR"}"#
    try Data(document.utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let outcome = try await run(
      ["import", "--account", "x", "--dry-run", path.path], on: StubServer("{}"))
    #expect(
      outcome.output == """
        2026-07-01T00:00:00Z  invoiceIssued  invoiceId=INV-1 issueDate=2026-07-01 total=1000.00 EUR
        2026-11-15T09:00:00Z  paymentReceived  paymentId=invoice/INV-1/paid/0.50-EUR \
        amount=0.50 EUR allocations=[invoiceId=INV-1 amount=0.50 EUR]

        """)
  }

  @Test func `what belongs together stands in parentheses`() async throws {
    let text = try await reported(
      #"{"source":"crm","factId":"r","supportRequestOpened":{"requestId":"R-1","#
        + #""requestedBy":{"name":"Admin","role":"ROLE_OTHER"}}}"#)
    #expect(text.contains("requestId=R-1 requestedBy=(name=Admin role=ROLE_OTHER)\n"))
  }

  @Test func `what a reporter wrote begins no line and steers no terminal`() async throws {
    let text = try await reported(
      #"{"source":"crm","factId":"o","externalStatusObserved":{"note":"a\u001b[2Jb\nc \u00e5"}}"#)
    #expect(text.contains("note=a\\u{1B}[2Jb\\nc å\n"))
  }

  /// The history of one fact, as text.
  private func reported(_ fact: String) async throws -> String {
    let stored = fact.dropLast() + #","effectiveAt":"2026-07-01T00:00:00Z"}"#
    let stub = StubServer { method, _ in
      method == "ListFacts"
        ? #"{"facts":[\#(stored)]}"# : #"{"asOf":"2026-12-01T00:00:00Z","policyEdition":"2020-06"}"#
    }
    return try await run(["history", "x"], on: stub).output
  }
}
