package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules

/// A question that the index cannot answer: at another instant, under another edition, as known
/// at another time, or in full.
package struct EvaluationQuery: Sendable {
  package var asOf: Instant
  /// nil: everything stored.
  package var knownAt: Instant?
  package var edition: PolicyEdition
  /// When the question came.
  package var now: Instant
  /// Decides the current answer, which the revision counts.
  package var defaultEdition: PolicyEdition

  package init(
    asOf: Instant, knownAt: Instant?, edition: PolicyEdition, now: Instant,
    defaultEdition: PolicyEdition
  ) {
    self.asOf = asOf
    self.knownAt = knownAt
    self.edition = edition
    self.now = now
    self.defaultEdition = defaultEdition
  }
}

extension AccountSnapshot {
  /// The revision of the current answer at an instant, changes by time included that the ledger
  /// has not committed yet.
  package func revision(at now: Instant, _ edition: PolicyEdition) -> UInt64 {
    guard row.isCurrent else {
      return row.revision(decidedAnewFrom: facts, edition: edition, at: now)
    }
    if now < row.flipAt { return row.revision }
    if now < row.validUntil { return row.revision + 1 }
    // Neighbouring points differ in what the revision counts: every one is a change.
    let start = facts.registeredAt().map { max($0, row.validFrom) } ?? row.validFrom
    let timeline = timeline(of: facts, edition: edition, from: start)
    let passed = timeline?.points.count { $0.at > row.validFrom && $0.at <= now } ?? 0
    return row.revision + UInt64(passed)
  }
}

/// One account's answer to a query, from the facts of a snapshot. Runs on a worker.
package struct Evaluation: Sendable {
  /// nil: the account is not registered then, as known then.
  package var status: AccountStatus?
  /// The providers linked then, whose own standing decides a notice.
  package var providers: [AccountID]

  package init(_ query: EvaluationQuery, of account: AccountID, from snapshot: AccountSnapshot) {
    self.init(
      query, of: account, snapshot.facts,
      revision: snapshot.revision(at: query.now, query.defaultEdition))
  }

  /// The same of any facts; `revision` is that of the ledger's current answer.
  init(
    _ query: EvaluationQuery, of account: AccountID, _ facts: AccountFacts,
    revision: @autoclosure () -> UInt64
  ) {
    let standing = evaluate(
      facts, edition: query.edition, asOf: query.asOf, knownAt: query.knownAt)
    status = standing.map { standing in
      AccountStatus(
        accountID: account, standing: standing, policyEdition: query.edition.name,
        revision: revision(), asOf: query.asOf, knownAt: query.knownAt,
        isProjected: query.asOf > query.now)
    }
    providers =
      status == nil ? [] : linkedProviders(of: facts, asOf: query.asOf, knownAt: query.knownAt)
  }
}
