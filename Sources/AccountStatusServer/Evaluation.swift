internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules

/// A question that the index cannot answer: at another instant, under another edition, as known
/// at another time, or in full.
struct EvaluationQuery: Sendable {
  var asOf: Instant
  /// nil: everything stored.
  var knownAt: Instant?
  var edition: PolicyEdition
  /// `asOf` was later than now when the question came.
  var isProjected: Bool
}

/// One account's answer to a query, from the facts of a snapshot. Runs on a worker.
struct Evaluation: Sendable {
  /// nil: the account is not registered then, as known then.
  var status: AccountStatus?
  /// The providers linked then, whose own standing decides a notice.
  var providers: [AccountID]

  init(_ query: EvaluationQuery, of account: AccountID, from snapshot: AccountSnapshot) {
    let standing = evaluate(
      snapshot.facts, edition: query.edition, asOf: query.asOf, knownAt: query.knownAt)
    status = standing.map { standing in
      AccountStatus(
        accountID: account, standing: standing, policyEdition: query.edition.name,
        revision: snapshot.revision, asOf: query.asOf, knownAt: query.knownAt,
        isProjected: query.isProjected)
    }
    providers =
      status == nil
      ? [] : linkedProviders(of: snapshot.facts, asOf: query.asOf, knownAt: query.knownAt)
  }
}
