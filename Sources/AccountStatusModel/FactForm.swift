// What is judged on arrival: the form of a fact, whatever else is known. Ids, money, currencies,
// dates and instants are checked when their values are made; this is the rest.

extension Fact {
  /// The most allocations of one fact.
  public static let maximumAllocations = 1000
  /// The most waivers of a decision.
  public static let maximumWaivers = 100
  /// The longest free text (names, notes, links), in bytes.
  public static let maximumTextLength = 2048

  /// Refuses a fact that is malformed whatever else is known; the error names the field.
  public func checkForm() throws(FormError) {
    guard Instant.range.contains(effectiveAt) else {
      throw FormError(
        field: "effectiveAt", "is out of range; instants run from 1970-01-01 to 2261-12-31")
    }
    try inField(kind.contractName) { () throws(FormError) in try kind.checkForm() }
  }
}

extension FactKind {
  /// The name of the kind in the contract's JSON, for example `invoiceIssued`.
  public var contractName: String {
    switch self {
    case .accountRegistered: "accountRegistered"
    case .partnerTypesChanged: "partnerTypesChanged"
    case .accountClosed: "accountClosed"
    case .invoiceIssued: "invoiceIssued"
    case .invoiceVoided: "invoiceVoided"
    case .creditApplied: "creditApplied"
    case .paymentReceived: "paymentReceived"
    case .paymentAllocated: "paymentAllocated"
    case .paymentReversed: "paymentReversed"
    case .disputeOpened: "disputeOpened"
    case .disputeClosed: "disputeClosed"
    case .balanceReported: "balanceReported"
    case .profileVerificationChanged: "profileVerificationChanged"
    case .abuseFindingChanged: "abuseFindingChanged"
    case .providerLinked: "providerLinked"
    case .providerUnlinked: "providerUnlinked"
    case .providerIssueOpened: "providerIssueOpened"
    case .providerIssueResolved: "providerIssueResolved"
    case .supportRequestOpened: "supportRequestOpened"
    case .supportRequestUpdated: "supportRequestUpdated"
    case .reinstatementDecided: "reinstatementDecided"
    case .externalStatusObserved: "externalStatusObserved"
    case .factRetracted: "factRetracted"
    }
  }

  func checkForm() throws(FormError) {
    switch self {
    case .accountRegistered(let registration):
      try requireTypes(registration.partnerTypes)
      try limit(registration.displayName, "displayName")
      try limit(registration.country, "country")
    case .partnerTypesChanged(let types):
      try requireTypes(types)
    case .invoiceIssued(let invoice):
      try invoice.checkForm()
    case .creditApplied(_, _, let amount):
      try requirePositive(amount, "amount")
    case .paymentReceived(_, let amount, let allocations):
      try requirePositive(amount, "amount")
      try check(allocations)
    case .paymentAllocated(_, let allocations):
      guard !allocations.isEmpty else {
        throw FormError(field: "allocations", "is empty; name at least one invoice and amount")
      }
      try check(allocations)
    case .profileVerificationChanged(let change):
      try change.checkForm()
    case .supportRequestOpened(let request):
      try limit(request.requesterName, "requestedBy.name")
      guard request.purpose != .reinstatement || request.role != nil else {
        throw FormError(
          field: "requestedBy.role", "is missing; a reinstatement request says who asks for it")
      }
    case .reinstatementDecided(let decision):
      try decision.checkForm()
    case .externalStatusObserved(_, let note):
      try limit(note, "note")
    default:
      break
    }
  }
}

extension InvoiceIssued {
  fileprivate func checkForm() throws(FormError) {
    guard termDays <= Self.maximumTermDays else {
      throw FormError(
        field: "termDays", "is \(termDays); a term is at most \(Self.maximumTermDays) days")
    }
    try limit(invoiceURL, "invoiceUrl")
    try limit(reconciliationURL, "reconciliationUrl")
  }
}

extension ProfileVerification {
  fileprivate func checkForm() throws(FormError) {
    guard overall != nil || lastFinalized != nil || !checks.isEmpty else {
      throw FormError("says nothing; set overall, lastFinalized or checks")
    }
    switch lastFinalized {
    case nil, .authorized, .rejected, .failed: break
    case .some(let state):
      throw FormError(
        field: "lastFinalized",
        "is \(state.contractName); it must be AUTHORIZED, REJECTED or FAILED")
    }
  }
}

extension ReinstatementDecision {
  fileprivate func checkForm() throws(FormError) {
    try limit(note, "note")
    guard waivers.isEmpty || outcome == .approved else {
      throw FormError(field: "waivers", "come with a decline; only an approval can waive")
    }
    guard waivers.count <= Fact.maximumWaivers else {
      throw FormError(
        field: "waivers", "has \(waivers.count) entries; at most \(Fact.maximumWaivers)")
    }
    for (index, waiver) in waivers.enumerated() where !Instant.range.contains(waiver.until) {
      throw FormError(
        field: "waivers[\(index)].until",
        "is out of range; instants run from 1970-01-01 to 2261-12-31")
    }
  }
}

private func requireTypes(_ types: WordSet<PartnerType>) throws(FormError) {
  guard !types.isEmpty else {
    throw FormError(field: "partnerTypes", "is empty; give at least one partner type")
  }
}

private func requirePositive(_ amount: Money, _ field: String) throws(FormError) {
  guard amount.isPositive else {
    throw FormError(field: field, "is \(amount); it must be more than zero")
  }
}

private func check(_ allocations: [Allocation]) throws(FormError) {
  guard allocations.count <= Fact.maximumAllocations else {
    throw FormError(
      field: "allocations",
      "has \(allocations.count) entries; at most \(Fact.maximumAllocations)")
  }
  for (index, allocation) in allocations.enumerated() {
    try requirePositive(allocation.amount, "allocations[\(index)].amount")
  }
}

private func limit(_ text: String, _ field: String) throws(FormError) {
  guard text.utf8.count <= Fact.maximumTextLength else {
    throw FormError(
      field: field, "has \(text.utf8.count) bytes; at most \(Fact.maximumTextLength)")
  }
}
