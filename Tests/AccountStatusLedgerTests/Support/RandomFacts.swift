import AccountStatusModel

/// Makes facts of every kind: well-formed, in few names so that they meet each other.
struct RandomFacts {
  var generator: SeededGenerator
  /// Facts become true within these days.
  var days: ClosedRange<Int32> = 20_600...20_900
  /// How many different invoices, payments, … there are.
  var names = 4

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func fact(_ account: AccountID, id: Int) -> Fact {
    Fact(
      accountID: account, source: Identifier(checked: "source-\(id % 3)"),
      factID: Identifier(checked: "fact-\(id)"), effectiveAt: instant(), kind: kind())
  }

  mutating func registration(_ account: AccountID, id: Int, at: Instant) -> Fact {
    Fact(
      accountID: account, source: "crm", factID: Identifier(checked: "registration-\(id)"),
      effectiveAt: at,
      kind: .accountRegistered(
        AccountRegistered(
          cloud: chance(90) ? .publicCloud : word(), partnerTypes: set(),
          program: chance(70) ? .csp : .maicpp, displayName: text(), country: "SE")))
  }

  mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &generator) < percent
  }

  mutating func instant() -> Instant {
    let day = Int64(Int32.random(in: days, using: &generator))
    let time =
      chance(30) ? 0 : Int64.random(in: 0..<Instant.nanosecondsPerDay, using: &generator)
    return Instant(nanoseconds: day * Instant.nanosecondsPerDay + time)
  }

  mutating func day() -> CalendarDay {
    CalendarDay(number: Int32.random(in: days, using: &generator) - 100)
  }

  mutating func name(_ prefix: String) -> Identifier {
    Identifier(checked: "\(prefix)-\(Int.random(in: 0..<names, using: &generator))")
  }

  mutating func word<Value: Word>(_: Value.Type = Value.self) -> Value {
    Value.allCases.randomElement(using: &generator)!
  }

  mutating func set<Value: Word>(_: Value.Type = Value.self) -> WordSet<Value> {
    var set: WordSet<Value> = [word()]
    if chance(30) { set.insert(word()) }
    return set
  }

  mutating func text() -> String {
    ["", "Fabrikam", "Återförsäljare 漢字 🧾", String(repeating: "x", count: 300)]
      .randomElement(using: &generator)!
  }

  mutating func amount() -> Money {
    let cents = Int128(Int64.random(in: 1...200_000, using: &generator))
    return Money(chance(80) ? "EUR" : "SEK", billionths: cents * 10_000_000)
  }

  mutating func allocations() -> [Allocation] {
    (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      Allocation(invoiceID: name("INV"), amount: amount())
    }
  }

  mutating func account() -> AccountID {
    AccountID(checked: "provider-\(Int.random(in: 0..<names, using: &generator))")
  }

  mutating func optional<Value>(_ value: (inout RandomFacts) -> Value) -> Value? {
    chance(50) ? value(&self) : nil
  }

  mutating func kind() -> FactKind {
    switch Int.random(in: 0..<22, using: &generator) {
    case 0: .partnerTypesChanged(set())
    case 1: chance(5) ? .accountClosed : .balanceReported(amount())
    case 2, 3, 4, 5: .invoiceIssued(invoice())
    case 6: .invoiceVoided(invoiceID: name("INV"), replacedBy: optional { $0.name("INV") })
    case 7:
      .creditApplied(creditID: name("CR"), invoiceID: name("INV"), amount: amount())
    case 8, 9:
      .paymentReceived(paymentID: name("PAY"), amount: amount(), allocations: allocations())
    case 10:
      .paymentAllocated(
        paymentID: name("PAY"),
        allocations: allocations() + [Allocation(invoiceID: name("INV"), amount: amount())])
    case 11: .paymentReversed(paymentID: name("PAY"))
    case 12: .disputeOpened(invoiceID: name("INV"))
    case 13: .disputeClosed(invoiceID: name("INV"))
    case 14: .profileVerificationChanged(profile())
    case 15: .abuseFindingChanged(findingID: name("AF"), severity: word(), state: word())
    case 16:
      chance(50)
        ? .providerLinked(optional { $0.account() })
        : .providerUnlinked(optional { $0.account() })
    case 17:
      .providerIssueOpened(
        ProviderIssue(
          issueID: name("IS"), providerID: optional { $0.account() },
          affectsOperations: chance(70), impactsAccount: chance(70)))
    case 18: .providerIssueResolved(issueID: name("IS"))
    case 19: .supportRequestOpened(request())
    case 20: .supportRequestUpdated(requestID: name("SR"), status: word())
    default: rareKind()
    }
  }

  private mutating func rareKind() -> FactKind {
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: .reinstatementDecided(decision())
    case 1: .externalStatusObserved(state: word(), note: text())
    default:
      .factRetracted(
        FactIdentity(
          source: Identifier(checked: "source-\(Int.random(in: 0..<3, using: &generator))"),
          factID: Identifier(checked: "fact-\(Int.random(in: 0..<60, using: &generator))")))
    }
  }

  private mutating func invoice() -> InvoiceIssued {
    InvoiceIssued(
      invoiceID: name("INV"), issueDate: day(), statedDueDate: optional { $0.day() },
      termDays: chance(50) ? 0 : 30, total: amount(), periodStart: optional { $0.day() },
      periodEnd: optional { $0.day() }, invoiceURL: text(), reconciliationURL: text())
  }

  private mutating func profile() -> ProfileVerification {
    var checks: [VerificationCheck: CheckState] = [word(): word()]
    if chance(50) { checks[word()] = word() }
    return ProfileVerification(
      overall: optional { $0.word() },
      lastFinalized: optional { $0.chance(50) ? .authorized : .rejected }, checks: checks)
  }

  private mutating func request() -> SupportRequest {
    SupportRequest(
      requestID: name("SR"), purpose: word(), requesterName: text(),
      role: chance(80) ? .globalAdmin : word())
  }

  private mutating func decision() -> ReinstatementDecision {
    let isApproved = chance(70)
    let waivers =
      isApproved && chance(50)
      ? [Waiver(reason: word(), subject: optional { $0.name("INV") }, until: instant())] : []
    return ReinstatementDecision(
      decisionID: name("DEC"), requestID: optional { $0.name("SR") },
      outcome: isApproved ? .approved : .declined, waivers: waivers, note: text())
  }
}
