internal import AccountStatusAPI
internal import AccountStatusModel
internal import Synchronization

// Current answers from the table and the cache, as calls return them.

extension AccountStatusClient {
  /// What this process knows about an account; nil: ask the server. A nil value: it is not
  /// registered.
  func answerHere(about account: AccountID) -> Answer<AccountStatus?>? {
    if let (reading, edition) = table?.current(account) {
      return answer(about: account, reading, edition, .table)
    }
    guard let (reading, edition) = cache?.current(account) else { return nil }
    counts.cached.wrappingAdd(1, ordering: .relaxed)
    return answer(about: account, reading, edition, .cache)
  }

  private func answer(
    about account: AccountID, _ reading: TableReading, _ edition: String, _ source: AnswerSource
  ) -> Answer<AccountStatus?> {
    Answer(
      reading.status(of: account, policyEdition: edition), token: Token(bytes: []), source: source,
      age: reading.age)
  }

  /// Asks the server, and takes care that the cache does not go back behind its answer.
  func hearing<Response>(
    _ account: AccountID, _ query: StatusQuery,
    _ ask: () async throws(AccountStatusError) -> Response, revision: (Response) -> UInt64
  ) async throws(AccountStatusError) -> Response {
    do throws(AccountStatusError) {
      let response = try await ask()
      if query.isCurrent { cache?.heard(account, revision: revision(response)) }
      return response
    } catch {
      if query.isCurrent, error.kind == .notFound { cache?.heard(account, revision: 0) }
      throw error
    }
  }
}

extension Answer where Value == AccountStatus? {
  /// The status; fails with `notFound`, as the server does, where there is none.
  func registered(
    _ account: AccountID
  ) throws(AccountStatusError) -> Answer<AccountStatus> {
    guard let value else { throw .notRegistered(account) }
    return Answer<AccountStatus>(value, token: token, source: source, age: age)
  }
}

extension AccountStatusError {
  /// In the server's words.
  static func notRegistered(_ account: AccountID) -> AccountStatusError {
    var error = AccountStatusError(
      .notFound,
      "account \(account) is not registered; check the id and the times asked for, or register it")
    error.reason = ErrorReason.accountNotFound.rawValue
    error.metadata = ["account_id": account.text]
    return error
  }
}

extension CapabilityCheck {
  /// What a status says about some capabilities, without the basis.
  init(_ capabilities: [Capability], of status: AccountStatus) {
    let verdicts = capabilities.map {
      Verdict(capability: $0, isAllowed: status.capabilities.contains($0), basis: nil)
    }
    self.init(
      verdicts: verdicts, state: status.state,
      reasons: verdicts.allSatisfy(\.isAllowed) ? [] : status.reasons, revision: status.revision,
      nextTransition: status.nextTransition, asOf: status.asOf)
  }
}
