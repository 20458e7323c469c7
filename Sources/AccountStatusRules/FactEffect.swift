import AccountStatusModel

/// Something that only one fact introduces, by its id.
enum Thing: Hashable, Sendable {
  case registration
  case invoice(Identifier)
  case payment(Identifier)
  case credit(Identifier)
  case issue(Identifier)
  case request(Identifier)
  case decision(Identifier)
}

extension FactKind {
  /// What the fact introduces. Findings and profiles change by design: theirs is nil.
  var thing: Thing? {
    switch self {
    case .accountRegistered: .registration
    case .invoiceIssued(let invoice): .invoice(invoice.invoiceID)
    case .creditApplied(let creditID, _, _): .credit(creditID)
    case .paymentReceived(let paymentID, _, _): .payment(paymentID)
    case .providerIssueOpened(let issue): .issue(issue.issueID)
    case .supportRequestOpened(let request): .request(request.requestID)
    case .reinstatementDecided(let decision): .decision(decision.decisionID)
    default: nil
    }
  }
}

/// What a fact does, its ids replaced by numbers of `FactNames`.
enum FactEffect: Sendable {
  case registration(WordSet<PartnerType>)
  case partnerTypes(WordSet<PartnerType>)
  case closing
  case invoice(Int32, due: CalendarDay, total: Money)
  case voiding(invoice: Int32)
  case credit(Int32, invoice: Int32, Money)
  case payment(Int32, Money, allocations: Range<Int32>)
  case allocation(payment: Int32, allocations: Range<Int32>)
  case reversal(payment: Int32)
  case dispute(invoice: Int32, isOpen: Bool)
  case balance(Money)
  case profile(ProfileChange)
  case finding(Int32, AbuseSeverity, AbuseState)
  case issue(Int32, affectsBoth: Bool)
  case resolution(issue: Int32)
  case request(Int32, isReinstatement: Bool)
  case requestStatus(Int32, SupportRequestStatus)
  case decision(Int32, request: Int32?, DecisionOutcome, waivers: Range<Int32>)
  case observation(AccountState)
  /// Evidence that the standing does not read.
  case link
  case retraction
}

/// A change of a profile's vetting, checks as bits.
struct ProfileChange: Sendable {
  var overall: VerificationState?
  var lastFinalized: VerificationState?
  var passed: WordSet<VerificationCheck> = []
  var notPassed: WordSet<VerificationCheck> = []
}

/// An allocation with its ids numbered.
struct NumberedAllocation: Sendable {
  let payment: Int32
  let invoice: Int32
  let amount: Money
}

/// A waiver with its subject numbered among the subjects of its reason.
struct NumberedWaiver: Sendable {
  let reason: ReasonCode
  /// Nil: every subject of the reason.
  let subject: Int32?
  let until: Instant
}

/// The ids of one kind of thing, numbered in the order of their first mention.
struct NameTable: Sendable {
  private struct Entry {
    let name: Identifier
    /// The place of the latest fact that introduced the thing, or -1.
    var holder: Int32 = -1
  }

  private var entries: [Entry] = []
  private var index = PlaceIndex()

  var count: Int { entries.count }

  subscript(number: Int32) -> Identifier { entries[Int(number)].name }

  mutating func number(of name: Identifier) -> Int32 {
    if let known = find(name) { return known }
    let number = Int32(entries.count)
    entries.append(Entry(name: name))
    index.add(number) { entries[$0].name.hashValue }
    return number
  }

  /// The place of the latest fact that introduced the thing, or -1.
  func holder(of name: Identifier) -> Int32 {
    find(name).map { entries[Int($0)].holder } ?? -1
  }

  /// Notes the place of a fact that introduces the thing; returns the previous one's, or -1.
  mutating func hold(_ name: Identifier, at place: Int32) -> Int32 {
    let number = Int(number(of: name))
    defer { entries[number].holder = place }
    return entries[number].holder
  }

  private func find(_ name: Identifier) -> Int32? {
    index.place(among: entries.count, hash: name.hashValue) { entries[$0].name == name }
  }
}

/// Every id that an account's facts mention, and what they list.
struct FactNames: Sendable {
  private(set) var invoices = NameTable()
  private(set) var payments = NameTable()
  private(set) var credits = NameTable()
  private(set) var findings = NameTable()
  private(set) var issues = NameTable()
  private(set) var requests = NameTable()
  private(set) var decisions = NameTable()
  private(set) var allocations: [NumberedAllocation] = []
  /// Places in `allocations`, by invoice number.
  private(set) var allocationsOfInvoice: [[Int32]] = []
  private(set) var waivers: [NumberedWaiver] = []
  private var registrationHolder: Int32 = -1

  /// The names of what a reason concerns; the profile has no subjects.
  func subjects(of code: ReasonCode) -> NameTable {
    switch code {
    case .accountAbuse: findings
    case .billingPastDue: invoices
    case .indirectProviderIssue: issues
    case .profileFailedOrRejected: NameTable()
    }
  }

  @inline(__always)
  func holder(of thing: Thing) -> Int32 {
    switch thing {
    case .registration: registrationHolder
    case .invoice(let id): invoices.holder(of: id)
    case .payment(let id): payments.holder(of: id)
    case .credit(let id): credits.holder(of: id)
    case .issue(let id): issues.holder(of: id)
    case .request(let id): requests.holder(of: id)
    case .decision(let id): decisions.holder(of: id)
    }
  }

