package import AccountStatusModel

/// A stretch of the past in which an account stood one way; it ends where the next one begins.
package struct PastSegment: Hashable, Sendable {
  /// The first instant of the stretch.
  package var from: Instant
  /// How the account stood in it.
  package var state: PastState

  /// Describes a stretch.
  package init(from: Instant, _ state: PastState) {
    self.from = from
    self.state = state
  }
}

/// The past of an account up to, and not including, an instant: one sweep.
///
/// In time order, from the registration on, neighbours always different; empty: not registered
/// before `until`. `knownAt` is inclusive, so that `recordedAt.adding(nanoseconds: -1)` asks what
/// was known just before something was learned.
package func pastSegments(
  of facts: AccountFacts, edition: PolicyEdition, until: Instant, knownAt: Instant? = nil
) -> [PastSegment] {
  guard var sweep = Sweep(facts, edition: edition, knownAt: knownAt ?? .distantFuture) else {
    return []
  }
  return sweep.advanceThroughPast(until: until)
}

extension Sweep {
  /// Applies everything before an instant, and says how the account stood meanwhile.
  mutating func advanceThroughPast(until: Instant) -> [PastSegment] {
    var segments: [PastSegment] = []
    while let next = nextInstant, next < until {
      step()
      let state = pastState
      if now >= registeredAt, segments.last?.state != state {
        segments.append(PastSegment(from: now, state))
      }
    }
    return segments
  }

  /// How the account stands after the last step.
  var pastState: PastState {
    let state = state
    return PastState(state, reasons: state == .suspended ? holdingCodes : [])
  }
}

/// Every stretch before `until` about which two pasts differ, in time order; in each of them both
/// stay the same.
package func differences(
  between before: [PastSegment], and after: [PastSegment], until: Instant
) -> [PastDifference] {
  var walk = PastComparison(before, after, until: until)
  var differences: [PastDifference] = []
  while let difference = walk.next() { differences.append(difference) }
  return differences
}

/// The first instant before `until` about which two pasts differ; nil: there is none.
package func firstDifference(
  between before: [PastSegment], and after: [PastSegment], until: Instant
) -> Instant? {
  var walk = PastComparison(before, after, until: until)
  return walk.next()?.from
}

/// A walk along two pasts at once, from difference to difference.
private struct PastComparison: IteratorProtocol {
  private var before: ArraySlice<PastSegment>
  private var after: ArraySlice<PastSegment>
  private var state: (before: PastState?, after: PastState?) = (nil, nil)
  private let until: Instant

  init(_ before: [PastSegment], _ after: [PastSegment], until: Instant) {
    self.before = before[...]
    self.after = after[...]
    self.until = until
  }

  mutating func next() -> PastDifference? {
    while let from = nextInstant {
      if before.first?.from == from { state.before = before.removeFirst().state }
      if after.first?.from == from { state.after = after.removeFirst().state }
      guard state.before != state.after else { continue }
      return PastDifference(
        from: from, until: nextInstant ?? until, before: state.before, after: state.after)
    }
    return nil
  }

  /// The next instant at which either past changes.
  private var nextInstant: Instant? {
    let next = min(before.first?.from ?? .distantFuture, after.first?.from ?? .distantFuture)
    return next < until ? next : nil
  }
}
