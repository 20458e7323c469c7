internal import AccountStatusAPI
public import AccountStatusModel

/// Why an account stands where it stands, and the way back, in words.
public struct StatusExplanation: Sendable, Hashable {
  /// What is explained: the full view.
  public var status: AccountStatus
  /// The language of the words: `en` or `sv`.
  public var language: String
  /// Reasons with rules, numbers and facts; waivers; notices; capabilities; and the steps to take.
  public var explanation: Explanation<String>
}

extension AccountStatusClient {
  /// Why an account stands where it stands, and what leads back.
  ///
  ///     for step in try await client.explain("acct-42", locale: "sv").explanation.steps
  ///     where !step.isDone { print(step.text, step.link) }
  ///
  /// - locale: a BCP 47 tag, `en` or `sv` with anything after; English for every other language.
  /// The other parameters, and the failures, are those of `getStatus`.
  public func explain(
    _ account: AccountID, locale: String = "en", asOf: Instant? = nil, knownAt: Instant? = nil,
    policyEdition: String? = nil, atLeast: Token? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<StatusExplanation> {
    let request = ExplainStatusRequest(
      accountID: account, locale: locale,
      query: StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition),
      atLeast: atLeast?.bytes ?? [])
    let response: ExplainStatusResponse = try await call(
      StatusService.explainStatus, request, timeout: timeout)
    return Answer(
      StatusExplanation(
        status: response.status, language: response.locale, explanation: response.explanation),
      token: Token(bytes: response.token))
  }
}
