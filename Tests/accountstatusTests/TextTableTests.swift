import AccountStatusClient
import Testing
import accountstatus

/// The columns of tables, seen in a billing page.
struct TextTableTests {
  @Test func `columns are as wide as their widest word, and no line ends in spaces`() async throws {
    let stub = StubServer(
      """
      {"asOf":"2026-11-15T09:00:00Z","invoices":[
      {"invoiceId":"A","issueDate":"2026-07-01","dueDate":"2026-08-30",
       "total":{"currencyCode":"EUR","units":"1"},"open":{"currencyCode":"EUR"},"voided":true},
      {"invoiceId":"LONGER","issueDate":"2026-07-01","dueDate":"2026-08-30",
       "total":{"currencyCode":"EUR","units":"12345"},"open":{"currencyCode":"EUR"},
       "voided":true}]}
      """)
    let lines = try await run(["billing", "northwind"], on: stub).output.split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("  INV") || $0.hasSuffix("voided") } == [
        "  INVOICE  ISSUED      DUE            TOTAL  OPEN",
        "  A        2026-07-01  2026-08-30      1.00  0.00  EUR  voided",
        "  LONGER   2026-07-01  2026-08-30  12345.00  0.00  EUR  voided",
      ])
    #expect(lines.allSatisfy { $0.last != " " })
  }
}
