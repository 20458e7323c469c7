package import AccountStatusModel

/// A page of corrections, newest first.
package struct CorrectionPage: Hashable, Sendable {
  /// May be empty although there is a next page: a page ends after so much work.
  package var corrections: [Correction]
  /// The next page holds what was learned before this instant; nil: this is the last one.
  package var before: Instant?

  /// Describes a page.
  package init(corrections: [Correction] = [], before: Instant? = nil) {
    self.corrections = corrections
    self.before = before
  }
}

/// What was learned too late, newest first: for each instant at which facts about the past or
/// retractions were recorded, the stretches of the past that they changed.
///
/// A correction compares what was known just before with what was known then, under one edition,
/// up to its recording; facts recorded at one instant make one correction, whatever their order.
/// So the answer for `t` as known at `k`, `t` ≤ `k`, is today's unless a correction recorded
/// after `k` covers `t`, and then the earliest such correction's `before`.
///
/// Nothing after `asOf` is compared. `before` continues a page. Cost: n, and a sweep for each
/// instant at which something was learned that can have changed the past; a page does a bounded
/// part of it.
package func corrections(
  of facts: AccountFacts, edition: PolicyEdition, asOf: Instant, knownAt: Instant? = nil,
  before: Instant? = nil, limit: Int, limits: HistoryLimits = HistoryLimits()
) -> CorrectionPage {
  var comparison = KnowledgeComparison(facts, edition, asOf: asOf, limits)
  var page = CorrectionPage()
  var byteCount = 0
  for lesson in LateLessons(of: facts, edition).newestFirst(
    before: before, knownAt: knownAt ?? .distantFuture)
  {
    if let correction = comparison.correction(by: lesson) {
      page.corrections.append(correction)
      byteCount += correction.byteEstimate
    }
    if page.corrections.count >= limit || comparison.sweptFacts >= limits.sweptFacts
      || byteCount >= limits.byteCount
    {
      page.before = lesson.recordedAt
      break
    }
  }
  return page
}

/// What was known just before a lesson against what was known then.
private struct KnowledgeComparison {
  /// Facts swept so far.
  private(set) var sweptFacts = 0
  private let facts: AccountFacts
  private let edition: PolicyEdition
  private let asOf: Instant
  private let limits: HistoryLimits
  /// What was known just before the lesson after this one: no lesson came between, so up to this
  /// one's recording it is what was known with it.
  private var later: [PastSegment]?

  init(
    _ facts: AccountFacts, _ edition: PolicyEdition, asOf: Instant, _ limits: HistoryLimits
  ) {
    self.facts = facts
    self.edition = edition
    self.asOf = asOf
    self.limits = limits
  }

  /// What a lesson corrected; nil: nothing. Lessons are asked for newest first.
  mutating func correction(by lesson: LateLesson) -> Correction? {
    let until = min(lesson.recordedAt, asOf.adding(nanoseconds: 1))
    let after = later ?? past(until: until, knownAt: lesson.recordedAt)
    let before = past(until: until, knownAt: lesson.recordedAt.adding(nanoseconds: -1))
    later = before
    let found = differences(between: before, and: after, until: until)
    guard !found.isEmpty else { return nil }
    var kept: [StoredFact] = []
    var byteCount = 0
    for fact in lesson.facts.prefix(limits.facts) {
      byteCount += fact.byteEstimate
      if !kept.isEmpty, byteCount > limits.byteCount / 4 { break }
      kept.append(fact)
    }
    return Correction(
      recordedAt: lesson.recordedAt, stretches: Array(found.prefix(limits.stretches)),
      facts: kept, laterStretches: max(0, found.count - limits.stretches),
      laterFacts: lesson.facts.count - kept.count)
  }

  private mutating func past(until: Instant, knownAt: Instant) -> [PastSegment] {
    sweptFacts += facts.stored.count
    return pastSegments(of: facts, edition: edition, until: until, knownAt: knownAt)
  }
}

extension Correction {
  fileprivate var byteEstimate: Int {
    facts.reduce(100 + 100 * stretches.count) { $0 + $1.byteEstimate }
  }
}
