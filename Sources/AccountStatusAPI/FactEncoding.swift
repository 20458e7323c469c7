internal import AccountStatusModel
internal import CAccountStatusV1

// Fact → accountstatus.v1.Fact.

extension Fact {
  func fill(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.source = arena.text(identity.source)
    wire.fact_id = arena.text(identity.factID)
    wire.effective_at = arena.timestamp(effectiveAt)
    kind.fill(&wire, arena)
  }
}

extension StoredFact {
  func fill(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    fact.fill(&wire, arena)
    wire.sequence = sequence
    wire.recorded_at = arena.timestamp(recordedAt)
    wire.recorded_by = arena.message { recordedBy.fill(&$0, arena) }
  }
}

extension Recorder {
  func fill(_ wire: inout Accountstatus__V1__Recorder, _ arena: MessageArena) {
    wire.uid = self.uid
    wire.gid = self.gid
    wire.pid = self.pid
    wire.command = arena.text(self.command)
    wire.unit = arena.text(self.unit)
    wire.executable = arena.text(self.executable)
    wire.process_started_at = arena.timestamp(self.processStartedAt)
  }
}

extension FactKind {
  fileprivate func fill(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .accountRegistered, .partnerTypesChanged, .accountClosed, .externalStatusObserved,
      .factRetracted:
      fillAccount(&wire, arena)
    case .invoiceIssued, .invoiceVoided, .creditApplied, .disputeOpened, .disputeClosed,
      .balanceReported:
      fillBilling(&wire, arena)
    case .paymentReceived, .paymentAllocated, .paymentReversed:
      fillPayment(&wire, arena)
    case .profileVerificationChanged, .abuseFindingChanged, .providerLinked, .providerUnlinked,
      .providerIssueOpened, .providerIssueResolved:
      fillStanding(&wire, arena)
    case .supportRequestOpened, .supportRequestUpdated, .reinstatementDecided:
      fillReinstatement(&wire, arena)
    }
  }

  private func fillAccount(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .accountRegistered(let registration):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_REGISTERED
      wire.account_registered = arena.message { registration.fill(&$0, arena) }
    case .partnerTypesChanged(let types):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PARTNER_TYPES_CHANGED
      wire.partner_types_changed = arena.message {
        ($0.n_partner_types, $0.partner_types) = arena.words(types) { .init($0) }
      }
    case .accountClosed:
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_CLOSED
      wire.account_closed = arena.message { _ in }
    case .externalStatusObserved(let state, let note):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_EXTERNAL_STATUS_OBSERVED
      wire.external_status_observed = arena.message {
        $0.state = .init(state.number)
        $0.note = arena.text(note)
      }
    case .factRetracted(let identity):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_FACT_RETRACTED
      wire.fact_retracted = arena.message {
        $0.source = arena.text(identity.source)
        $0.fact_id = arena.text(identity.factID)
      }
    default: break
    }
  }

  private func fillBilling(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .invoiceIssued(let invoice):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_INVOICE_ISSUED
      wire.invoice_issued = arena.message { invoice.fill(&$0, arena) }
    case .invoiceVoided(let invoiceID, let replacedBy):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_INVOICE_VOIDED
      wire.invoice_voided = arena.message {
        $0.invoice_id = arena.text(invoiceID)
        $0.replaced_by = arena.text(replacedBy)
      }
    case .creditApplied(let creditID, let invoiceID, let amount):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_CREDIT_APPLIED
      wire.credit_applied = arena.message {
        $0.credit_id = arena.text(creditID)
        $0.invoice_id = arena.text(invoiceID)
        $0.amount = arena.money(amount)
      }
    case .disputeOpened(let invoiceID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_DISPUTE_OPENED
      wire.dispute_opened = arena.message { $0.invoice_id = arena.text(invoiceID) }
    case .disputeClosed(let invoiceID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_DISPUTE_CLOSED
      wire.dispute_closed = arena.message { $0.invoice_id = arena.text(invoiceID) }
    case .balanceReported(let amount):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_BALANCE_REPORTED
      wire.balance_reported = arena.message { $0.amount = arena.money(amount) }
    default: break
    }
  }

  private func fillPayment(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .paymentReceived(let paymentID, let amount, let allocations):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_RECEIVED
      wire.payment_received = arena.message {
        $0.payment_id = arena.text(paymentID)
        $0.amount = arena.money(amount)
        ($0.n_allocations, $0.allocations) = arena.messages(allocations) { $0.fill(&$1, arena) }
      }
    case .paymentAllocated(let paymentID, let allocations):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_ALLOCATED
      wire.payment_allocated = arena.message {
        $0.payment_id = arena.text(paymentID)
        ($0.n_allocations, $0.allocations) = arena.messages(allocations) { $0.fill(&$1, arena) }
      }
    case .paymentReversed(let paymentID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PAYMENT_REVERSED
      wire.payment_reversed = arena.message { $0.payment_id = arena.text(paymentID) }
    default: break
    }
  }

  private func fillStanding(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .profileVerificationChanged(let change):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROFILE_VERIFICATION_CHANGED
      wire.profile_verification_changed = arena.message { change.fill(&$0, arena) }
    case .abuseFindingChanged(let findingID, let severity, let state):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ABUSE_FINDING_CHANGED
      wire.abuse_finding_changed = arena.message {
        $0.finding_id = arena.text(findingID)
        $0.severity = .init(severity.number)
        $0.state = .init(state.number)
      }
    case .providerLinked(let providerID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_LINKED
      wire.provider_linked = arena.message { $0.provider_id = arena.text(providerID) }
    case .providerUnlinked(let providerID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_UNLINKED
      wire.provider_unlinked = arena.message { $0.provider_id = arena.text(providerID) }
    case .providerIssueOpened(let issue):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_ISSUE_OPENED
      wire.provider_issue_opened = arena.message {
        $0.issue_id = arena.text(issue.issueID)
        $0.provider_id = arena.text(issue.providerID)
        $0.affects_operations = issue.affectsOperations ? 1 : 0
        $0.impacts_account = issue.impactsAccount ? 1 : 0
      }
    case .providerIssueResolved(let issueID):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROVIDER_ISSUE_RESOLVED
      wire.provider_issue_resolved = arena.message { $0.issue_id = arena.text(issueID) }
    default: break
    }
  }

  private func fillReinstatement(_ wire: inout Accountstatus__V1__Fact, _ arena: MessageArena) {
    switch self {
    case .supportRequestOpened(let request):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_SUPPORT_REQUEST_OPENED
      wire.support_request_opened = arena.message { request.fill(&$0, arena) }
    case .supportRequestUpdated(let requestID, let status):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_SUPPORT_REQUEST_UPDATED
      wire.support_request_updated = arena.message {
        $0.request_id = arena.text(requestID)
        $0.status = .init(status.number)
      }
    case .reinstatementDecided(let decision):
      wire.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_REINSTATEMENT_DECIDED
      wire.reinstatement_decided = arena.message { decision.fill(&$0, arena) }
    default: break
    }
  }
}

// MARK: - Parts

extension AccountRegistered {
  fileprivate func fill(
    _ wire: inout Accountstatus__V1__AccountRegistered, _ arena: MessageArena
  ) {
    wire.cloud = .init(cloud.number)
    (wire.n_partner_types, wire.partner_types) = arena.words(partnerTypes) { .init($0) }
    wire.program = .init(program.number)
    wire.display_name = arena.text(displayName)
    wire.country = arena.text(country)
  }
}

extension InvoiceIssued {
  fileprivate func fill(_ wire: inout Accountstatus__V1__InvoiceIssued, _ arena: MessageArena) {
    wire.invoice_id = arena.text(invoiceID)
    wire.issue_date = arena.text(issueDate)
    wire.due_date = arena.text(statedDueDate)
    wire.term_days = termDays
    wire.total = arena.money(total)
    wire.period_start = arena.text(periodStart)
    wire.period_end = arena.text(periodEnd)
    wire.invoice_url = arena.text(invoiceURL)
    wire.reconciliation_url = arena.text(reconciliationURL)
  }
}

extension Allocation {
  fileprivate func fill(_ wire: inout Accountstatus__V1__Allocation, _ arena: MessageArena) {
    wire.invoice_id = arena.text(invoiceID)
    wire.amount = arena.money(amount)
  }
}

extension ProfileVerification {
  fileprivate func fill(
    _ wire: inout Accountstatus__V1__ProfileVerificationChanged, _ arena: MessageArena
  ) {
    wire.overall = .init(overall?.number ?? 0)
    wire.last_finalized = .init(lastFinalized?.number ?? 0)
    let inOrder = checks.sorted { $0.key < $1.key }
    (wire.n_checks, wire.checks) = arena.messages(inOrder) { check, wire in
      wire.kind = .init(check.key.number)
      wire.state = .init(check.value.number)
    }
  }
}

extension SupportRequest {
  fileprivate func fill(
    _ wire: inout Accountstatus__V1__SupportRequestOpened, _ arena: MessageArena
  ) {
    wire.request_id = arena.text(requestID)
    wire.purpose = .init(purpose.number)
    guard !requesterName.isEmpty || role != nil else { return }
    wire.requested_by = arena.message {
      $0.name = arena.text(requesterName)
      $0.role = .init(role?.number ?? 0)
    }
  }
}

extension ReinstatementDecision {
  fileprivate func fill(
    _ wire: inout Accountstatus__V1__ReinstatementDecided, _ arena: MessageArena
  ) {
    wire.decision_id = arena.text(decisionID)
    wire.request_id = arena.text(requestID)
    wire.outcome = .init(outcome.number)
    (wire.n_waivers, wire.waivers) = arena.messages(waivers) { waiver, wire in
      wire.reason = .init(waiver.reason.number)
      wire.subject = arena.text(waiver.subject)
      wire.until = arena.timestamp(waiver.until)
    }
    wire.note = arena.text(note)
  }
}
