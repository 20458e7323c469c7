import AccountStatusLedger
import AccountStatusModel

/// Makes up what is reported of partners: lives that make sense, and every way in which reports go
/// wrong: late, early, twice, contradictory, malformed, taken back.
struct Reports {
  /// What a reporter may know of a partner besides what it remembers.
  struct Situation {
    /// The present standing; nil: not registered.
    var standing: Standing?
    /// What is stored of it.
    var stored: [StoredFact]
  }

  /// One request to the ledger.
  struct Request {
    var facts: [Fact]
    var mode: ReportMode
  }

  var random: SeededGenerator
  private(set) var partners: [Partner]
  private var lastFact = 0
  private static let sources: [Identifier] = ["billing", "crm", "support", "trust"]

  /// Makes up partners. Most are there from the start; some come in the first years.
  init(seed: UInt64, partners count: Int, from start: Instant) {
    random = SeededGenerator(seed: seed)
    partners = []
    for number in 0..<count {
      let days: Int64 = random.chance(60) ? 0 : random.number(0...700)
      partners.append(
        Partner(
          number: number, startsAt: start.adding(nanoseconds: days * Instant.nanosecondsPerDay),
          &random))
    }
  }

  /// The next request: one fact or some, of one partner or some.
  mutating func next(at now: Instant, _ situation: (AccountID) -> Situation) -> Request? {
    guard let first = partner(at: now) else { return nil }
    var facts: [Fact] = []
    var place = first
    for _ in 0..<[1, 2, 3, 6][random.place(among: [55, 25, 13, 7])] {
      if random.chance(25), let other = partner(at: now) { place = other }
      let known = situation(partners[place].id)
      facts.append(fact(of: place, known, now))
      if random.chance(4), let said = facts.randomElement(using: &random) { facts.append(said) }
    }
    return Request(facts: facts, mode: random.chance(50) ? .each : .allOrNothing)
  }

  private mutating func partner(at now: Instant) -> Int? {
    for _ in 0..<8 {
      let place = random.number(0...partners.count - 1)
      if partners[place].startsAt <= now { return place }
    }
    return nil
  }

  private mutating func fact(of place: Int, _ known: Situation, _ now: Instant) -> Fact {
    let old = known.stored.randomElement(using: &random)?.fact
    if let old, random.chance(5) { return again(old, place, now) }
    if let old, random.chance(5), let rival = partners[place].rival(of: old.kind, &random) {
      let nanoseconds: Int64 = random.chance(80) ? 0 : random.pick([-1, 1])
      return Fact(
        accountID: old.accountID, source: random.pick(Self.sources), factID: newName(),
        effectiveAt: old.effectiveAt.adding(nanoseconds: nanoseconds), kind: rival)
    }
    let kind =
      random.chance(1.5)
      ? malformed() : partners[place].kind(of: known, old, now, &random)
    var effectiveAt = instant(about: now)
    if case .reinstatementDecided = kind, random.chance(60) { effectiveAt = now }
    if random.chance(0.2) { effectiveAt = Instant(nanoseconds: -1) }
    return Fact(
      accountID: partners[place].id, source: random.pick(Self.sources), factID: newName(),
      effectiveAt: effectiveAt, kind: kind
    ).named(partners[place].takeAwaited(&random))
  }

  private mutating func newName() -> Identifier {
    lastFact += 1
    return Identifier(checked: "fact-\(lastFact)")
  }

  /// A fact once more: the same, the same name for something else, or the same thing by another.
  private mutating func again(_ old: Fact, _ place: Int, _ now: Instant) -> Fact {
    var fact = old
    switch random.place(among: [50, 15, 5, 20, 10]) {
    case 0: break
    case 1: fact.effectiveAt = now
    case 2: fact.accountID = random.pick(partners).id
    case 3: fact.identity = FactIdentity(source: random.pick(Self.sources), factID: newName())
    default:
      fact.identity = FactIdentity(source: random.pick(Self.sources), factID: newName())
      fact.effectiveAt = instant(about: now)
    }
    return fact
  }

  /// Mostly now or lately; at times months ago, or to come; often a midnight.
  private mutating func instant(about now: Instant) -> Instant {
    let day = Instant.nanosecondsPerDay
    var instant = now
    switch random.place(among: [42, 17, 14, 11, 4, 3, 4, 5]) {
    case 0: break
    case 1: instant = now.adding(nanoseconds: -random.number(1...day / 4))
    case 2: instant = now.adding(nanoseconds: -random.number(1...10) * day)
    case 3: instant = now.adding(nanoseconds: -random.number(10 * day...150 * day))
    case 4: instant = now.day.start ?? now
    case 5: instant = now.day.adding(days: -random.number(1...100)).start ?? now
    case 6: instant = now.adding(nanoseconds: random.number(1...day))
    default: instant = now.adding(nanoseconds: random.number(day...90 * day))
    }
    if random.chance(10) { instant = instant.day.start ?? instant }
    if random.chance(2) { instant = instant.adding(nanoseconds: -1) }
    return instant
  }

  private mutating func malformed() -> FactKind {
    let nothing = Money("EUR", billionths: 0)
    switch random.number(0...6) {
    case 0: return .creditApplied(creditID: "CR-0", invoiceID: "INV-1", amount: nothing)
    case 1: return .paymentAllocated(paymentID: "PAY-1", allocations: [])
    case 2: return .paymentReceived(paymentID: "PAY-0", amount: nothing, allocations: [])
    case 3: return .partnerTypesChanged([])
    case 4: return .profileVerificationChanged(ProfileVerification(lastFinalized: .pending))
    case 5:
      return .reinstatementDecided(
        ReinstatementDecision(
          decisionID: "DEC-0", requestID: nil, outcome: .declined,
          waivers: [Waiver(reason: .accountAbuse, until: "2030-01-01T00:00:00Z")]))
    default:
      return .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-0", issueDate: "2024-01-01",
          termDays: InvoiceIssued.maximumTermDays + 1, total: Money("EUR", billionths: 1)))
    }
  }
}

extension Fact {
  /// The fact under another name, where one is given.
  fileprivate func named(_ name: FactIdentity?) -> Fact {
    guard let name else { return self }
    var fact = self
    fact.identity = name
    return fact
  }
}

extension Partner {
  /// The name of a fact that was taken back before it came, for one that comes now.
  fileprivate mutating func takeAwaited(_ random: inout SeededGenerator) -> FactIdentity? {
    guard !awaited.isEmpty, random.chance(30) else { return nil }
    return awaited.removeFirst()
  }
}
