internal import AccountStatusAPI
public import AccountStatusModel

/// What would become of an account if some facts were reported now. Nothing of it is stored.
public struct SimulatedStatus: Sendable, Hashable {
  /// Without the hypothetical facts; nil: not registered then.
  public var actual: AccountStatus?
  /// With those that would be stored; nil: not registered then.
  public var simulated: AccountStatus?
  /// What would become of each fact, in their order; a stored one has the sequence 0.
  public var results: [FactResult]
  /// The changes of state after now until the instant asked about, and the next one; at most 100.
  public var transitions: [NextTransition]
}

extension AccountStatusClient {
  /// What the status would be if some facts about the account were reported now.
  ///
  ///     let answer = try await client.simulate([paid], of: "acct-42")
  ///     if answer.simulated?.standing.isEligibleForReinstatement == true { … }
  ///
  /// The facts are judged in order, as `report` would; stores nothing. At most 1 000; none, where
  /// `asOf` is given: what comes by itself. Facts may register an account that nobody knows.
  /// - asOf: the instant asked about; nil: now.
  /// - policyEdition: the edition of the rules; nil: the server's default.
  /// - atLeast: the answer is at least that fresh.
  /// - timeout: nil: the configuration's.
  /// Fails with `notFound` where the account is not registered with the facts either.
  public func simulate(
    _ facts: [Fact], of account: AccountID, asOf: Instant? = nil, policyEdition: String? = nil,
    atLeast: Token? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<SimulatedStatus> {
    let request = SimulateStatusRequest(
      accountID: account, facts: facts, asOf: asOf, policyEdition: policyEdition,
      atLeast: atLeast?.bytes ?? [])
    let response: SimulateStatusResponse = try await call(
      StatusService.simulateStatus, request, timeout: timeout)
    guard response.results.count == facts.count else {
      throw .unreadable(
        FormError("has \(response.results.count) results for \(facts.count) facts"))
    }
    let simulated = SimulatedStatus(
      actual: response.actual, simulated: response.simulated,
      results: response.results.map { FactResult($0) }, transitions: response.transitions)
    return Answer(simulated, token: Token(bytes: response.token))
  }
}
