internal import AccountStatusModel
internal import CAccountStatusV1

// accountstatus.v1.Fact → Fact. Every error names the field by its path in proto3 JSON names.

extension Fact {
  /// Takes a checked message, and judges the form of the whole fact.
  ///
  /// What the server sets (sequence, recorded_at, recorded_by) is not the reporter's to say and is
  /// not looked at.
  init(_ wire: Accountstatus__V1__Fact) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      source: try readIdentifier("source", wire.source),
      factID: try readIdentifier("factId", wire.fact_id),
      effectiveAt: try readInstant("effectiveAt", wire.effective_at),
      kind: try FactKind(wire))
    try checkForm()
  }
}

extension StoredFact {
  init(_ wire: Accountstatus__V1__Fact) throws(FormError) {
    self.init(
      try Fact(wire), sequence: wire.sequence,
      recordedAt: try readInstant("recordedAt", wire.recorded_at),
      recordedBy: try inField("recordedBy") { () throws(FormError) in
        try Recorder(wire.recorded_by?.pointee)
      })
  }
}

extension Recorder {
  init(_ wire: Accountstatus__V1__Recorder?) throws(FormError) {
    self.init()
    guard let wire else { return }
    self.uid = wire.uid
    self.gid = wire.gid
    self.pid = wire.pid
    self.command = readText(wire.command)
    self.unit = readText(wire.unit)
    self.executable = readText(wire.executable)
    self.processStartedAt = try readOptionalInstant("processStartedAt", wire.process_started_at)
  }
}

extension FactKind {
  /// The member of the oneof that is set.
  fileprivate init(_ wire: Accountstatus__V1__Fact) throws(FormError) {
    guard wire.kind_case != ACCOUNTSTATUS__V1__FACT__KIND__NOT_SET else {
      throw FormError("says nothing; set one kind of fact, for example invoiceIssued")
    }
    if let kind = try FactKind(account: wire) {
      self = kind
    } else if let kind = try FactKind(billing: wire) {
      self = kind
    } else if let kind = try FactKind(standing: wire) {
      self = kind
    } else if let kind = try FactKind(reinstatement: wire) {
      self = kind
    } else {
      throw FormError(
        "is of kind \(wire.kind_case.rawValue), which this server does not know; use a newer server"
      )
    }
  }

