import AccountStatusModel

/// A reproducible source of random values (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Makes random well-formed values.
struct Samples {
  var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// The number of kinds that `kind(_:)` makes.
  static let kindCount = 23

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  mutating func chance() -> Bool { Bool.random(using: &generator) }

  mutating func word<Known: Word>() -> Known where Known.AllCases == [Known] {
    Known.allCases.randomElement(using: &generator)!
  }

  mutating func set<Known: Word>() -> WordSet<Known> where Known.AllCases == [Known] {
    WordSet(Known.allCases.filter { _ in Bool.random(using: &generator) })
  }

  mutating func identifier() -> Identifier {
    let alphabet = ["a", "Z", "0", "-", "/", "ö", "漢", "🙂", " "]
    let length = number(1...20)
    return Identifier(
      checked: (0..<length).map { _ in alphabet.randomElement(using: &generator)! }.joined())
  }

  mutating func account() -> AccountID {
    let alphabet = Array("abcXYZ019._:@-")
    let length = number(1...AccountID.maximumLength)
    return AccountID(
      checked: String((0..<length).map { _ in alphabet.randomElement(using: &generator)! }))
  }

  mutating func text() -> String { chance() ? "" : identifier().text }

  mutating func instant() -> Instant {
    let nanoseconds = Int64.random(in: 0...Instant.range.upperBound.nanoseconds, using: &generator)
    return Instant(
      nanoseconds: chance() ? nanoseconds : nanoseconds / 1_000_000_000 * 1_000_000_000)
  }

  mutating func day() -> CalendarDay { CalendarDay(number: Int32(number(0...106_650))) }

  mutating func money() -> Money {
    let billionths = Int128(Int64.random(in: 1...Int64.max, using: &generator))
    return Money(chance() ? "EUR" : "SEK", billionths: billionths)
  }

  mutating func allocations() -> [Allocation] {
    (0..<number(1...3)).map { _ in Allocation(invoiceID: identifier(), amount: money()) }
  }

  mutating func fact(_ kind: Int? = nil) -> Fact {
    Fact(
      accountID: account(), source: identifier(), factID: identifier(), effectiveAt: instant(),
      kind: self.kind(kind ?? number(0...Self.kindCount - 1)))
  }

  mutating func storedFact() -> StoredFact {
    var recorder = Recorder()
    recorder.uid = UInt32(number(0...100_000))
    recorder.gid = UInt32(number(0...100_000))
    recorder.pid = Int32(number(1...100_000))
    recorder.command = text()
    recorder.unit = text()
    recorder.executable = text()
    recorder.processStartedAt = chance() ? instant() : nil
    return StoredFact(
      fact(), sequence: generator.next(), recordedAt: instant(), recordedBy: recorder)
  }

  mutating func kind(_ index: Int) -> FactKind {
    switch index {
    case 0:
      var types: WordSet<PartnerType> = set()
      types.insert(word())
      return .accountRegistered(
        AccountRegistered(
          cloud: word(), partnerTypes: types, program: word(), displayName: text(),
          country: chance() ? "SE" : ""))
    case 1:
      var types: WordSet<PartnerType> = set()
      types.insert(word())
      return .partnerTypesChanged(types)
    case 2: return .accountClosed
    case 3:
      return .invoiceIssued(
        InvoiceIssued(
          invoiceID: identifier(), issueDate: day(), statedDueDate: chance() ? day() : nil,
          termDays: UInt32(number(0...90)), total: money(), periodStart: chance() ? day() : nil,
          periodEnd: chance() ? day() : nil, invoiceURL: text(), reconciliationURL: text()))
    case 4:
      return .invoiceVoided(invoiceID: identifier(), replacedBy: chance() ? identifier() : nil)
    case 5:
      return .creditApplied(creditID: identifier(), invoiceID: identifier(), amount: money())
    case 6:
      return .paymentReceived(
        paymentID: identifier(), amount: money(), allocations: chance() ? allocations() : [])
    case 7: return .paymentAllocated(paymentID: identifier(), allocations: allocations())
    case 8: return .paymentReversed(paymentID: identifier())
    case 9: return .disputeOpened(invoiceID: identifier())
    case 10: return .disputeClosed(invoiceID: identifier())
    case 11: return .balanceReported(money())
    default: return laterKind(index)
    }
  }

  private mutating func laterKind(_ index: Int) -> FactKind {
    switch index {
    case 12:
      let finals: [VerificationState?] = [nil, .authorized, .rejected, .failed]
      return .profileVerificationChanged(
        ProfileVerification(
          overall: word(), lastFinalized: finals.randomElement(using: &generator)!,
          checks: chance() ? [word(): word()] : [:]))
    case 13: return .abuseFindingChanged(findingID: identifier(), severity: word(), state: word())
    case 14: return .providerLinked(chance() ? account() : nil)
    case 15: return .providerUnlinked(chance() ? account() : nil)
    case 16:
      return .providerIssueOpened(
        ProviderIssue(
          issueID: identifier(), providerID: chance() ? account() : nil,
          affectsOperations: chance(), impactsAccount: chance()))
    case 17: return .providerIssueResolved(issueID: identifier())
    case 18:
      let purpose: SupportRequestPurpose = word()
      return .supportRequestOpened(
        SupportRequest(
          requestID: identifier(), purpose: purpose, requesterName: text(),
          role: purpose == .reinstatement || chance() ? word() : nil))
    case 19: return .supportRequestUpdated(requestID: identifier(), status: word())
    case 20:
      let isApproved = chance()
      let waivers =
        isApproved
        ? [Waiver(reason: word(), subject: chance() ? identifier() : nil, until: instant())] : []
      return .reinstatementDecided(
        ReinstatementDecision(
          decisionID: identifier(), requestID: chance() ? identifier() : nil,
          outcome: isApproved ? .approved : .declined, waivers: waivers, note: text()))
    case 21: return .externalStatusObserved(state: word(), note: text())
    default: return .factRetracted(FactIdentity(source: identifier(), factID: identifier()))
    }
  }

  mutating func reason() -> Reason {
    Reason(
      code: word(), since: chance() ? instant() : nil,
      subjects: chance() ? [identifier(), identifier()] : [], detail: text(),
      isUnderReview: chance())
  }

  mutating func status() -> AccountStatus {
    let standing = Standing(
      state: word(), since: instant(), reasons: (0..<number(0...4)).map { _ in reason() },
      capabilities: set(), notices: set(),
      nextTransition: chance()
        ? NextTransition(
          at: instant(), toState: word(), because: chance() ? [word()] : [],
          subjects: chance() ? [identifier()] : []) : nil,
      isEligibleForReinstatement: chance(), reinstatementState: word(),
      reinstatementSince: chance() ? instant() : nil)
    return AccountStatus(
      accountID: account(), standing: standing, policyEdition: "2020-06",
      revision: generator.next(), asOf: instant(), knownAt: chance() ? instant() : nil,
      isProjected: chance())
  }
}
