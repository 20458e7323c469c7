import AccountStatusModel

/// A profile's vetting in detail: since when its overall state holds, and how each check stands.
struct Vetting {
  /// How a check stands, and the fact that said so.
  struct Check {
    var state: CheckState
    var rank: Int
  }

  /// Start of the overall state; nil: no fact gives one.
  private(set) var since: Instant?
  /// The checks that facts mention.
  private(set) var checks: [VerificationCheck: Check] = [:]
  /// The checks that failed at the instant asked about or after it.
  private(set) var failed: WordSet<VerificationCheck> = []

  /// Follows the profile's changes. `start`: failures that were over by then are left out.
  init(_ evidence: Evidence, failedSince start: Instant? = nil) {
    var overall: VerificationState?
    for rank in evidence.profile {
      guard case .profileVerificationChanged(let change) = evidence.fact(rank).fact.kind else {
        continue
      }
      let at = evidence.effectiveAt(rank)
      if let stated = change.overall, stated != overall {
        overall = stated
        since = at
      }
      for (check, state) in change.checks {
        checks[check] = Check(state: state, rank: rank)
        if state.isFailed {
          failed.insert(check)
        } else if let start, at <= start {
          failed.remove(check)
        }
      }
    }
  }
}

extension CheckState {
  /// Whoever is checked has to do something about it.
  var isFailed: Bool { self == .rejected || self == .challenged }
}
