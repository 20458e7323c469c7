package import AccountStatusAPI
package import AccountStatusModel
package import AccountStatusRules
package import TTRPC

extension EditionCatalogue {
  /// The edition that a request names, or the default one.
  package func edition(of query: AccountStatusAPI.StatusQuery) throws(RPCError) -> PolicyEdition {
    guard let name = query.policyEdition else { return `default` }
    do throws(UnknownEdition) {
      return try self[name]
    } catch {
      throw .unknownEdition(error)
    }
  }

  /// What a request's time axes mean, now. The edition is found by itself, so that one that nobody
  /// knows is refused before anything is waited for, and the present is the one after the wait.
  package func resolve(
    _ query: AccountStatusAPI.StatusQuery, under edition: PolicyEdition, at now: Instant
  ) -> EvaluationQuery {
    EvaluationQuery(
      asOf: query.asOf ?? now, knownAt: query.knownAt, edition: edition, now: now,
      defaultEdition: `default`)
  }

  /// The question about the current answer.
  package func current(at now: Instant) -> EvaluationQuery {
    EvaluationQuery(
      asOf: now, knownAt: nil, edition: `default`, now: now, defaultEdition: `default`)
  }
}
