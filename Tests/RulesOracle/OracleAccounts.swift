package import AccountStatusModel
import AccountStatusRules

// The rest of the naive reading: money, notices and requests.

// MARK: - Money

extension Oracle {
  /// Invoices with something open, by due date, then id.
  func openInvoices(at instant: Instant) -> [InvoiceIssued] {
    invoices(at: instant).filter { open($0, at: instant) > 0 }
      .sorted { ($0.dueDate, $0.invoiceID) < ($1.dueDate, $1.invoiceID) }
  }

  /// Known and not voided.
  package func invoices(at instant: Instant) -> [InvoiceIssued] {
    let known = facts(by: instant)
    return known.compactMap { fact in
      guard case .invoiceIssued(let invoice) = fact.kind else { return nil }
      let isVoided = known.contains {
        if case .invoiceVoided(invoice.invoiceID, _) = $0.kind { true } else { false }
      }
      return isVoided ? nil : invoice
    }
  }

  package func open(_ invoice: InvoiceIssued, at instant: Instant) -> Int128 {
    var open = invoice.total.billionths
    for fact in facts(by: instant) {
      if case .creditApplied(_, invoice.invoiceID, let amount) = fact.kind,
        amount.currency == invoice.total.currency
      {
        open -= amount.billionths
      }
    }
    for payment in payments(at: instant) { open -= payment.given[invoice.invoiceID] ?? 0 }
    return max(0, open)
  }

  /// Unreversed payments: what each gives to which invoice, and what is not allocated at all.
  package func payments(
    at instant: Instant
  ) -> [(given: [Identifier: Int128], unallocated: Int128)] {
    let known = facts(by: instant)
    let invoices = Dictionary(
      uniqueKeysWithValues: invoices(at: instant).map { ($0.invoiceID, $0.total.currency) })
    return known.compactMap { fact in
      guard case .paymentReceived(let id, let amount, _) = fact.kind,
        !known.contains(where: { $0.kind == .paymentReversed(paymentID: id) })
      else { return nil }
      var rest = amount.billionths
      var asked: Int128 = 0
      var given: [Identifier: Int128] = [:]
      for allocation in known.flatMap({ $0.allocations(of: id) })
      where allocation.amount.currency == amount.currency
        && invoices[allocation.invoiceID] == amount.currency
      {
        let part = min(rest, allocation.amount.billionths)
        rest -= part
        asked += allocation.amount.billionths
        given[allocation.invoiceID, default: 0] += part
      }
      return (given, amount.billionths - asked)
    }
  }
}

// MARK: - Notices and reinstatement

extension Oracle {
  func notices(
    at instant: Instant, _ state: AccountState, _ reasons: [Reason]
  ) -> WordSet<Notice> {
    let known = facts(by: instant)
    let open = openInvoices(at: instant)
    let profile = profile(at: instant)
    let billing = reasons.first { $0.code == .billingPastDue }?.subjects ?? []
    var notices: [Notice] = []
    if open.contains(where: { $0.dueDate < instant.day && !billing.contains($0.invoiceID) }) {
      notices.append(.paymentDelinquent)
    }
    if payments(at: instant).contains(where: { $0.unallocated > 0 }) {
      notices.append(.unallocatedPayment)
    }
    if open.contains(where: { isDisputed($0.invoiceID, at: instant) }) { notices.append(.disputed) }
    if profile.overall == .pending { notices.append(.verificationPending) }
    if profile.checks.contains(where: { $0 != .passed }), profile.overall != .failed,
      profile.overall != .rejected
    {
      notices.append(.profileIncomplete)
    }
    if !findings(at: instant, nil, .suspected).isEmpty { notices.append(.abuseUnderReview) }
    let types = types(at: instant)
    if !types.contains(.indirectReseller), !issues(at: instant).isEmpty {
      notices.append(.reasonNotApplicable)
    }
    if types == [.indirectReseller], !open.isEmpty { notices.append(.invoiceOnUnbilledType) }
    if exceedsInvoices(open, at: instant) { notices.append(.balanceWithoutInvoice) }
    for fact in known.reversed() {
      guard case .externalStatusObserved(let observed, _) = fact.kind else { continue }
      if observed != state { notices.append(.divergesFromObserved) }
      break
    }
    if known.count == 1 { notices.append(.noEvidence) }
    return WordSet(notices)
  }

  private func isDisputed(_ invoice: Identifier, at instant: Instant) -> Bool {
    facts(by: instant).last {
      $0.kind == .disputeOpened(invoiceID: invoice) || $0.kind == .disputeClosed(invoiceID: invoice)
    }?.kind == .disputeOpened(invoiceID: invoice)
  }

  private func exceedsInvoices(_ invoices: [InvoiceIssued], at instant: Instant) -> Bool {
    var balances: [Currency: Int128] = [:]
    for case .balanceReported(let amount) in facts(by: instant).map(\.kind) {
      balances[amount.currency] = amount.billionths
    }
    return balances.contains { currency, balance in
      let sum = invoices.filter { $0.total.currency == currency }
        .reduce(Int128(0)) { $0 + open($1, at: instant) }
      return balance > sum
    }
  }

  func decisions(
    by instant: Instant
  ) -> [(at: Instant, decision: ReinstatementDecision)] {
    facts(by: instant).compactMap {
      guard case .reinstatementDecided(let decision) = $0.kind else { return nil }
      return ($0.effectiveAt, decision)
    }
  }

  func reinstatement(
    at instant: Instant, _ state: AccountState, _ reasons: [Reason], _ life: Life
  ) -> ReinstatementState {
    guard state == .suspended else { return .none }
    let decisions = decisions(by: instant)
    for fact in facts(by: instant).reversed() {
      guard case .supportRequestOpened(let request) = fact.kind,
        request.purpose == .reinstatement
      else { continue }
      let isDecided = decisions.contains { at, decision in
        decision.requestID == request.requestID
          || decision.requestID == nil && fact.effectiveAt <= at
      }
      let status = status(of: request.requestID, at: instant)
      if isDecided || status == .closed { continue }
      if !reasons.isEmpty { return .awaitingRemedy }
      return status == .attentionNeeded ? .partnerActionNeeded : .inReview
    }
    return life.isDeclined ? .declined : .notRequested
  }

  private func status(of request: Identifier, at instant: Instant) -> SupportRequestStatus {
    for fact in facts(by: instant).reversed() {
      if case .supportRequestUpdated(request, let status) = fact.kind { return status }
    }
    return .open
  }
}

extension Fact {
  fileprivate func allocations(of payment: Identifier) -> [Allocation] {
    switch kind {
    case .paymentReceived(payment, _, let allocations): allocations
    case .paymentAllocated(payment, let allocations): allocations
    default: []
    }
  }
}
