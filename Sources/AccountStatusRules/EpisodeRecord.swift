package import AccountStatusModel

/// The suspensions of an account and the decisions on them, up to and including an instant.
///
/// Nil: not registered then, as known at `knownAt`. One sweep; the lists are bounded as
/// `HistoryLimits` says, the newest entries are kept.
package func history(
  of facts: AccountFacts, edition: PolicyEdition, asOf: Instant, knownAt: Instant? = nil,
  limits: HistoryLimits = HistoryLimits()
) -> AccountHistory? {
  let knownAt = knownAt ?? .distantFuture
  guard var sweep = Sweep(facts, edition: edition, knownAt: knownAt), asOf >= sweep.registeredAt
  else { return nil }
  var record = EpisodeRecord(limits: limits)
  var decisions = DecidedFacts(facts, asOf: asOf, knownAt: knownAt)
  while let next = sweep.nextInstant, next <= asOf {
    sweep.step()
    record.follow(sweep, decisions.next(at: sweep.now))
  }
  return record.history
}

/// Every bound of a history, so that one fits a message of 4 MiB.
package struct HistoryLimits: Hashable, Sendable {
  /// The newest episodes.
  package var episodes = 1000
  /// The newest decisions.
  package var decisions = 1000
  /// The subjects of a reason of an episode; those that came first.
  package var subjects = 100
  /// The stretches of a correction; the earliest.
  package var stretches = 100
  /// The facts of a correction; the earliest.
  package var facts = 100
  /// Estimated bytes of all episodes, of all decisions, and of all corrections of a page.
  package var byteCount = 1 << 20
  /// Facts swept for one page of corrections: about a third of a second.
  package var sweptFacts = 500_000

  /// The defaults.
  package init() {}
}

/// The episodes and decisions of a life, written down while the sweep goes on.
private struct EpisodeRecord {
  private var episodes: NewestEntries<Episode>
  private var decisions: NewestEntries<DecisionRecord>
  private var open: OpenEpisode?
  private let maximumSubjects: Int

  init(limits: HistoryLimits) {
    episodes = NewestEntries(count: limits.episodes, byteCount: limits.byteCount)
    decisions = NewestEntries(count: limits.decisions, byteCount: limits.byteCount)
    maximumSubjects = limits.subjects
  }

  /// Takes what a step did: it ended the open episode, decided, opened one, in that order.
  mutating func follow(_ sweep: Sweep, _ decided: ArraySlice<DecidedFact>) {
    if sweep.state == .closed {
      end(at: sweep.now, .accountClosed)
    } else if open?.isOver(in: sweep) == true {
      end(at: sweep.now, .automatic)
    }
    for decision in decided {
      let isOpen = open != nil
      decisions.append(
        DecisionRecord(fact: decision.fact, tookEffect: isOpen), decision.fact.byteEstimate)
      guard decision.outcome == .approved else { continue }
      end(at: sweep.now, .approved(decisionID: decision.id))
    }
    guard sweep.state == .suspended else { return }
    if open == nil { open = OpenEpisode(since: sweep.now, maximumSubjects: maximumSubjects) }
    open?.follow(sweep)
  }

  private mutating func end(at instant: Instant, _ end: Episode.End) {
    guard let open else { return }
    let episode = open.episode(until: instant, end)
    episodes.append(episode, episode.byteEstimate)
    self.open = nil
  }

  var history: AccountHistory {
    var episodes = episodes
    if let episode = open?.episode(until: nil, nil) {
      episodes.append(episode, episode.byteEstimate)
    }
    return AccountHistory(
      episodes: Array(episodes.entries), decisions: Array(decisions.entries),
      earlierEpisodes: episodes.droppedCount, earlierDecisions: decisions.droppedCount)
  }
}

/// An episode that is not over, and every reason that held in it so far.
private struct OpenEpisode {
  /// A reason, and its subjects in the order in which it came to hold for them.
  private struct Ground {
    let since: Instant?
    var subjects: [Subject] = []
    var numbers: Set<Int32> = []
    /// How many it held for when it was last looked at.
    var listed = 0
  }

  private let since: Instant
  private let maximumSubjects: Int
  private var grounds: [ReasonCode: Ground] = [:]
  private var dueDates: [Int32: CalendarDay] = [:]
  private var evidence = -1

  init(since: Instant, maximumSubjects: Int) {
    self.since = since
    self.maximumSubjects = maximumSubjects
  }

  /// Whether the edition ends it by itself where the sweep stands.
  func isOver(in sweep: Sweep) -> Bool {
    let codes = WordSet<ReasonCode>(grounds.keys)
    return sweep.holdingCodes.isEmpty && codes.bits & ~sweep.rules.autoReinstate.bits == 0
  }

  /// Notes the reasons that hold after a step, and what they hold for.
  mutating func follow(_ sweep: Sweep) {
    // A step by date alone only adds subjects: their number tells.
    let hasFacts = sweep.evidence != evidence
    evidence = sweep.evidence
    for code in ReasonCode.allCases {
      let now = sweep.ground(code)
      guard now.isHolding else {
        grounds[code]?.listed = 0
        continue
      }
      var ground = grounds[code] ?? Ground(since: now.since)
      if hasFacts || now.listed != ground.listed { note(now, of: code, in: &ground, sweep) }
      ground.listed = now.listed
      grounds[code] = ground
    }
  }

