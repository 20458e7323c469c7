package import AccountStatusAPI
package import AccountStatusModel
package import AccountStatusRules
package import TTRPC

extension EditionCatalogue {
  /// What a request's time axes mean, now.
  package func resolve(
    _ query: AccountStatusAPI.StatusQuery, at now: Instant
  ) throws(RPCError) -> EvaluationQuery {
    let edition: PolicyEdition
    do throws(UnknownEdition) {
      edition =
        try query.policyEdition.map { name throws(UnknownEdition) in try self[name] } ?? `default`
    } catch {
      throw .unknownEdition(error)
    }
    return EvaluationQuery(
      asOf: query.asOf ?? now, knownAt: query.knownAt, edition: edition, now: now,
      defaultEdition: `default`)
  }

  /// The question about the current answer.
  package func current(at now: Instant) -> EvaluationQuery {
    EvaluationQuery(
      asOf: now, knownAt: nil, edition: `default`, now: now, defaultEdition: `default`)
  }
}
