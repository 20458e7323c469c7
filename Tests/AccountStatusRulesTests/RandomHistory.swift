import AccountStatusModel
import AccountStatusRules

/// A generator that gives the same numbers for the same seed everywhere (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// Whether something of a probability of one in `count` happens.
  mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &self)]
  }
}

/// Random facts of one account, out of few ids, amounts and instants, so that they collide.
struct RandomHistory {
  var random: Seeded
  private var count = 0
  private var program = Program.csp

  init(seed: UInt64) {
    random = Seeded(seed)
  }

  /// Reports up to `size` facts; those that are refused leave no trace.
  mutating func tell(_ reporter: inout Reporter, size: Int) {
    program = random.pick(Program.allCases)
    let registersAt = random.oneIn(4) ? Int.random(in: 0...max(1, size), using: &random) : 0
    for index in 0..<size {
      if random.oneIn(3) {
        reporter.clock = reporter.clock.adding(nanoseconds: Int64.random(in: 1...5, using: &random))
      }
      if index == registersAt {
        report(registration(), at: random.oneIn(3) ? instant() : "2026-01-01T00:00:00Z", &reporter)
      } else if random.oneIn(12), let twin = reporter.facts.stored.randomElement(using: &random) {
        again(twin.fact, &reporter)
      } else {
        report(kind(reporter), at: instant(), &reporter)
      }
    }
  }

  private mutating func report(_ kind: FactKind, at: Instant, _ reporter: inout Reporter) {
    count += 1
    reporter.report(
      kind, at: at, source: random.pick(["a", "m", "z"]),
      id: .numbered("f", random.oneIn(2) ? count : 1000 - count))
  }

  /// The same thing from another source, or the same fact again.
  private mutating func again(_ fact: Fact, _ reporter: inout Reporter) {
    var fact = fact
    if random.oneIn(2) { fact.identity.source = random.pick(["a", "m", "z"]) }
    reporter.report(fact)
  }

  /// Mostly midnights of few days; at times a nanosecond beside them, or far away.
  mutating func instant() -> Instant {
    let day = CalendarDay(number: 20_454 + Int32.random(in: -5...130, using: &random))
    if random.oneIn(200) { return Instant.range.upperBound }
    var nanoseconds: Int64 = 0
    switch Int.random(in: 0..<8, using: &random) {
    case 0: nanoseconds = 1
    case 1: nanoseconds = -1
    case 2: nanoseconds = Instant.nanosecondsPerDay / 2
    default: break
    }
    return (day.start ?? .distantFuture).adding(nanoseconds: nanoseconds)
  }
}

// MARK: - Facts

extension RandomHistory {
  private mutating func id(_ prefix: String) -> Identifier {
    .numbered(prefix, Int.random(in: 1...3, using: &random))
  }

  private mutating func amount() -> Money {
    Money(
      random.oneIn(6) ? "USD" : "EUR",
      billionths: Int128(Int.random(in: 1...5, using: &random)) * 100 * Money.billionthsPerUnit)
  }

  private mutating func types() -> WordSet<PartnerType> {
    random.pick([
      [.directBill], [.indirectReseller], [.indirectReseller], [.directBill, .indirectReseller],
      [.indirectProvider],
    ])
  }

  private mutating func registration() -> FactKind {
    .accountRegistered(
      AccountRegistered(
        cloud: random.oneIn(12) ? .germany : random.pick([.publicCloud, .usGovernment]),
        partnerTypes: types(), program: program))
  }

