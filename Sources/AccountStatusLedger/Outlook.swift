package import AccountStatusModel
package import AccountStatusRules

/// What the facts known now say of an account from an instant on: this answer, the next, and how
/// long that one is good.
package struct Outlook {
  /// The answer at the instant; nil: not registered then.
  package var standing: Standing?
  /// When it changes by time alone; `distantFuture`: never.
  package var flipAt = Instant.distantFuture
  /// The answer from then on.
  package var fromFlip: Standing?
  /// When that changes; `distantFuture`: never.
  package var validUntil = Instant.distantFuture

  /// Evaluates facts.
  package init(of facts: AccountFacts, edition: PolicyEdition, from instant: Instant) {
    if let now = timeline(of: facts, edition: edition, from: instant, limit: 3) {
      standing = now.points[0].standing
      if now.points.count > 1 {
        flipAt = now.points[1].at
        fromFlip = now.points[1].standing
      }
      if now.points.count > 2 { validUntil = now.points[2].at }
    } else if let registeredAt = facts.registeredAt(), registeredAt > instant,
      let later = timeline(of: facts, edition: edition, from: registeredAt, limit: 2)
    {
      flipAt = registeredAt
      fromFlip = later.points[0].standing
      if later.points.count > 1 { validUntil = later.points[1].at }
    }
  }
}