  mutating func hold(_ thing: Thing, at place: Int32) -> Int32 {
    switch thing {
    case .registration:
      defer { registrationHolder = place }
      return registrationHolder
    case .invoice(let id): return invoices.hold(id, at: place)
    case .payment(let id): return payments.hold(id, at: place)
    case .credit(let id): return credits.hold(id, at: place)
    case .issue(let id): return issues.hold(id, at: place)
    case .request(let id): return requests.hold(id, at: place)
    case .decision(let id): return decisions.hold(id, at: place)
    }
  }
}

extension FactNames {
  /// Numbers what a fact mentions.
  mutating func effect(of kind: FactKind) -> FactEffect {
    switch kind {
    case .accountRegistered(let registration): .registration(registration.partnerTypes)
    case .partnerTypesChanged(let types): .partnerTypes(types)
    case .accountClosed: .closing
    case .invoiceIssued, .invoiceVoided, .creditApplied, .disputeOpened, .disputeClosed:
      invoiceEffect(of: kind)
    case .paymentReceived(let id, let amount, let allocations):
      paymentEffect(id, amount, allocations)
    case .paymentAllocated(let id, let allocations): allocationEffect(id, allocations)
    case .paymentReversed(let id): .reversal(payment: payments.number(of: id))
    case .balanceReported(let amount): .balance(amount)
    case .profileVerificationChanged(let change): .profile(ProfileChange(change))
    case .abuseFindingChanged(let id, let severity, let state):
      .finding(findings.number(of: id), severity, state)
    case .providerIssueOpened(let issue):
      .issue(
        issues.number(of: issue.issueID),
        affectsBoth: issue.affectsOperations && issue.impactsAccount)
    case .providerIssueResolved(let id): .resolution(issue: issues.number(of: id))
    case .supportRequestOpened(let request):
      .request(
        requests.number(of: request.requestID),
        isReinstatement: request.purpose == .reinstatement)
    case .supportRequestUpdated(let id, let status):
      .requestStatus(requests.number(of: id), status)
    case .reinstatementDecided(let decision): decisionEffect(decision)
    case .externalStatusObserved(let state, _): .observation(state)
    case .providerLinked, .providerUnlinked: .link
    case .factRetracted: .retraction
    }
  }

  private mutating func invoiceEffect(of kind: FactKind) -> FactEffect {
    switch kind {
    case .invoiceIssued(let invoice):
      .invoice(number(ofInvoice: invoice.invoiceID), due: invoice.dueDate, total: invoice.total)
    case .invoiceVoided(let id, _): .voiding(invoice: number(ofInvoice: id))
    case .creditApplied(let id, let invoice, let amount):
      .credit(credits.number(of: id), invoice: number(ofInvoice: invoice), amount)
    case .disputeOpened(let id): .dispute(invoice: number(ofInvoice: id), isOpen: true)
    case .disputeClosed(let id): .dispute(invoice: number(ofInvoice: id), isOpen: false)
    default: .link
    }
  }

  private mutating func paymentEffect(
    _ id: Identifier, _ amount: Money, _ allocations: [Allocation]
  ) -> FactEffect {
    let payment = payments.number(of: id)
    return .payment(payment, amount, allocations: number(allocations, of: payment))
  }

  private mutating func allocationEffect(
    _ id: Identifier, _ allocations: [Allocation]
  ) -> FactEffect {
    let payment = payments.number(of: id)
    return .allocation(payment: payment, allocations: number(allocations, of: payment))
  }

  private mutating func decisionEffect(_ decision: ReinstatementDecision) -> FactEffect {
    let first = Int32(waivers.count)
    for waiver in decision.waivers { number(waiver) }
    return .decision(
      decisions.number(of: decision.decisionID),
      request: decision.requestID.map { requests.number(of: $0) }, decision.outcome,
      waivers: first..<Int32(waivers.count))
  }

  private mutating func number(ofInvoice id: Identifier) -> Int32 {
    let number = invoices.number(of: id)
    if Int(number) == allocationsOfInvoice.count { allocationsOfInvoice.append([]) }
    return number
  }

  private mutating func number(
    _ list: [Allocation], of payment: Int32
  ) -> Range<Int32> {
    let first = Int32(allocations.count)
    for allocation in list {
      let invoice = number(ofInvoice: allocation.invoiceID)
      allocationsOfInvoice[Int(invoice)].append(Int32(allocations.count))
      allocations.append(
        NumberedAllocation(payment: payment, invoice: invoice, amount: allocation.amount))
    }
    return first..<Int32(allocations.count)
  }

  private mutating func number(_ waiver: Waiver) {
    let subject: Int32?
    switch (waiver.reason, waiver.subject) {
    case (_, nil): subject = nil
    // The profile has no subjects: a waiver of one waives nothing.
    case (.profileFailedOrRejected, _): return
    case (.billingPastDue, let id?): subject = number(ofInvoice: id)
    case (.accountAbuse, let id?): subject = findings.number(of: id)
    case (.indirectProviderIssue, let id?): subject = issues.number(of: id)
    }
    waivers.append(NumberedWaiver(reason: waiver.reason, subject: subject, until: waiver.until))
  }
}

extension ProfileChange {
  fileprivate init(_ change: ProfileVerification) {
    overall = change.overall
    lastFinalized = change.lastFinalized
    for (check, state) in change.checks {
      if state == .passed { passed.insert(check) } else { notPassed.insert(check) }
    }
  }
}
