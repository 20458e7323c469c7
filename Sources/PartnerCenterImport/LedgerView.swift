import AccountStatusModel

/// What a ledger says about an account, as far as imports ask.
///
/// Retracted facts are left out, but their ids stay taken.
struct LedgerView {
  /// The statements of one invoice, and whether it is void.
  struct Invoice {
    var issued: [FactIdentity: InvoiceIssued] = [:]
    var isVoided = false
  }

  private struct Payment {
    var amount: Money?
    var isReversed = false
    var allocations: [(fact: Fact, allocation: Allocation)] = []
  }

  private var facts: [Fact] = []
  private var identities: Set<FactIdentity> = []
  private var retracted: Set<FactIdentity> = []
  private var invoices: [Identifier: Invoice] = [:]
  private var payments: [Identifier: Payment] = [:]
  private var paymentsOfInvoice: [Identifier: Set<Identifier>] = [:]
  private var profiles: [Fact] = []

  init(_ facts: [Fact]) {
    retracted = Set(
      facts.compactMap { fact in
        if case .factRetracted(let identity) = fact.kind { identity } else { nil }
      })
    for fact in facts { append(fact) }
  }

  /// Takes in one more fact.
  mutating func append(_ fact: Fact) {
    if case .factRetracted(let identity) = fact.kind, retracted.insert(identity).inserted {
      self = LedgerView(facts + [fact])
      return
    }
    facts.append(fact)
    // A fact that is there already counts once.
    guard identities.insert(fact.identity).inserted, !retracted.contains(fact.identity) else {
      return
    }
    switch fact.kind {
    case .invoiceIssued(let invoice):
      invoices[invoice.invoiceID, default: Invoice()].issued[fact.identity] = invoice
    case .invoiceVoided(let invoiceID, _):
      invoices[invoiceID, default: Invoice()].isVoided = true
    case .paymentReceived(let paymentID, let amount, let allocations):
      // A second source's report of the same payment says nothing new.
      guard payments[paymentID]?.amount == nil else { return }
      payments[paymentID, default: Payment()].amount = amount
      append(allocations, of: paymentID, in: fact)
    case .paymentAllocated(let paymentID, let allocations):
      append(allocations, of: paymentID, in: fact)
    case .paymentReversed(let paymentID):
      payments[paymentID, default: Payment()].isReversed = true
    case .profileVerificationChanged:
      profiles.append(fact)
    default: break
    }
  }

  private mutating func append(
    _ allocations: [Allocation], of paymentID: Identifier, in fact: Fact
  ) {
    for allocation in allocations {
      payments[paymentID, default: Payment()].allocations.append((fact, allocation))
      paymentsOfInvoice[allocation.invoiceID, default: []].insert(paymentID)
    }
  }

  /// Whether a fact with that identity is stored, retracted or not.
  func holds(source: Identifier, factID: String) -> Bool {
    guard let factID = try? Identifier(factID) else { return false }
    return identities.contains(FactIdentity(source: source, factID: factID))
  }

  /// How many stored facts of a source have ids that begin so, retracted or not.
  func count(source: Identifier, prefix: String) -> Int {
    identities.count { identity in
      identity.source == source && identity.factID.text.utf8.starts(with: prefix.utf8)
    }
  }

  /// What is known of an invoice; `nil` when nothing is.
  func invoice(_ id: Identifier) -> Invoice? {
    invoices[id]
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
      guard let payment = payments[paymentID], let amount = payment.amount,
        amount.currency == currency
      else { continue }
      var left = amount.billionths
      for (_, allocation) in payment.allocations.sorted(by: { $0.fact.comesBefore($1.fact) })
      where allocation.amount.currency == currency {
        let part = min(left, allocation.amount.billionths)
        left -= part
        guard allocation.invoiceID == invoiceID else { continue }
        allocated += part
        if payment.isReversed { reversed += part }
      }
    }
    return (Money(currency, billionths: allocated), Money(currency, billionths: reversed))
  }

  /// The profile's vetting as the facts in effect at an instant give it.
  func profile(at instant: Instant) -> ProfileVerification {
    var result = ProfileVerification()
    for fact in profiles.sorted(by: { $0.comesBefore($1) }) where fact.effectiveAt <= instant {
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
