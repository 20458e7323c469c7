import AccountStatusModel

// The way back: one ordered list without duplicates, never empty while suspended, closed by
// "contact support".
//
// A step is about what the episode was about, also when that is remedied: it is then done. What is
// waived is neither to be done nor done, and is left out.

/// The pages that steps lead to.
private enum Page {
  static let profile = "https://partner.microsoft.com/pcv/accountsettings/partnerprofile"
  static let newSupportRequest =
    "https://partner.microsoft.com/dashboard/support/csp/servicerequests/create"
}

extension Explainer {
  /// The steps, in the order they are to be taken; none unless suspended.
  func steps() -> [RemediationStep<Phrase>] {
    guard standing.state == .suspended else { return [] }
    let billing = billingSteps()
    var steps = billing + providerSteps() + profileSteps()
    if standing.reasons.isEmpty { steps.append(checkProfile()) }
    if standing.reasons.isEmpty || !billing.isEmpty { steps.append(fileRequest()) }
    if standing.reasons.isEmpty, let request = evidence.pendingRequest {
      steps.append(awaitDecision(on: request))
    }
    return steps + [contactSupport()]
  }

  private func holds(_ code: ReasonCode) -> Bool {
    standing.reasons.contains { $0.code == code }
  }
}

// MARK: - Billing

extension Explainer {
  private func billingSteps() -> [RemediationStep<Phrase>] {
    let due = sweep.subjects(of: .billingPastDue).map(\.number)
    let paid = episode.invoices.filter { sweep.receivables.invoices[Int($0)].open == 0 }
      .sorted { names.invoices[$0] < names.invoices[$1] }
    guard !due.isEmpty || !paid.isEmpty else { return [] }
    let review = RemediationStep(
      .reviewBilling, role: .globalAdmin, isDone: due.isEmpty, text: Phrase(.stepReviewBilling))
    let payments = (due.map { pay($0, isDone: false) } + paid.map { pay($0, isDone: true) })
      .prefix(ExplanationLimits.stepsOfKind)
    return [review] + payments
      + allocations(isNeeded: !due.isEmpty).prefix(ExplanationLimits.stepsOfKind)
  }

  private func pay(_ number: Int32, isDone: Bool) -> RemediationStep<Phrase> {
    let id = names.invoices[number]
    var text = Phrase(isDone ? .stepPayInvoiceDone : .stepPayInvoice, ["invoice": .id(id)])
    if !isDone, let open = sweep.receivables.open(of: number) { text.values["open"] = .money(open) }
    return RemediationStep(
      .payInvoice, subject: id.text, role: .globalAdmin, alsoRoles: [.billingAdmin],
      link: evidence.issued(number)?.invoiceURL ?? "", isDone: isDone, text: text)
  }

  /// Payments to allocate, while there is an invoice to allocate them to, and those that were
  /// allocated afterwards in this episode.
  private func allocations(isNeeded: Bool) -> [RemediationStep<Phrase>] {
    let open = isNeeded ? unallocatedPayments : []
    let steps = open.map { number in
      let id = names.payments[number]
      var text = Phrase(.stepAllocatePayment, ["payment": .id(id)])
      text.values["amount"] = unallocated(number).map { .money($0) }
      return RemediationStep(
        .allocatePayment, subject: id.text, role: .globalAdmin, isDone: false, text: text)
    }
    return steps
      + allocatedPayments.map { number in
        let id = names.payments[number]
        return RemediationStep(
          .allocatePayment, subject: id.text, role: .globalAdmin, isDone: true,
          text: Phrase(.stepAllocatePaymentDone, ["payment": .id(id)]))
      }
  }

  /// Payments whose rest went to invoices since the suspension, in the order they were received.
  private var allocatedPayments: [Int32] {
    sweep.receivables.payments.indices.map(Int32.init).filter { number in
      let payment = sweep.receivables.payments[Int(number)]
      return payment.isInForce && !payment.isUnallocated
        && evidence.facts(ofPayment: number).contains { rank in
          guard case .allocation = evidence.effect(rank) else { return false }
          return evidence.effectiveAt(rank) >= standing.since
        }
    }.sorted { first, second in
      (evidence.facts(ofPayment: first).first ?? 0) < (evidence.facts(ofPayment: second).first ?? 0)
    }
  }
}

