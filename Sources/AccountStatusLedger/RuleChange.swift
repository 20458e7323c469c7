package import AccountStatusModel
package import AccountStatusRules

extension StatusRow {
  /// The revision, at an instant, of an account whose row other rules decided: what is answered
  /// until it is decided anew, and what deciding it anew then commits.
  ///
  /// Facts and rules alone decide it, so it is the same on both sides of a crash. It never
  /// decreases as time goes by, is never below what the other rules have shown, and is higher only
  /// for a change: the edition's name, which is part of every answer; what the rules say of the
  /// instant at which the row begins; and each change by time since then. A row has no more than
  /// the BASIC answer, so that is what is compared.
  package func revision(
    decidedAnewFrom facts: AccountFacts, edition: PolicyEdition, at now: Instant
  ) -> UInt64 {
    // The clock was set back as well.
    guard now >= validFrom else { return revision + 1 }
    let shown: UInt64 = now < flipAt ? 0 : 1
    let start = facts.registeredAt().map { max($0, validFrom) } ?? validFrom
    let points = timeline(of: facts, edition: edition, from: start)?.points ?? []
    let answer = start == validFrom ? points.first.map { BasicAnswer($0.standing) } : nil
    let isOther = answer != untilFlip || isOfOtherEdition && answer != nil
    let passed = points.count { $0.at > validFrom && $0.at <= now }
    return revision + max(shown, UInt64(passed) + (isOther ? 1 : 0))
  }
}
