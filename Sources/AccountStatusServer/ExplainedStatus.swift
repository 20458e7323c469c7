package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// A status and the explanation of it, from the facts of one snapshot. Made on a worker.
package struct ExplainedStatus: Sendable {
  package var status: AccountStatus
  package var explanation: Explanation<Phrase>

  /// Evaluates and explains; nil: the account is not registered then, as known then.
  package init?(
    _ query: EvaluationQuery, of account: AccountID, from snapshot: AccountSnapshot,
    suspendedProviders: [AccountID]
  ) {
    guard let status = Evaluation(query, of: account, from: snapshot).status,
      let explanation = explain(
        snapshot.facts, edition: query.edition, asOf: query.asOf, knownAt: query.knownAt,
        suspendedProviders: suspendedProviders)
    else { return nil }
    self.status = status
    self.explanation = explanation
    // A provider that this snapshot does not link is no notice of it.
    for notice in explanation.notices { self.status.standing.notices.insert(notice.notice) }
  }
}

extension Evaluator {
  /// Explains an account's status; NOT_FOUND when it is not registered then.
  ///
  /// Its providers are looked at first, one hop: whether they are suspended, not why. What `told`
  /// makes of the explanation is made on the worker as well.
  package func explanation<Value: Sendable>(
    of account: AccountID, _ query: EvaluationQuery,
    _ told: @escaping @Sendable (ExplainedStatus) -> Value,
    _ completion: @escaping (Result<Value, RPCError>) -> Void
  ) {
    suspendedProviders(of: account, query) { [self] result in
      let providers: [AccountID]
      switch result {
      case .failure(let error): return completion(.failure(error))
      case .success(let suspended): providers = suspended
      }
      let explain: @Sendable (AccountSnapshot) -> Value? = { snapshot in
        ExplainedStatus(query, of: account, from: snapshot, suspendedProviders: providers)
          .map(told)
      }
      compute(about: account, explain) { result in
        completion(
          result.flatMap { explained in
            explained.flatMap(\.self).map { .success($0) } ?? .failure(.notFound(account))
          })
      }
    }
  }

  private func suspendedProviders(
    of account: AccountID, _ query: EvaluationQuery,
    _ completion: @escaping (Result<[AccountID], RPCError>) -> Void
  ) {
    let linked: @Sendable (AccountSnapshot) -> [AccountID] = { snapshot in
      let evaluation = Evaluation(query, of: account, from: snapshot)
      let isConcerned =
        evaluation.status?.state == .active || evaluation.status?.state == .suspended
      return isConcerned ? evaluation.providers : []
    }
    compute(about: account, linked) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let linked): suspended(among: (linked ?? [])[...], query, [], completion)
      }
    }
  }

  private func suspended(
    among providers: ArraySlice<AccountID>, _ query: EvaluationQuery, _ found: [AccountID],
    _ completion: @escaping (Result<[AccountID], RPCError>) -> Void
  ) {
    guard let provider = providers.first, found.count < ExplanationLimits.subjects else {
      return completion(.success(found))
    }
    let isSuspended: @Sendable (AccountSnapshot) -> Bool = { snapshot in
      Evaluation(query, of: provider, from: snapshot).status?.state == .suspended
    }
    compute(about: provider, isSuspended) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let isSuspended):
        suspended(
          among: providers.dropFirst(), query, isSuspended == true ? found + [provider] : found,
          completion)
      }
    }
  }
}
