package import AccountStatusModel
package import AccountStatusRules

/// What the facts known now say of an account: how it stood until an instant, its answer there, the
/// next one, and how long that one is good.
package struct Outlook {
  /// How the account stood before the instant.
  package var past: [PastSegment] = []
  /// The answer at the instant; nil: not registered then.
  package var standing: BareStanding?
  /// When it changes by time alone; `distantFuture`: never.
  package var flipAt = Instant.distantFuture
  /// The answer from then on.
  package var fromFlip: BareStanding?
  /// When that changes; `distantFuture`: never.
  package var validUntil = Instant.distantFuture

  /// Nothing is known.
  package init() {}

  /// Evaluates facts.
  package init(of facts: AccountFacts, edition: PolicyEdition, from instant: Instant) {
    if let now = bareTimeline(of: facts, edition: edition, from: instant, limit: 3) {
      past = now.past
      standing = now.points[0].answer
      if now.points.count > 1 {
        flipAt = now.points[1].at
        fromFlip = now.points[1].answer
      }
      if now.points.count > 2 { validUntil = now.points[2].at }
    } else if let registeredAt = facts.registeredAt(), registeredAt > instant,
      let later = bareTimeline(of: facts, edition: edition, from: registeredAt, limit: 2)
    {
      flipAt = registeredAt
      fromFlip = later.points[0].answer
      if later.points.count > 1 { validUntil = later.points[1].at }
    }
  }

  /// How the account stood before a later instant, when the outlook was from `instant` and nothing
  /// has changed in between.
  func past(from instant: Instant, until later: Instant) -> [PastSegment] {
    guard instant < later, let standing else { return past }
    let state = PastState(standing.state, reasons: standing.reasons)
    return past.last?.state == state ? past : past + [PastSegment(from: instant, state)]
  }
}
