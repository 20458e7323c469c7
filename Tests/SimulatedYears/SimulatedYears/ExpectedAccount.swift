import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules

/// What the ledger should say of one account, worked out from all its facts, from scratch.
///
/// Nothing is carried from one evaluation to the next: the facts are indexed anew after each that
/// is stored, and every answer is evaluated at its own instant.
struct ExpectedAccount {
  let id: AccountID
  /// Everything stored, in the order of storing.
  private(set) var stored: [StoredFact] = []
  /// The same, ready to be evaluated.
  private(set) var facts = AccountFacts()
  /// Distinct answers so far.
  private(set) var revision: UInt64 = 0
  /// The instant at which the current answer began to be given; nil: nothing is stored.
  private(set) var validFrom: Instant?
  /// Whether the rules in force decided the current answer.
  private(set) var isCurrent = true
  /// Instants at which an answer may differ from the one before it, by the prose of the rules.
  private(set) var edges: [Instant] = []
  /// When the answer changes next, and again; `distantFuture`: never.
  private(set) var flipAt = Instant.distantFuture
  private(set) var validUntil = Instant.distantFuture
  private var edition: PolicyEdition
  /// The answer that other rules decided.
  private var formerAnswer: BasicAnswer?

  /// A change that the ledger should write.
  struct Change: Equatable {
    var revision: UInt64
    var asOf: Instant
    var answer: BasicAnswer?
    /// New facts changed how the account stood before.
    var isPastChanged = false
  }

  /// An account of which nothing is known.
  init(_ id: AccountID, edition: PolicyEdition) {
    self.id = id
    self.edition = edition
  }

  /// The full answer at an instant; nil: not registered.
  func standing(at instant: Instant) -> Standing? {
    evaluate(facts, edition: edition, asOf: instant)
  }

  /// The answer as a status row has it.
  func answer(at instant: Instant) -> BasicAnswer? {
    standing(at: instant).map(BasicAnswer.init)
  }

  /// How the account stood before an instant.
  func past(until instant: Instant) -> [PastSegment] {
    pastSegments(of: facts, edition: edition, until: instant)
  }

  /// Adds a fact, whose effect `decide` works out.
  mutating func store(_ fact: Fact, sequence: UInt64, recordedAt: Instant) {
    stored.append(StoredFact(fact, sequence: sequence, recordedAt: recordedAt))
    facts = AccountFacts(stored)
  }

  /// Takes over the sequences that the ledger gave.
  mutating func number(_ sequences: [FactIdentity: UInt64]) {
    for place in stored.indices.reversed() {
      guard let sequence = sequences[stored[place].fact.identity] else { break }
      stored[place].sequence = sequence
    }
  }
}

// The course of time.
extension ExpectedAccount {
  /// What time alone did until now, before anything new is learned.
  mutating func settle(at now: Instant) -> [Change] {
    guard let start = validFrom else { return [] }
    guard isCurrent else { return decideAnew(at: now) }
    if now < start {
      // The clock was set back.
      let isChange = standing(at: start) != standing(at: now)
      begin(at: now)
      return isChange ? [change()] : []
    }
    guard flipAt <= now else { return [] }
    let changes = transitions(after: start, until: now).map { instant in
      validFrom = instant
      return change()
    }
    if let validFrom { begin(at: validFrom) }
    return changes
  }

  /// What new facts did: one change, if the answer of now, or the past, differs from the one before
  /// them; the past alone counts no revision.
  mutating func decide(
    at now: Instant, before: Standing?, pastBefore: [PastSegment]
  ) -> [Change] {
    edges = mentionedInstants()
    begin(at: now)
    let isChange = standing(at: now) != before
    let isPastChanged = past(until: now) != pastBefore
    guard isChange || isPastChanged else { return [] }
    return [change(counting: isChange ? 1 : 0, isPastChanged: isPastChanged)]
  }

  /// Another default edition; what it changes is told when the account is decided anew.
  mutating func adopt(_ edition: PolicyEdition) {
    guard edition != self.edition else { return }
    formerAnswer = validFrom.flatMap { answer(at: $0) }
    self.edition = edition
    isCurrent = false
    edges = mentionedInstants()
  }

  /// One change that counts for all: the edition's name, which every answer has, and what time did
  /// under it; never fewer than the former rules have shown.
  private mutating func decideAnew(at now: Instant) -> [Change] {
    guard let start = validFrom else { return [] }
    var count: UInt64 = 1
    if now >= start {
      let shown: UInt64 = now < flipAt ? 0 : 1
      let answer = answer(at: start)
      let isOther = answer != formerAnswer || answer != nil
      count = max(shown, UInt64(transitions(after: start, until: now).count) + (isOther ? 1 : 0))
    }
    isCurrent = true
    begin(at: now)
    return count == 0 ? [] : [change(counting: count)]
  }

  private mutating func change(
    counting changes: UInt64 = 1, isPastChanged: Bool = false
  ) -> Change {
    revision += changes
    let instant = validFrom ?? .distantFuture
    return Change(
      revision: revision, asOf: instant, answer: answer(at: instant),
      isPastChanged: isPastChanged)
  }

  /// The answer of an instant is the current one.
  private mutating func begin(at instant: Instant) {
    validFrom = instant
    (flipAt, validUntil) = (.distantFuture, .distantFuture)
    var start = instant
    var upcoming: [Instant] = []
    if let registeredAt = facts.registeredAt(), registeredAt > instant {
      start = registeredAt
      upcoming = [registeredAt]
    }
    let line = timeline(of: facts, edition: edition, from: start, limit: 3)
    upcoming += line?.points.dropFirst().map(\.at) ?? []
    if upcoming.count > 0 { flipAt = upcoming[0] }
    if upcoming.count > 1 { validUntil = upcoming[1] }
  }
}

// Instants.
extension ExpectedAccount {
  /// The instants up to one at which the answer differs from the one before it.
  private func transitions(after start: Instant, until end: Instant) -> [Instant] {
    var last = standing(at: start)
    return edges(after: start).prefix { $0 <= end }.filter { edge in
      let next = standing(at: edge)
      defer { last = next }
      return next != last
    }
  }

  /// The instants after one at which an answer may differ from the one before it.
  func edges(after instant: Instant) -> ArraySlice<Instant> {
    var low = 0
    var high = edges.count
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return edges[low...]
  }

  /// Every instant that a fact names, on its own or through a threshold of the edition; where a
  /// vetting may be pending, the instant after each, too, for the profile looks back one.
  private func mentionedInstants() -> [Instant] {
    var instants: Set<Instant> = []
    var mayBePending = false
    let programs = [edition.csp, edition.maicpp]
    let late = [1] + programs.compactMap { $0.billing?.pastDue.fewestDays }
    for fact in stored.map(\.fact) {
      instants.insert(fact.effectiveAt)
      switch fact.kind {
      case .invoiceIssued(let invoice):
        instants.formUnion(late.compactMap { invoice.dueDate.adding(days: $0).start })
      case .reinstatementDecided(let decision):
        instants.formUnion(decision.waivers.map(\.until))
      case .profileVerificationChanged(let change):
        mayBePending = mayBePending || change.overall == .pending
        let days = programs.compactMap { $0.profile?.lasting.fewestDays }
        instants.formUnion(days.compactMap { fact.effectiveAt.day.adding(days: $0).start })
      default: break
      }
    }
    if mayBePending { instants.formUnion(instants.map { $0.adding(nanoseconds: 1) }) }
    return instants.filter(Instant.range.contains).sorted()
  }
}
