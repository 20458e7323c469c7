internal import AccountStatusAPI
public import AccountStatusModel
internal import TTRPC

extension AccountStatusClient {
  /// The suspensions of an account and the decisions on them.
  ///
  /// - asOf: the history up to this instant; nil: now.
  /// - knownAt: only what was known by then counts; nil: everything stored.
  /// - policyEdition: the edition of the rules; nil: the server's default.
  /// Fails with `notFound` for an account that is not registered.
  public func getHistory(
    of account: AccountID, asOf: Instant? = nil, knownAt: Instant? = nil,
    policyEdition: String? = nil, atLeast: Token? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<AccountHistory> {
    // It comes with the first page of corrections: of them, the fewest.
    let request = GetHistoryRequest(
      accountID: account,
      query: StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition), pageSize: 1,
      atLeast: atLeast?.bytes ?? [])
    let response: GetHistoryResponse = try await call(
      LedgerService.getHistory, request, timeout: timeout)
    return Answer(response.history, token: Token(bytes: response.token))
  }

  /// What was learned too late about an account, and which answers about the past it changed;
  /// newest first, a page at a time.
  ///
  /// A page may be empty although another one follows. The other parameters are those of
  /// `getHistory`.
  /// - pageSize: at most 1 000; nil: the server's choice.
  /// - timeout: of each page.
  public func listCorrections(
    of account: AccountID, asOf: Instant? = nil, knownAt: Instant? = nil,
    policyEdition: String? = nil, pageSize: Int? = nil, atLeast: Token? = nil,
    timeout: Duration? = nil
  ) -> Pages<Correction> {
    Pages { [self] pageToken async throws(AccountStatusError) in
      let request = GetHistoryRequest(
        accountID: account,
        query: StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition),
        pageSize: UInt32(clamping: pageSize ?? 0), pageToken: pageToken,
        atLeast: atLeast?.bytes ?? [])
      let response: GetHistoryResponse = try await call(
        LedgerService.getHistory, request, timeout: timeout)
      return Page(
        entries: response.corrections, nextPageToken: response.nextPageToken,
        token: Token(bytes: response.token))
    }
  }
}
