package import AccountStatusModel

/// The stored facts of one account, indexed for judging and evaluating.
///
/// A value: appending to a copy leaves the original alone, and while it is held once appending
/// costs the new fact only. Ids of things are replaced by small numbers once, on arrival, so that
/// an evaluation compares no strings and walks arrays only.
package struct AccountFacts: Sendable {
  /// Every stored fact, retracted ones included, in the order of storing.
  package private(set) var stored: [StoredFact] = []

  /// What each stored fact does; parallel to `stored`.
  private(set) var entries: [FactEntry] = []
  /// Places in `stored` by (effective_at, source, fact_id): the order in which facts count.
  private(set) var order: [Int32] = []
  /// The ids that facts mention, numbered.
  private(set) var names = FactNames()
  /// Some fact links or unlinks a provider.
  private(set) var hasLinks = false
  private var places: [FactIdentity: Int32] = [:]
  private var retractions: [FactIdentity: Instant] = [:]

  /// No facts.
  package init() {}

  /// These facts, in the order of storing.
  package init(_ facts: some Sequence<StoredFact>) {
    for fact in facts { index(fact) }
    order.sort(by: precedes)
  }

  /// Adds a fact that was accepted and stored; facts come in the order of their sequence.
  package mutating func append(_ fact: StoredFact) {
    let place = index(fact)
    let position = positionInOrder(of: place)
    order.removeLast()
    order.insert(place, at: position)
  }

  /// The stored fact of an identity, retracted or not.
  package subscript(identity: FactIdentity) -> StoredFact? {
    places[identity].map { stored[Int($0)] }
  }

  /// When the account was registered, as known at an instant; nil: it is not known to be.
  ///
  /// The instant may lie in the future of any query; before it there is no standing.
  package func registeredAt(knownAt: Instant? = nil) -> Instant? {
    registration(knownAt: knownAt ?? .distantFuture)?.effectiveAt
  }

  /// Stores a fact at the end of all lists and returns its place.
  @discardableResult
  private mutating func index(_ fact: StoredFact) -> Int32 {
    let place = Int32(stored.count)
    let identity = fact.fact.identity
    var entry = FactEntry(
      effectiveAt: fact.fact.effectiveAt, recordedAt: fact.recordedAt,
      effect: names.effect(of: fact.fact.kind))
    if let thing = fact.fact.kind.thing {
      entry.previousHolder = names.hold(thing, at: place)
    }
    entry.retractedAt = retractions[identity]
    if case .factRetracted(let retracted) = fact.fact.kind {
      retract(retracted, at: fact.recordedAt)
    }
    if case .link = entry.effect { hasLinks = true }
    places[identity] = place
    stored.append(fact)
    entries.append(entry)
    order.append(place)
    return place
  }

  /// Marks a fact, stored or still to come, as counting at no instant from `recordedAt` on.
  ///
  /// A retraction is no fact that counts at an instant, so retracting one changes nothing: what
  /// was taken back by mistake is reported again under a new id. Were it otherwise, the thing's id
  /// could come to be held twice.
  private mutating func retract(_ identity: FactIdentity, at recordedAt: Instant) {
    let earliest = min(retractions[identity] ?? recordedAt, recordedAt)
    retractions[identity] = earliest
    if let place = places[identity] { entries[Int(place)].retractedAt = earliest }
  }

  private func positionInOrder(of place: Int32) -> Int {
    var low = 0
    var high = order.count - 1
    while low < high {
      let middle = (low + high) / 2
      if precedes(order[middle], place) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (first, second) = (entries[Int(left)].effectiveAt, entries[Int(right)].effectiveAt)
    if first != second { return first < second }
    return stored[Int(left)].fact.identity < stored[Int(right)].fact.identity
  }
}

extension AccountFacts {
  /// The fact that introduced a thing and still counts; nil: the thing's id is free.
  ///
  /// Where several sources introduced it, any of them: their facts differ in identity alone.
  func holder(of thing: Thing, knownAt: Instant = .distantFuture) -> StoredFact? {
    var place = names.holder(of: thing)
    while place >= 0 {
      let entry = entries[Int(place)]
      if entry.counts(knownAt: knownAt) { return stored[Int(place)] }
      place = entry.previousHolder
    }
    return nil
  }

  /// The registration that counts.
  func registration(
    knownAt: Instant
  ) -> (effectiveAt: Instant, content: AccountRegistered)? {
    guard let fact = holder(of: .registration, knownAt: knownAt)?.fact,
      case .accountRegistered(let content) = fact.kind
    else { return nil }
    return (fact.effectiveAt, content)
  }

  /// Whether a retraction of the identity is stored.
  func isRetracted(_ identity: FactIdentity) -> Bool { retractions[identity] != nil }
}

/// What the evaluation needs of a stored fact, without a string in it.
struct FactEntry: Sendable {
  let effectiveAt: Instant
  let recordedAt: Instant
  let effect: FactEffect
  /// From here on the fact counts at no instant; nil: it is not retracted.
  var retractedAt: Instant?
  /// The place of the previous fact that introduced the same thing, or -1.
  var previousHolder: Int32 = -1

  /// Whether the fact was known, and not retracted, at an instant.
  func counts(knownAt: Instant) -> Bool {
    recordedAt <= knownAt && retractedAt.map { $0 > knownAt } ?? true
  }
}
