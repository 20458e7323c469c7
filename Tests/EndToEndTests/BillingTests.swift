import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// The billing page of a real daemon, through the client and the program.
@Suite struct BillingTests {
  private func billing(_ served: Served, _ arguments: [String] = []) throws -> Output {
    try run(
      "accountstatus", ["--socket", served.server.socket, "billing", "northwind"] + arguments)
  }

  @Test func `a payment that is unallocated is allocated as the page says`() async throws {
    let served = try Served(now: "2026-10-20T12:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    try await served.report(
      .paymentReceived(
        paymentID: "P-1", amount: Money("EUR", units: 1200), allocations: []),
      at: "2026-10-20T09:00:00Z")
    let owed = try await served.client.getBilling("northwind", months: 4)
    #expect(owed.balances.map(\.balanceDue) == [try Money("EUR", units: 1000)])
    #expect(owed.balances.map(\.pastDue) == [try Money("EUR", units: 1000)])
    #expect(owed.history.map(\.amounts.open.units) == [1000, 1000, 1000, 1000])
    #expect(owed.latestPayment?.paymentID == "P-1")

    let page = try billing(served)
    #expect(page.status == 0)
    #expect(page.error.isEmpty)
    #expect(page.out.contains("51 days past due"))
    #expect(!page.out.contains("█"), "no bar without a terminal")
    let hint = try #require(page.out.split(separator: "\n").last { $0.contains("echo '") })
    let fact = try #require(hint.split(separator: "'").first { $0.hasPrefix("{") })
    let reported = try run(
      "accountstatus", ["--socket", served.server.socket, "report", "-"], input: "\(fact)\n")
    #expect(reported.status == 0, "\(reported.error)")

    let settled = try await served.client.getBilling("northwind")
    #expect(settled.balances.map(\.balanceDue.units) == [0])
    #expect(settled.balances.map(\.unallocated.units) == [200])
    #expect(try await served.client.getStatus("northwind").notices.contains(.unallocatedPayment))
  }

  @Test func `other times and pages are those of one answer`() async throws {
    let served = try Served(now: "2026-12-01T00:00:00Z")
    try await served.register()
    for number in 0..<25 {
      try await served.report(
        .invoiceIssued(
          InvoiceIssued(
            invoiceID: Identifier("INV-\(100 + number)"), issueDate: "2026-07-01",
            total: Money("EUR", units: 1))),
        at: "2026-07-01T09:00:00Z")
    }
    let text = try billing(served)
    #expect(text.out.contains("and more"))
    let json = try billing(served, ["-o", "json", "--as-of", "2026-08-30", "--months", "2"])
    let answer = try #require(
      try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    #expect((answer["invoices"] as? [Any])?.count == 25)
    #expect((answer["history"] as? [Any])?.count == 2)
    #expect(answer["asOf"] as? String == "2026-08-30T00:00:00Z")
    let early = try billing(served, ["--as-of", "2025-01-01"])
    #expect(early.status == 2)
    #expect(early.out.isEmpty)
  }
}
