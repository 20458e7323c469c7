internal import AccountStatusAPI
public import AccountStatusModel

extension AccountStatusClient {
  /// What an account owes: balances, months, every invoice and the payments.
  ///
  /// The invoices come in pages, all of one instant and one state of knowledge.
  /// - asOf: the instant asked about; nil: now.
  /// - knownAt: only what was known by then counts; nil: everything stored.
  /// - months: of history, 1 to 120, that of `asOf` included; nil: the server's choice.
  /// - atLeast: the answer is at least that fresh.
  /// - timeout: of each page.
  /// Fails with `notFound` for an account that is not registered then.
  public func getBilling(
    _ account: AccountID, asOf: Instant? = nil, knownAt: Instant? = nil, months: Int? = nil,
    atLeast: Token? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<BillingView> {
    var request = GetBillingRequest(
      accountID: account, asOf: asOf, knownAt: knownAt, months: UInt32(clamping: months ?? 0),
      pageSize: 1000, atLeast: atLeast?.bytes ?? [])
    let first: GetBillingResponse = try await call(
      LedgerService.getBilling, request, timeout: timeout)
    var view = first.view
    request.pageToken = first.nextPageToken
    while !request.pageToken.isEmpty {
      let page: GetBillingResponse = try await call(
        LedgerService.getBilling, request, timeout: timeout)
      view.invoices += page.view.invoices
      request.pageToken = page.nextPageToken
    }
    return Answer(view, token: Token(bytes: first.token))
  }
}
