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

    /// Describes a point.
    package init(at: Instant, standing: Standing) {
      self.at = at
      self.standing = standing
    }
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
  guard var sweep = Sweep(facts, edition: edition, knownAt: knownAt ?? .distantFuture),
    from >= sweep.registeredAt
  else { return nil }
  sweep.advance(through: from)
  let points: [(at: Instant, answer: Standing)] = answers(&sweep, from: from, limit: limit)
  return Timeline(points: points.map { Timeline.Point(at: $0.at, standing: $0.answer) })
}

/// A timeline in numbers, and the past before it: for who compares standings and shows none.
package struct BareTimeline: Sendable {
  /// Before the instant asked for, as `pastSegments` has it.
  package var past: [PastSegment]
  /// As the points of `timeline`.
  package var points: [(at: Instant, answer: BareStanding)]
}

/// As `timeline`, in numbers; the past is a by-product of the one sweep.
package func bareTimeline(
  of facts: AccountFacts, edition: PolicyEdition, from: Instant, limit: Int = .max
) -> BareTimeline? {
  guard let registration = facts.registration(knownAt: .distantFuture),
    from >= registration.effectiveAt
  else { return nil }
  var sweep = Sweep(facts, edition: edition, knownAt: .distantFuture, registration)
  let past = sweep.advanceThroughPast(until: from)
  sweep.advance(through: from)
  return BareTimeline(past: past, points: answers(&sweep, from: from, limit: limit))
}

/// What can be said of the instant at which a sweep stands.
///
/// The sweep is not changed. It is handed over in place, because the compiler would copy it
/// otherwise, and a copy costs more than a step.
protocol SweepAnswer: Equatable {
  /// What holds after the sweep's last step, its next transition left out.
  init(_ sweep: inout Sweep)
  /// Takes the sweep's last step as the next transition.
  mutating func setNextTransition(_ sweep: inout Sweep)
  /// No next transition is known.
  mutating func clearNextTransition()
}

extension Standing: SweepAnswer {
  init(_ sweep: inout Sweep) { self = sweep.standing() }

  mutating func setNextTransition(_ sweep: inout Sweep) { nextTransition = sweep.transition() }

  mutating func clearNextTransition() { nextTransition = nil }
}

/// The answers from where a sweep stands, which has advanced through `from`.
private func answers<Answer: SweepAnswer>(
  _ sweep: inout Sweep, from: Instant, limit: Int
) -> [(at: Instant, answer: Answer)] {
  var points = [(at: from, answer: Answer(&sweep))]
  // Points from here on wait for the next change of state.
  var firstOpen = 0
  while points.count < limit || firstOpen < points.count, sweep.nextInstant != nil {
    let before = sweep.state
    sweep.step()
    if sweep.state != before {
      for index in firstOpen..<points.count { points[index].answer.setNextTransition(&sweep) }
      firstOpen = points.count
    }
    guard points.count < limit else { continue }
    let answer = Answer(&sweep)
    var last = points[points.count - 1].answer
    last.clearNextTransition()
    if answer != last { points.append((sweep.now, answer)) }
  }
  return points
}

/// The providers an account is linked to at an instant, by id; a link without an id is none.
///
/// Per provider the last fact decides. Empty before the registration.
package func linkedProviders(
  of facts: AccountFacts, asOf: Instant, knownAt: Instant? = nil
) -> [AccountID] {
  let knownAt = knownAt ?? .distantFuture
  guard facts.hasLinks, let registeredAt = facts.registeredAt(knownAt: knownAt),
    registeredAt <= asOf
  else { return [] }
  var linked: Set<AccountID> = []
  for place in facts.order {
    let entry = facts.entries[Int(place)]
    if entry.effectiveAt > asOf { break }
    guard case .link = entry.effect, entry.counts(knownAt: knownAt) else { continue }
    switch facts.stored[Int(place)].fact.kind {
    case .providerLinked(let provider?): linked.insert(provider)
    case .providerUnlinked(let provider?): linked.remove(provider)
    default: break
    }
  }
  return linked.sorted()
}
