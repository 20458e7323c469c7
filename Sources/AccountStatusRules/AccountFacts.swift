package import AccountStatusModel

/// The stored facts of one account, indexed for judging and evaluating.
///
/// A value that is one reference: copying it costs nothing, appending to a copy leaves the original
/// alone, and while it is held once appending costs the new fact only. Ids of things are replaced
/// by small numbers once, on arrival, so that an evaluation compares no strings and walks arrays
/// only.
package struct AccountFacts: Sendable {
  private(set) var index: FactIndex

  /// No facts.
  package init() {
    index = FactIndex()
  }

  /// These facts, in the order of storing.
  package init(_ facts: some Sequence<StoredFact>) {
    index = FactIndex()
    for fact in facts { index.add(fact) }
    index.sort()
  }

  /// Every stored fact, retracted ones included, in the order of storing.
  package var stored: [StoredFact] { index.stored }

  /// What each stored fact does; parallel to `stored`.
  var entries: [FactEntry] { index.entries }
  /// Places in `stored` by (effective_at, source, fact_id): the order in which facts count.
  var order: [Int32] { index.order }
  /// The ids that facts mention, numbered.
  var names: FactNames { index.names }
  /// Some fact links or unlinks a provider.
  var hasLinks: Bool { index.hasLinks }
  /// Some fact was taken back, stored or still to come.
  var hasRetractions: Bool { !index.retractions.isEmpty }

  /// Adds a fact that was accepted and stored; facts come in the order of their sequence.
  package mutating func append(_ fact: consuming StoredFact) {
    if !isKnownUniquelyReferenced(&index) { index = FactIndex(copying: index) }
    index.insert(index.add(fact))
  }

  /// The stored fact of an identity, retracted or not.
  package subscript(identity: FactIdentity) -> StoredFact? {
    index.place(of: identity).map { index.stored[Int($0)] }
  }

  /// When the account was registered, as known at an instant; nil: it is not known to be.
  ///
  /// The instant may lie in the future of any query; before it there is no standing.
  package func registeredAt(knownAt: Instant? = nil) -> Instant? {
    registration(knownAt: knownAt ?? .distantFuture)?.effectiveAt
  }
}

extension AccountFacts {
  /// The fact that introduced a thing and still counts; nil: the thing's id is free.
  ///
  /// Where several sources introduced it, any of them: their facts differ in identity alone.
  func holder(of thing: Thing, knownAt: Instant = .distantFuture) -> StoredFact? {
    placeOfHolder(of: thing, knownAt: knownAt).map { index.stored[Int($0)] }
  }

  /// The registration that counts.
  func registration(
    knownAt: Instant
  ) -> (effectiveAt: Instant, content: AccountRegistered)? {
    guard let place = placeOfHolder(of: .registration, knownAt: knownAt),
      case .accountRegistered(let registration) = index.stored[Int(place)].fact.kind
    else { return nil }
    return (index.entries[Int(place)].effectiveAt, registration)
  }

  private func placeOfHolder(of thing: Thing, knownAt: Instant) -> Int32? {
    index.placeOfHolder(of: thing, knownAt: knownAt)
  }

  /// Whether a retraction of the identity is stored.
  func isRetracted(_ identity: FactIdentity) -> Bool { index.retractions[identity] != nil }
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

/// What `AccountFacts` refers to. Unchecked because only `AccountFacts` changes it, and only while
/// it holds the one reference there is; for the same reason its properties are not watched for
/// overlapping access, which costs as much as what is done with them.
final class FactIndex: @unchecked Sendable {
  @exclusivity(unchecked) private(set) var stored: [StoredFact] = []
  @exclusivity(unchecked) private(set) var entries: [FactEntry] = []
  @exclusivity(unchecked) private(set) var order: [Int32] = []
  @exclusivity(unchecked) private(set) var names = FactNames()
  @exclusivity(unchecked) private(set) var hasLinks = false
  @exclusivity(unchecked) private(set) var retractions: [FactIdentity: Instant] = [:]
  /// Places in `stored` by identity.
  @exclusivity(unchecked) private var places = PlaceIndex()

  init() {}

  init(copying other: FactIndex) {
    stored = other.stored
    entries = other.entries
    order = other.order
    names = other.names
    hasLinks = other.hasLinks
    retractions = other.retractions
    places = other.places
  }

  func place(of identity: FactIdentity) -> Int32? {
    // Facts of one source are the rule, so their ids tell them apart sooner.
    places.place(among: stored.count, hash: identity.hashValue) { place in
      stored[place].fact.identity.factID == identity.factID
        && stored[place].fact.identity.source == identity.source
    }
  }

  /// The place of the fact that introduced a thing and still counts. Here, because from outside
  /// `names` would be copied.
  func placeOfHolder(of thing: Thing, knownAt: Instant) -> Int32? {
    var place = names.holder(of: thing)
    while place >= 0 {
      if entries[Int(place)].counts(knownAt: knownAt) { return place }
      place = entries[Int(place)].previousHolder
    }
    return nil
  }

  /// Stores a fact, but for its place in `order`, and returns its place.
  @discardableResult
  func add(_ fact: consuming StoredFact) -> Int32 {
    let place = Int32(stored.count)
    var entry = FactEntry(
      effectiveAt: fact.fact.effectiveAt, recordedAt: fact.recordedAt,
      effect: names.effect(of: fact.fact.kind))
    if let thing = fact.fact.kind.thing {
      entry.previousHolder = names.hold(thing, at: place)
    }
    if !retractions.isEmpty { entry.retractedAt = retractions[fact.fact.identity] }
    if case .factRetracted(let retracted) = fact.fact.kind {
      retract(retracted, at: fact.recordedAt)
    }
    if case .link = entry.effect { hasLinks = true }
    stored.append(fact)
    entries.append(entry)
    places.add(place) { stored[$0].fact.identity.hashValue }
    return place
  }

  /// Gives a stored fact its place in the order in which facts count.
  func insert(_ place: Int32) {
    var low = 0
    var high = order.count
    // Most facts are the latest.
    if let last = order.last, precedes(last, place) { low = high }
    while low < high {
      let middle = (low + high) / 2
      if precedes(order[middle], place) { low = middle + 1 } else { high = middle }
    }
    order.insert(place, at: low)
  }

  /// Gives all stored facts their places in the order in which facts count.
  func sort() {
    order = stored.indices.map(Int32.init).sorted(by: precedes)
  }

  /// Marks a fact, stored or still to come, as counting at no instant from `recordedAt` on.
  ///
  /// A retraction is no fact that counts at an instant, so retracting one changes nothing: what
  /// was taken back by mistake is reported again under a new id. Were it otherwise, the thing's id
  /// could come to be held twice.
  private func retract(_ identity: FactIdentity, at recordedAt: Instant) {
    let earliest = min(retractions[identity] ?? recordedAt, recordedAt)
    retractions[identity] = earliest
    if let place = place(of: identity) { entries[Int(place)].retractedAt = earliest }
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (first, second) = (entries[Int(left)].effectiveAt, entries[Int(right)].effectiveAt)
    if first != second { return first < second }
    return stored[Int(left)].fact.identity < stored[Int(right)].fact.identity
  }
}
