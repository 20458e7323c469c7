internal import AccountStatusAPI
internal import AccountStatusModel

// Current answers from the table, as calls return them.

extension AccountStatusClient {
  /// What the table says about an account; nil: ask the server. A nil value: it is not registered.
  func tableAnswer(about account: AccountID) -> Answer<AccountStatus?>? {
    guard let table, let (reading, edition) = table.current(account) else { return nil }
    return Answer(
      reading.status(of: account, policyEdition: edition), token: Token(bytes: []), source: .table,
      age: reading.age)
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
