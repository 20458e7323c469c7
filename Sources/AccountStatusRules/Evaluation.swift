package import AccountStatusModel

/// The standing of an account at an instant; nil: not registered then, as known at `knownAt`.
///
/// Pure: the same facts give the same answer whatever order they arrived in. `knownAt` is
/// inclusive, nil means everything stored. PROVIDER_SUSPENDED is looked up elsewhere, with
/// `linkedProviders`. Cost: n log n in the facts.
package func evaluate(
  _ facts: AccountFacts, edition: PolicyEdition, asOf: Instant, knownAt: Instant? = nil
) -> Standing? {
  timeline(of: facts, edition: edition, from: asOf, knownAt: knownAt, limit: 1)?
    .points.first?.standing
}

/// The standings of an account from an instant on.
package struct Timeline: Hashable, Sendable {
  /// A standing and the instant from which it holds.
  package struct Point: Hashable, Sendable {
    /// The first instant at which it holds; of the first point: the instant asked for.
    package var at: Instant
    /// What holds until the next point.
    package var standing: Standing
  }

  /// In time order, never empty, neighbours always different.
  package var points: [Point]
}

/// The standing at `from`, and every later one that facts known now bring about by time alone.
///
/// Each point after the first is the first instant at which anything that `revision` counts
/// differs, future-dated facts included. Nil: not registered at `from`; where
/// `AccountFacts.registeredAt` lies later, ask again from there. At most `limit` points are
/// made: 3 give the current standing, the flip, and how long the flip's standing is good.
package func timeline(
  of facts: AccountFacts, edition: PolicyEdition, from: Instant, knownAt: Instant? = nil,
  limit: Int = .max
) -> Timeline? {
  nil
}

/// The providers an account is linked to at an instant, by id.
package func linkedProviders(
  of facts: AccountFacts, asOf: Instant, knownAt: Instant? = nil
) -> [AccountID] {
  []
}
