import AccountStatusModel

/// What a ledger says about one account, as far as imports ask.
///
/// Facts are kept by the thing that they are about, and what they amount to is worked out when it
/// is asked. Retracted facts are left out, but their ids stay taken.
struct LedgerView {
  /// What facts that bear on each other are about.
  enum Thing: Hashable {
    case invoice(Identifier)
    case payment(Identifier)
    case balance(Currency)
    case profile
    case request(Identifier)
    case provider(AccountID)
  }

  private var facts: [Thing: [FactIdentity: Fact]] = [:]
  /// Every fact stored, retracted or not; `nil`: about no thing.
  private var identities: [FactIdentity: Thing?] = [:]
  private var retracted: Set<FactIdentity> = []
  private var paymentsOfInvoice: [Identifier: Set<Identifier>] = [:]

  /// Takes in one more fact, in any order; one that is there already counts once.
  mutating func append(_ fact: Fact) {
    guard identities.updateValue(fact.kind.thing, forKey: fact.identity) == nil else { return }
    if case .factRetracted(let identity) = fact.kind {
      retracted.insert(identity)
      if let thing = identities[identity] ?? nil { facts[thing]?[identity] = nil }
    }
    guard let thing = fact.kind.thing, !retracted.contains(fact.identity) else { return }
    facts[thing, default: [:]][fact.identity] = fact
    if case .payment(let paymentID) = thing {
      for allocation in fact.kind.allocations {
        paymentsOfInvoice[allocation.invoiceID, default: []].insert(paymentID)
      }
    }
  }

  /// Whether a fact with that identity is stored, retracted or not.
  func holds(source: Identifier, factID: String) -> Bool {
    guard let factID = try? Identifier(factID) else { return false }
    return identities.keys.contains(FactIdentity(source: source, factID: factID))
  }

  /// The facts about a thing, in the order of their effect.
  func facts(about thing: Thing) -> [Fact] {
    (facts[thing] ?? [:]).values.sorted { $0.comesBefore($1) }
  }
}

// MARK: - What they amount to

extension LedgerView {
  /// The statements of an invoice, and whether it is void.
  func invoice(_ id: Identifier) -> (issued: [(fact: Fact, invoice: InvoiceIssued)], isVoid: Bool) {
    var result: (issued: [(fact: Fact, invoice: InvoiceIssued)], isVoid: Bool) = ([], false)
    for fact in facts(about: .invoice(id)) {
      switch fact.kind {
      case .invoiceIssued(let invoice): result.issued.append((fact, invoice))
      case .invoiceVoided: result.isVoid = true
      default: break
      }
    }
    return result
  }

  /// What payments allocate to an invoice in a currency, and the part of it that was reversed.
  ///
  /// A payment that allocates more than it holds runs dry in the order of effect, as the rules
  /// have it.
  func paid(
    on invoiceID: Identifier, in currency: Currency
  ) -> (allocated: Money, reversed: Money) {
    var allocated: Int128 = 0
    var reversed: Int128 = 0
    for paymentID in paymentsOfInvoice[invoiceID] ?? [] {
      let payment = Payment(facts(about: .payment(paymentID)))
      guard let amount = payment.amount, amount.currency == currency else { continue }
      var left = amount.billionths
      for allocation in payment.allocations where allocation.amount.currency == currency {
        let part = min(left, allocation.amount.billionths)
        left -= part
        guard allocation.invoiceID == invoiceID else { continue }
        allocated += part
        if payment.isReversed { reversed += part }
      }
    }
    return (Money(currency, billionths: allocated), Money(currency, billionths: reversed))
  }

  /// The balance last reported in a currency, of what is in effect at an instant.
  func balance(in currency: Currency, at instant: Instant) -> Money? {
    for fact in facts(about: .balance(currency)).reversed() where fact.effectiveAt <= instant {
      if case .balanceReported(let amount) = fact.kind { return amount }
    }
    return nil
  }

