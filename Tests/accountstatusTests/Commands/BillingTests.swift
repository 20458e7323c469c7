import AccountStatusClient
import ArgumentParser
import JSONText
import Testing
import accountstatus

struct BillingTests {
  /// A server with three pages of two invoices.
  private static func pages() -> StubServer {
    StubServer { _, request in
      let token = request["pageToken"].map { $0.text() } ?? ""
      let (ids, next) =
        token.contains("c")
        ? (["5", "6"], "")
        : token.contains("b")
          ? (["3", "4"], "c")
          : (["1", "2"], "b")
      let invoices = ids.map { #"{"invoiceId":"INV-\#($0)"}"# }.joined(separator: ",")
      return
        #"{"asOf":"2026-11-15T09:00:00Z","invoices":[\#(invoices)],"nextPageToken":"\#(next)"}"#
    }
  }

  @Test func `what is asked for is sent`() async throws {
    let stub = StubServer(#"{"asOf":"2026-11-15T09:00:00Z"}"#)
    _ = try await run(
      [
        "billing", "northwind", "--months", "24", "--as-of", "2026-12-01", "--known-at",
        "2026-12-02", "--at-least", "AQI=",
      ], on: stub)
    #expect(
      stub.asked.map(\.text) == [
        #"{"accountId":"northwind","asOf":"2026-12-01T00:00:00Z","#
          + #""knownAt":"2026-12-02T00:00:00Z","months":24,"pageSize":20,"atLeast":"AQI="}"#
      ])
  }

  @Test func `JSON holds the invoices of all pages`() async throws {
    let stub = Self.pages()
    let outcome = try await run(["billing", "northwind", "-o", "jsonl"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      outcome.output == #"{"asOf":"2026-11-15T09:00:00Z","invoices":[{"invoiceId":"INV-1"},"#
        + #"{"invoiceId":"INV-2"},{"invoiceId":"INV-3"},{"invoiceId":"INV-4"},"#
        + #"{"invoiceId":"INV-5"},{"invoiceId":"INV-6"}]}"# + "\n")
    #expect(stub.asked.count == 3)
  }

  @Test func `fewer invoices take fewer pages, and the rest is told`() async throws {
    let stub = Self.pages()
    let outcome = try await run(["billing", "northwind", "--invoices", "4"], on: stub)
    #expect(stub.asked.count == 2)
    #expect(outcome.output.contains("INV-4"))
    #expect(!outcome.output.contains("INV-5"))
    #expect(outcome.output.contains("  and more; show them with --invoices 40"))
  }

  @Test func `an account that is not registered exits 2`() async throws {
    let outcome = try await run(
      ["billing", "nobody"], on: StubServer(AccountStatusError(.notFound, "nobody")))
    #expect(outcome.status == .notFound)
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: [["--months", "0"], ["--months", "121"], ["--invoices", "0"]])
  func `numbers that mean nothing are wrong usage`(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try parse(["billing", "northwind"] + arguments) }
  }
}