  private init?(account wire: Accountstatus__V1__Fact) throws(FormError) {
    switch wire.kind_case {
    case ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_REGISTERED:
      self = .accountRegistered(
        try read("accountRegistered", wire.account_registered, AccountRegistered.init))
    case ACCOUNTSTATUS__V1__FACT__KIND_PARTNER_TYPES_CHANGED:
      self = try read("partnerTypesChanged", wire.partner_types_changed) { wire throws(FormError) in
        .partnerTypesChanged(
          WordSet(try readWords("partnerTypes", wire.partner_types, wire.n_partner_types)))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_CLOSED:
      self = .accountClosed
    case ACCOUNTSTATUS__V1__FACT__KIND_FACT_RETRACTED:
      self = try read("factRetracted", wire.fact_retracted) { wire throws(FormError) in
        .factRetracted(
          FactIdentity(
            source: try readIdentifier("source", wire.source),
            factID: try readIdentifier("factId", wire.fact_id)))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_EXTERNAL_STATUS_OBSERVED:
      self = try read("externalStatusObserved", wire.external_status_observed) {
        wire throws(FormError) in
        .externalStatusObserved(
          state: try readWord("state", wire.state.rawValue), note: readText(wire.note))
      }
    default: return nil
    }
  }

  private init?(billing wire: Accountstatus__V1__Fact) throws(FormError) {
    switch wire.kind_case {
    case ACCOUNTSTATUS__V1__FACT__KIND_INVOICE_ISSUED:
      self = .invoiceIssued(try read("invoiceIssued", wire.invoice_issued, InvoiceIssued.init))
    case ACCOUNTSTATUS__V1__FACT__KIND_INVOICE_VOIDED:
      self = try read("invoiceVoided", wire.invoice_voided) { wire throws(FormError) in
        .invoiceVoided(
          invoiceID: try readIdentifier("invoiceId", wire.invoice_id),
          replacedBy: try readOptionalIdentifier("replacedBy", wire.replaced_by))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_CREDIT_APPLIED:
      self = try read("creditApplied", wire.credit_applied) { wire throws(FormError) in
        .creditApplied(
          creditID: try readIdentifier("creditId", wire.credit_id),
          invoiceID: try readIdentifier("invoiceId", wire.invoice_id),
          amount: try readMoney("amount", wire.amount))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_DISPUTE_OPENED:
      self = try read("disputeOpened", wire.dispute_opened) { wire throws(FormError) in
        .disputeOpened(invoiceID: try readIdentifier("invoiceId", wire.invoice_id))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_DISPUTE_CLOSED:
      self = try read("disputeClosed", wire.dispute_closed) { wire throws(FormError) in
        .disputeClosed(invoiceID: try readIdentifier("invoiceId", wire.invoice_id))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_BALANCE_REPORTED:
      self = try read("balanceReported", wire.balance_reported) { wire throws(FormError) in
        .balanceReported(try readMoney("amount", wire.amount))
      }
    default:
      guard let payment = try FactKind(payment: wire) else { return nil }
      self = payment
    }
  }

  private init?(payment wire: Accountstatus__V1__Fact) throws(FormError) {
    switch wire.kind_case {
    case ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_RECEIVED:
      self = try read("paymentReceived", wire.payment_received) { wire throws(FormError) in
        .paymentReceived(
          paymentID: try readIdentifier("paymentId", wire.payment_id),
          amount: try readMoney("amount", wire.amount),
          allocations: try readMessages(
            "allocations", wire.allocations, wire.n_allocations, Allocation.init))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_ALLOCATED:
      self = try read("paymentAllocated", wire.payment_allocated) { wire throws(FormError) in
        .paymentAllocated(
          paymentID: try readIdentifier("paymentId", wire.payment_id),
          allocations: try readMessages(
            "allocations", wire.allocations, wire.n_allocations, Allocation.init))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_REVERSED:
      self = try read("paymentReversed", wire.payment_reversed) { wire throws(FormError) in
        .paymentReversed(paymentID: try readIdentifier("paymentId", wire.payment_id))
      }
    default: return nil
    }
  }

  private init?(standing wire: Accountstatus__V1__Fact) throws(FormError) {
    switch wire.kind_case {
    case ACCOUNTSTATUS__V1__FACT__KIND_PROFILE_VERIFICATION_CHANGED:
      self = .profileVerificationChanged(
        try read(
          "profileVerificationChanged", wire.profile_verification_changed,
          ProfileVerification.init))
    case ACCOUNTSTATUS__V1__FACT__KIND_ABUSE_FINDING_CHANGED:
      self = try read("abuseFindingChanged", wire.abuse_finding_changed) { wire throws(FormError) in
        .abuseFindingChanged(
          findingID: try readIdentifier("findingId", wire.finding_id),
          severity: try readWord("severity", wire.severity.rawValue),
          state: try readWord("state", wire.state.rawValue))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_LINKED:
      self = try read("providerLinked", wire.provider_linked) { wire throws(FormError) in
        .providerLinked(try readOptionalAccountID("providerId", wire.provider_id))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_UNLINKED:
      self = try read("providerUnlinked", wire.provider_unlinked) { wire throws(FormError) in
        .providerUnlinked(try readOptionalAccountID("providerId", wire.provider_id))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_ISSUE_OPENED:
      self = .providerIssueOpened(
        try read("providerIssueOpened", wire.provider_issue_opened, ProviderIssue.init))
    case ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_ISSUE_RESOLVED:
      self = try read("providerIssueResolved", wire.provider_issue_resolved) {
        wire throws(FormError) in
        .providerIssueResolved(issueID: try readIdentifier("issueId", wire.issue_id))
      }
    default: return nil
    }
  }

  private init?(reinstatement wire: Accountstatus__V1__Fact) throws(FormError) {
    switch wire.kind_case {
    case ACCOUNTSTATUS__V1__FACT__KIND_SUPPORT_REQUEST_OPENED:
      self = .supportRequestOpened(
        try read("supportRequestOpened", wire.support_request_opened, SupportRequest.init))
    case ACCOUNTSTATUS__V1__FACT__KIND_SUPPORT_REQUEST_UPDATED:
      self = try read("supportRequestUpdated", wire.support_request_updated) {
        wire throws(FormError) in
        .supportRequestUpdated(
          requestID: try readIdentifier("requestId", wire.request_id),
          status: try readWord("status", wire.status.rawValue))
      }
    case ACCOUNTSTATUS__V1__FACT__KIND_REINSTATEMENT_DECIDED:
      self = .reinstatementDecided(
        try read("reinstatementDecided", wire.reinstatement_decided, ReinstatementDecision.init))
    default: return nil
    }
  }
}

/// Converts the message of a kind that is set; the error names the kind.
private func read<Wire, Value>(
  _ name: String, _ wire: UnsafeMutablePointer<Wire>?,
  _ convert: (Wire) throws(FormError) -> Value
) throws(FormError) -> Value {
  guard let wire else { throw FormError(field: name, "is missing") }
  return try inField(name) { () throws(FormError) in try convert(wire.pointee) }
}

// MARK: - Parts

extension AccountRegistered {
  fileprivate init(_ wire: Accountstatus__V1__AccountRegistered) throws(FormError) {
    self.init(
      cloud: try readWord("cloud", wire.cloud.rawValue),
      partnerTypes: WordSet(
        try readWords("partnerTypes", wire.partner_types, wire.n_partner_types)),
      program: try readWord("program", wire.program.rawValue),
      displayName: readText(wire.display_name), country: readText(wire.country))
  }
}

extension InvoiceIssued {
  fileprivate init(_ wire: Accountstatus__V1__InvoiceIssued) throws(FormError) {
    self.init(
      invoiceID: try readIdentifier("invoiceId", wire.invoice_id),
      issueDate: try readDay("issueDate", wire.issue_date),
      statedDueDate: try readOptionalDay("dueDate", wire.due_date), termDays: wire.term_days,
      total: try readMoney("total", wire.total),
      periodStart: try readOptionalDay("periodStart", wire.period_start),
      periodEnd: try readOptionalDay("periodEnd", wire.period_end),
      invoiceURL: readText(wire.invoice_url), reconciliationURL: readText(wire.reconciliation_url))
  }
}

extension Allocation {
  fileprivate init(_ wire: Accountstatus__V1__Allocation) throws(FormError) {
    self.init(
      invoiceID: try readIdentifier("invoiceId", wire.invoice_id),
      amount: try readMoney("amount", wire.amount))
  }
}

extension ProfileVerification {
  fileprivate init(_ wire: Accountstatus__V1__ProfileVerificationChanged) throws(FormError) {
    self.init(
      overall: try readOptionalWord("overall", wire.overall.rawValue),
      lastFinalized: try readOptionalWord("lastFinalized", wire.last_finalized.rawValue))
    for (index, check) in readElements(wire.checks, wire.n_checks).enumerated() {
      guard let check = check?.pointee else { continue }
      try inField("checks[\(index)]") { () throws(FormError) in
        let kind: VerificationCheck = try readWord("kind", check.kind.rawValue)
        let state: CheckState = try readWord("state", check.state.rawValue)
        guard checks.updateValue(state, forKey: kind) == nil else {
          throw FormError(
            field: "kind", "is \(kind.contractName) for the second time; name each check once")
        }
      }
    }
  }
}

extension ProviderIssue {
  fileprivate init(_ wire: Accountstatus__V1__ProviderIssueOpened) throws(FormError) {
    self.init(
      issueID: try readIdentifier("issueId", wire.issue_id),
      providerID: try readOptionalAccountID("providerId", wire.provider_id),
      affectsOperations: readBool(wire.affects_operations),
      impactsAccount: readBool(wire.impacts_account))
  }
}

extension SupportRequest {
  fileprivate init(_ wire: Accountstatus__V1__SupportRequestOpened) throws(FormError) {
    let requester = wire.requested_by?.pointee
    self.init(
      requestID: try readIdentifier("requestId", wire.request_id),
      purpose: try readWord("purpose", wire.purpose.rawValue),
      requesterName: readText(requester?.name),
      role: try readOptionalWord("requestedBy.role", requester?.role.rawValue ?? 0))
  }
}

extension ReinstatementDecision {
  fileprivate init(_ wire: Accountstatus__V1__ReinstatementDecided) throws(FormError) {
    self.init(
      decisionID: try readIdentifier("decisionId", wire.decision_id),
      requestID: try readOptionalIdentifier("requestId", wire.request_id),
      outcome: try readWord("outcome", wire.outcome.rawValue),
      waivers: try readMessages("waivers", wire.waivers, wire.n_waivers, Waiver.init),
      note: readText(wire.note))
  }
}

extension Waiver {
  fileprivate init(_ wire: Accountstatus__V1__Waiver) throws(FormError) {
    self.init(
      reason: try readWord("reason", wire.reason.rawValue),
      subject: try readOptionalIdentifier("subject", wire.subject),
      until: try readInstant("until", wire.until))
  }
}