  private mutating func kind(_ reporter: Reporter) -> FactKind {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<14: invoice()
    case 14..<17: .invoiceVoided(invoiceID: id("INV"), replacedBy: nil)
    case 17..<21: .creditApplied(creditID: id("C"), invoiceID: id("INV"), amount: amount())
    case 21..<29: payment()
    case 29..<34: .paymentAllocated(paymentID: id("P"), allocations: [allocation()])
    case 34..<37: .paymentReversed(paymentID: id("P"))
    case 37..<40: .disputeOpened(invoiceID: id("INV"))
    case 40..<42: .disputeClosed(invoiceID: id("INV"))
    case 42..<44: .balanceReported(amount())
    case 44..<56: profile()
    case 56..<62: finding()
    case 62..<66: issue()
    case 66..<69: .providerIssueResolved(issueID: id("ISS"))
    case 69..<72: .partnerTypesChanged(types())
    case 72..<78: .request(id("R"), random.pick([.reinstatement, .reinstatement, .other]))
    case 78..<82:
      .supportRequestUpdated(
        requestID: id("R"), status: random.pick(SupportRequestStatus.allCases))
    case 82..<92: decision()
    case 92..<94: .externalStatusObserved(state: random.pick([.active, .suspended]), note: "")
    case 94..<97: retraction(reporter)
    case 97: random.oneIn(4) ? .accountClosed : registration()
    default: .providerLinked("contoso")
    }
  }

  private mutating func invoice() -> FactKind {
    let issued = instant().day
    var total = amount()
    if random.oneIn(15) { total = Money(total.currency, billionths: -total.billionths) }
    return .invoice(
      id("INV"), issued: issued,
      due: random.oneIn(3) ? issued.adding(days: Int32.random(in: -70...5, using: &random)) : nil,
      term: random.pick([0, 1, 5, 30, 36_500]), total: total)
  }

  private mutating func allocation() -> Allocation {
    Allocation(invoiceID: id("INV"), amount: amount())
  }

  private mutating func payment() -> FactKind {
    let count = Int.random(in: 0...3, using: &random)
    return .paymentReceived(
      paymentID: id("P"), amount: amount(), allocations: (0..<count).map { _ in allocation() })
  }

  private mutating func profile() -> FactKind {
    let overall: VerificationState? =
      random.oneIn(5)
      ? nil
      : random.pick([
        VerificationState.none, .pending, .pending, .authorized, .rejected, .rejected, .failed,
      ])
    let last: VerificationState? =
      random.oneIn(4) || overall == nil ? random.pick([.authorized, .rejected, .failed]) : nil
    let checks: [VerificationCheck: CheckState] =
      random.oneIn(4)
      ? [random.pick([.business, .identity]): random.pick(CheckState.allCases)] : [:]
    return .profile(overall, last: last, checks: checks)
  }

  private mutating func finding() -> FactKind {
    .finding(
      id("AF"), random.pick(AbuseState.allCases),
      random.oneIn(4) ? .minor : .significant)
  }

  private mutating func issue() -> FactKind {
    .issue(id("ISS"), operations: !random.oneIn(5), account: !random.oneIn(5))
  }

  private mutating func decision() -> FactKind {
    let isApproval = !random.oneIn(3)
    let waivers = isApproval ? Int.random(in: 0...2, using: &random) : 0
    return .decision(
      id("D"), isApproval ? .approved : .declined, on: random.oneIn(2) ? id("R") : nil,
      waivers: (0..<waivers).map { _ in waiver() })
  }

  private mutating func waiver() -> Waiver {
    let reason = random.pick(ReasonCode.allCases)
    let prefix = [ReasonCode.accountAbuse: "AF", .billingPastDue: "INV"][reason] ?? "ISS"
    return Waiver(reason: reason, subject: random.oneIn(2) ? nil : id(prefix), until: instant())
  }

  /// Of a fact stored, or of one that may still come.
  private mutating func retraction(_ reporter: Reporter) -> FactKind {
    if !random.oneIn(4), let stored = reporter.facts.stored.randomElement(using: &random) {
      return .factRetracted(stored.fact.identity)
    }
    return .factRetracted(
      FactIdentity(
        source: random.pick(["a", "m", "z"]),
        factID: .numbered("f", count + Int.random(in: 1...4, using: &random))))
  }
}