  /// The profile's vetting as the facts in effect at an instant give it.
  func profile(at instant: Instant) -> ProfileVerification {
    var result = ProfileVerification()
    for fact in facts(about: .profile) where fact.effectiveAt <= instant {
      guard case .profileVerificationChanged(let change) = fact.kind else { continue }
      if let overall = change.overall {
        result.overall = overall
        if overall.isFinal { result.lastFinalized = overall }
      }
      if let lastFinalized = change.lastFinalized { result.lastFinalized = lastFinalized }
      result.checks.merge(change.checks) { $1 }
    }
    return result
  }

  /// The statements of a support request.
  func request(_ id: Identifier) -> [(fact: Fact, request: SupportRequest)] {
    facts(about: .request(id)).compactMap { fact in
      if case .supportRequestOpened(let request) = fact.kind { (fact, request) } else { nil }
    }
  }

  /// A request's status at an instant; one that nobody updated is open.
  func status(ofRequest id: Identifier, at instant: Instant) -> SupportRequestStatus {
    for fact in facts(about: .request(id)).reversed() where fact.effectiveAt <= instant {
      if case .supportRequestUpdated(_, let status) = fact.kind { return status }
    }
    return .open
  }

  /// Whether a provider is linked at an instant; `nil` when nobody has said.
  func isLinked(to provider: AccountID, at instant: Instant) -> Bool? {
    for fact in facts(about: .provider(provider)).reversed() where fact.effectiveAt <= instant {
      if case .providerLinked = fact.kind { return true }
      if case .providerUnlinked = fact.kind { return false }
    }
    return nil
  }
}

/// What the facts about one payment give, in the order of their effect.
private struct Payment {
  var amount: Money?
  var allocations: [Allocation] = []
  var isReversed = false

  init(_ facts: [Fact]) {
    // A second source's report of the same payment says nothing new: the smaller identity stands.
    var received: FactIdentity?
    for fact in facts {
      guard case .paymentReceived(_, let amount, _) = fact.kind else { continue }
      if let received, received < fact.identity { continue }
      received = fact.identity
      self.amount = amount
    }
    for fact in facts {
      switch fact.kind {
      case .paymentReceived where fact.identity == received, .paymentAllocated:
        allocations += fact.kind.allocations
      case .paymentReversed: isReversed = true
      default: break
      }
    }
  }
}

extension FactKind {
  /// What it is about; `nil` for what no import asks about.
  fileprivate var thing: LedgerView.Thing? {
    switch self {
    case .invoiceIssued(let invoice): .invoice(invoice.invoiceID)
    case .invoiceVoided(let invoiceID, _): .invoice(invoiceID)
    case .paymentReceived(let paymentID, _, _): .payment(paymentID)
    case .paymentAllocated(let paymentID, _): .payment(paymentID)
    case .paymentReversed(let paymentID): .payment(paymentID)
    case .balanceReported(let amount): .balance(amount.currency)
    case .profileVerificationChanged: .profile
    case .supportRequestOpened(let request): .request(request.requestID)
    case .supportRequestUpdated(let requestID, _): .request(requestID)
    case .providerLinked(let provider?), .providerUnlinked(let provider?): .provider(provider)
    default: nil
    }
  }

  fileprivate var allocations: [Allocation] {
    switch self {
    case .paymentReceived(_, _, let allocations), .paymentAllocated(_, let allocations):
      allocations
    default: []
    }
  }
}

extension VerificationState {
  /// Whether a vetting that stands so has come to an end.
  var isFinal: Bool {
    switch self {
    case .authorized, .rejected, .failed: true
    case .none, .pending: false
    }
  }
}

extension Fact {
  /// The order of effect: by instant, then by identity.
  fileprivate func comesBefore(_ other: Fact) -> Bool {
    effectiveAt == other.effectiveAt
      ? identity < other.identity : effectiveAt < other.effectiveAt
  }
}
