import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite struct BillingCallsTests {
  private let december: Instant = "2026-12-01T00:00:00Z"

  private func server() throws -> (local: LocalServer, peer: Peer) {
    let local = try LocalServer(at: december)
    return (local, try local.connect())
  }

  private func billing(_ peer: Peer, _ request: GetBillingRequest) throws -> GetBillingResponse {
    try peer.call(LedgerService.getBilling, request, GetBillingResponse.self)
  }

  @Test func `an account's billing is answered at the server's now`() throws {
    let (local, peer) = try server()
    try local.store([registration(), invoice()])
    let token = try local.store([payment(at: "2026-11-15T00:00:00Z")])
    let paid = try billing(peer, GetBillingRequest(accountID: account, atLeast: token.encoded))
    #expect(paid.view.asOf == december)
    #expect(paid.view.balances.map(\.balanceDue.billionths) == [0])
    #expect(paid.view.latestPayment?.paymentID == "PAY-INV-1")
    #expect(paid.view.history.count == 12)
    #expect(paid.nextPageToken.isEmpty)
    let before = try billing(
      peer, GetBillingRequest(accountID: account, asOf: "2026-11-01T00:00:00Z", months: 2))
    #expect(before.view.balances.map(\.pastDue.units) == [1000])
    #expect(before.view.history.map(\.month.description) == ["2026-10", "2026-11"])
  }

  @Test func `an account that is not registered then is not found`() throws {
    let (local, peer) = try server()
    let nobody = try peer.failure(
      of: LedgerService.getBilling, GetBillingRequest(accountID: "nobody"))
    #expect(nobody.reason == .accountNotFound)
    try local.store([registration()])
    let early = try peer.failure(
      of: LedgerService.getBilling,
      GetBillingRequest(accountID: account, asOf: "2025-12-31T00:00:00Z"))
    #expect(early.reason == .accountNotFound)
  }

  @Test func `later pages go on where the first one was, at its instant`() throws {
    let (local, peer) = try server()
    try local.store(
      [registration()] + (1...5).map { invoice(Identifier(checked: "INV-\($0)")) })
    var request = GetBillingRequest(accountID: account, pageSize: 2)
    let first = try billing(peer, request)
    #expect(first.view.invoices.map(\.invoiceID) == ["INV-1", "INV-2"])
    // What happens between the pages does not move them.
    local.setClock("2026-12-02T00:00:00Z")
    try local.store([payment(of: "INV-3", at: "2026-11-30T00:00:00Z")])
    request.pageToken = first.nextPageToken
    let second = try billing(peer, request)
    #expect(second.view.asOf == first.view.asOf)
    #expect(second.view.invoices.map(\.invoiceID) == ["INV-3", "INV-4"])
    #expect(second.view.invoices.map(\.open.units) == [1000, 1000])
    #expect(second.view.balances.isEmpty)
    #expect(second.view.history.isEmpty)
    request.pageToken = second.nextPageToken
    let third = try billing(peer, request)
    #expect(third.view.invoices.map(\.invoiceID) == ["INV-5"])
    #expect(third.nextPageToken.isEmpty)
  }

  @Test(arguments: ["x", "1.2.o.3", "1..q.3.INV-1", "-1..o.3.INV-1", "1.y.o.3.INV-1", "1..o.3."])
  func `a page token of another server is refused`(token: String) throws {
    let (local, peer) = try server()
    try local.store([registration()])
    let error = try peer.failure(
      of: LedgerService.getBilling, GetBillingRequest(accountID: account, pageToken: token))
    #expect(error.reason == .foreignToken)
  }

  @Test func `more months than there are is a malformed question`() throws {
    let (_, peer) = try server()
    let error = try peer.failure(
      of: LedgerService.getBilling, GetBillingRequest(accountID: account, months: 121))
    #expect(error.reason == .malformedField)
  }
}