// MARK: - Provider and profile

extension Explainer {
  private func providerSteps() -> [RemediationStep<Phrase>] {
    let open = sweep.subjects(of: .indirectProviderIssue).map(\.number)
    let holding = Set(sweep.provider.holdingSubjects)
    let resolved = episode.issues.filter { !holding.contains($0) }
      .sorted { names.issues[$0] < names.issues[$1] }
    return open.map { resolve($0, isDone: false) } + resolved.map { resolve($0, isDone: true) }
  }

  private func resolve(_ number: Int32, isDone: Bool) -> RemediationStep<Phrase> {
    let id = names.issues[number]
    let text =
      isDone
      ? Phrase(.stepProviderResolvesIssueDone, ["issue": .id(id)])
      : phrase(
        ofIssue: number, .stepProviderResolvesIssue,
        orUnknown: .stepUnknownProviderResolvesIssue)
    return RemediationStep(
      .providerResolvesIssue, subject: id.text, role: nil, isDone: isDone, text: text)
  }

  private func profileSteps() -> [RemediationStep<Phrase>] {
    let isRemedied =
      sweep.episode?.codes.contains(.profileFailedOrRejected) == true && sweep.profile.holding == 0
    guard holds(.profileFailedOrRejected) || isRemedied else { return [] }
    let verify = RemediationStep(
      .verifyProfile, role: .globalAdmin, link: Page.profile,
      isDone: sweep.profileRecord.overall == .authorized && !sweep.profileRecord.isIncomplete,
      text: Phrase(.stepVerifyProfile))
    let vetting = Vetting(evidence, failedSince: standing.since)
    return [verify]
      + vetting.failed.words.compactMap { check in
        vetting.checks[check].map { fix(check, $0.state) }
      }
  }

  private func fix(_ check: VerificationCheck, _ state: CheckState) -> RemediationStep<Phrase> {
    let isDone = state == .passed
    var text = Phrase(
      isDone ? .stepFixProfileCheckDone : .stepFixProfileCheck, ["check": .word(check)])
    if !isDone { text.values["state"] = .word(state) }
    return RemediationStep(
      .fixProfileCheck, subject: check.contractName, role: .globalAdmin, link: Page.profile,
      isDone: isDone, text: text)
  }
}

// MARK: - Reinstatement

extension Explainer {
  /// Done where nothing is known that speaks against it: most accounts have no vetting on record.
  private func checkProfile() -> RemediationStep<Phrase> {
    let record = sweep.profileRecord
    let isVerified = record.overall == nil || record.overall == .authorized
    return RemediationStep(
      .checkProfileComplete, role: .globalAdmin, link: Page.profile,
      isDone: isVerified && !record.isIncomplete, text: Phrase(.stepCheckProfileComplete))
  }

  /// Done while a request waits for its decision, also one from before the suspension.
  private func fileRequest() -> RemediationStep<Phrase> {
    let pending = evidence.pendingRequest
    return RemediationStep(
      .fileSupportRequest, role: .globalAdmin, link: Page.newSupportRequest,
      isDone: pending != nil,
      text: pending.map { Phrase(.stepFileSupportRequestDone, ["request": .id($0)]) }
        ?? Phrase(.stepFileSupportRequest))
  }

  /// Support's turn, or the partner's where support asks for something.
  private func awaitDecision(on request: Identifier) -> RemediationStep<Phrase> {
    let isPartnersTurn = standing.reinstatementState == .partnerActionNeeded
    return RemediationStep(
      .awaitDecision, subject: request.text, role: isPartnersTurn ? .globalAdmin : nil,
      isDone: false,
      text: Phrase(
        isPartnersTurn ? .stepAnswerSupport : .stepAwaitDecision, ["request": .id(request)]))
  }

  private func contactSupport() -> RemediationStep<Phrase> {
    RemediationStep(
      .contactSupport, role: .globalAdmin, link: Page.newSupportRequest, isDone: false,
      text: Phrase(.stepContactSupport))
  }
}