  private mutating func note(
    _ subjects: ReasonSubjects, of code: ReasonCode, in ground: inout Ground, _ sweep: Sweep
  ) {
    guard ground.subjects.count < maximumSubjects else { return }
    for number in subjects.listedSubjects where !ground.numbers.contains(number) {
      guard let subject = sweep.subject(number, of: code) else { continue }
      ground.numbers.insert(number)
      ground.subjects.append(subject)
      if code == .billingPastDue { dueDates[number] = sweep.receivables.dueDate(of: number) }
      if ground.subjects.count == maximumSubjects { return }
    }
  }

  func episode(until: Instant?, _ end: Episode.End?) -> Episode {
    let reasons = grounds.sorted { $0.key < $1.key }.map { code, ground in
      Reason(code: code, since: ground.since, subjects: inOrder(ground.subjects, code).map(\.id))
    }
    return Episode(since: since, until: until, reasons: reasons, end: end)
  }

  /// Invoices by due date, then id; others by id.
  private func inOrder(_ subjects: [Subject], _ code: ReasonCode) -> [Subject] {
    subjects.sorted { left, right in
      guard code == .billingPastDue, let first = dueDates[left.number],
        let second = dueDates[right.number],
        first != second
      else { return left.id < right.id }
      return first < second
    }
  }
}

extension Sweep {
  /// What a reason of a kind concerns, by its number; nil: the profile has no subjects.
  fileprivate func subject(_ number: Int32, of code: ReasonCode) -> Subject? {
    switch code {
    case .accountAbuse: Subject(number: number, id: facts.names.findings[number])
    case .billingPastDue: Subject(number: number, id: facts.names.invoices[number])
    case .indirectProviderIssue: Subject(number: number, id: facts.names.issues[number])
    case .profileFailedOrRejected: nil
    }
  }
}

// MARK: - Decisions

/// A decision that counts.
private struct DecidedFact {
  let fact: StoredFact
  let id: Identifier
  let outcome: DecisionOutcome
}

/// The decisions that count, in the order in which they decide.
private struct DecidedFacts {
  private var rest: ArraySlice<DecidedFact>

  init(_ facts: AccountFacts, asOf: Instant, knownAt: Instant) {
    var decisions: [DecidedFact] = []
    var seen: Set<Int32> = []
    for place in facts.order {
      let entry = facts.entries[Int(place)]
      if entry.effectiveAt > asOf { break }
      guard case .decision(let number, _, let outcome, _) = entry.effect,
        entry.counts(knownAt: knownAt), seen.insert(number).inserted
      else { continue }
      decisions.append(
        DecidedFact(
          fact: facts.stored[Int(place)], id: facts.names.decisions[number], outcome: outcome))
    }
    rest =
      decisions.sorted {
        ($0.fact.fact.effectiveAt, $0.id) < ($1.fact.fact.effectiveAt, $1.id)
      }[...]
  }

  /// Those of an instant; instants are asked for in their order.
  mutating func next(at instant: Instant) -> ArraySlice<DecidedFact> {
    let decided = rest.prefix { $0.fact.fact.effectiveAt <= instant }
    rest = rest.dropFirst(decided.count)
    return decided
  }
}

// MARK: - Bounds

/// The newest entries of a list that keeps to a number and to a size.
private struct NewestEntries<Entry> {
  private var kept: ArraySlice<(entry: Entry, byteCount: Int)> = []
  private var total = 0
  private(set) var droppedCount = 0
  private let maximumCount: Int
  private let maximumByteCount: Int

  init(count: Int, byteCount: Int) {
    maximumCount = count
    maximumByteCount = byteCount
  }

  var entries: [Entry] { kept.map(\.entry) }

  mutating func append(_ entry: Entry, _ byteCount: Int) {
    kept.append((entry, byteCount))
    total += byteCount
    while kept.count > maximumCount || total > maximumByteCount, kept.count > 1 {
      total -= kept.removeFirst().byteCount
      droppedCount += 1
    }
  }
}

extension Episode {
  /// No less than its encoding takes.
  fileprivate var byteEstimate: Int {
    reasons.reduce(300) { sum, reason in
      reason.subjects.reduce(sum + 100) { $0 + $1.text.utf8.count + 4 }
    }
  }
}

extension StoredFact {
  /// No less than its encoding takes: 1 000 bytes for names and instants, and what is repeated.
  var byteEstimate: Int {
    let recorder =
      recordedBy.command.utf8.count + recordedBy.unit.utf8.count
      + recordedBy.executable.utf8.count
    let content =
      switch fact.kind {
      case .paymentReceived(_, _, let allocations), .paymentAllocated(_, let allocations):
        allocations.reduce(0) { $0 + $1.invoiceID.text.utf8.count + 40 }
      case .reinstatementDecided(let decision):
        decision.waivers.reduce(decision.note.utf8.count) {
          $0 + ($1.subject?.text.utf8.count ?? 0) + 40
        }
      case .externalStatusObserved(_, let note): note.utf8.count
      case .supportRequestOpened(let request): request.requesterName.utf8.count
      case .invoiceIssued(let invoice):
        invoice.invoiceURL.utf8.count + invoice.reconciliationURL.utf8.count
      case .accountRegistered(let registration):
        registration.displayName.utf8.count + registration.country.utf8.count
      default: 0
      }
    return 1000 + recorder + content
  }
}
