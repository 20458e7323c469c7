import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct BillingTests {
  private static func invoice(_ id: Identifier) -> BillingInvoice {
    let amount = Money("EUR", billionths: 1_000_000_000)
    return BillingInvoice(
      invoiceID: id, issueDate: "2026-07-01", dueDate: "2026-08-30", total: amount,
      credited: amount, paid: amount, open: amount, daysPastDue: 3)
  }

  @Test func `the pages of invoices come as one view, with the first page's token`() async throws {
    let server = try ScriptedServer { _, payload in
      guard let request = try? GetBillingRequest.decode(payload) else { return .silence }
      #expect(request.accountID == "contoso")
      #expect(request.months == 6)
      #expect(request.asOf == "2026-10-30T00:00:00Z")
      #expect(request.knownAt == "2026-10-31T00:00:00Z")
      #expect(request.atLeast == [1])
      var view = BillingView(asOf: "2026-10-30T00:00:00Z")
      if request.pageToken.isEmpty {
        view.latestPayment = BillingPayment(
          paymentID: "P-1", receivedAt: "2026-10-01T00:00:00Z",
          amount: Money("EUR", billionths: 5), unallocated: Money("EUR", billionths: 0))
      }
      let number = request.pageToken.count
      view.invoices = [Self.invoice(Identifier(checked: "INV-\(number)"))]
      return .message(
        GetBillingResponse(
          view: view, nextPageToken: number == 2 ? "" : request.pageToken + "n",
          token: [UInt8(number)]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let answer = try await client.getBilling(
      "contoso", asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z", months: 6,
      atLeast: Token(bytes: [1]))
    #expect(answer.invoices.map(\.invoiceID) == ["INV-0", "INV-1", "INV-2"])
    #expect(answer.latestPayment?.paymentID == "P-1")
    #expect(answer.token == Token(bytes: [0]))
    #expect(server.called.count == 3)
  }

  @Test func `an account that is not registered is an error`() async throws {
    let server = try ScriptedServer { _, _ in .fail(RPCError(.accountNotFound, "nobody")) }
    let client = try AccountStatusClient(socket: server.path)
    let error = await #expect(throws: AccountStatusError.self) {
      try await client.getBilling("contoso")
    }
    #expect(error?.kind == .notFound)
  }
}
