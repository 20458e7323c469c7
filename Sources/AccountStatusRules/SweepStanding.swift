import AccountStatusModel

// What an answer says of the instant at which the sweep stands.

/// What a reason concerns.
struct Subject {
  /// Its number among the names of its kind.
  let number: Int32
  let id: Identifier
}

extension Sweep {
  /// The standing after the last step, its next transition left out.
  func standing() -> Standing {
    let state = state
    let reasons = state == .suspended ? reasons() : []
    return Standing(
      state: state, since: since(state), reasons: reasons,
      capabilities: edition.capabilities.allowed(in: state), notices: notices(state),
      isEligibleForReinstatement: state == .suspended && reasons.isEmpty,
      reinstatementState: reinstatementStretch.state,
      reinstatementSince: reinstatementStretch.since)
  }

  /// The reasons that hold, unwaived, in the order of answers.
  func reasons() -> [Reason] {
    holdingCodes.words.map { code in
      let subjects = subjects(of: code)
      return Reason(
        code: code, since: ground(code).since, subjects: subjects.map(\.id),
        detail: detail(of: code, subjects),
        isUnderReview: code == .profileFailedOrRejected && isProfileUnderReview)
    }
  }

  /// The change of state that the last step was.
  func transition() -> NextTransition {
    let because = isSuspendedByDate && state == .suspended ? holdingCodes.words : []
    return NextTransition(
      at: now, toState: state, because: because,
      subjects: because.flatMap { subjects(of: $0).map(\.id) })
  }

  /// The subjects that a reason holds for: invoices by due date, then id; others by id.
  func subjects(of code: ReasonCode) -> [Subject] {
    let numbers = ground(code).listedSubjects
    switch code {
    case .accountAbuse: return sorted(numbers, named: facts.names.findings)
    case .billingPastDue: return byDueDate(sorted(numbers, named: facts.names.invoices))
    case .indirectProviderIssue: return sorted(numbers, named: facts.names.issues)
    case .profileFailedOrRejected: return []
    }
  }

  private func sorted(_ numbers: [Int32], named names: NameTable) -> [Subject] {
    numbers.map { Subject(number: $0, id: names[$0]) }.sorted { $0.id < $1.id }
  }

  private func byDueDate(_ invoices: [Subject]) -> [Subject] {
    var dated: [(due: CalendarDay, place: Int)] = []
    for (place, invoice) in invoices.enumerated() {
      guard let due = receivables.dueDate(of: invoice.number) else { continue }
      dated.append((due, place))
    }
    dated.sort { $0.due == $1.due ? $0.place < $1.place : $0.due < $1.due }
    return dated.map { invoices[$0.place] }
  }

  func ground(_ code: ReasonCode) -> ReasonSubjects {
    switch code {
    case .accountAbuse: abuse
    case .billingPastDue: receivables.pastDue
    case .indirectProviderIssue: provider
    case .profileFailedOrRejected: profile
    }
  }

  private func since(_ state: AccountState) -> Instant {
    switch state {
    case .active: lastEpisodeEnd ?? registeredAt
    case .suspended: episode?.openedAt ?? registeredAt
    case .closed: closedAt ?? registeredAt
    case .notCovered: registeredAt
    }
  }

  private func notices(_ state: AccountState) -> WordSet<Notice> {
    var notices: WordSet<Notice> = []
    func note(_ notice: Notice, if holds: Bool) { if holds { notices.insert(notice) } }

    // Only a suspended account has reasons now: what is late on any other is delinquent.
    let listed = state == .suspended ? receivables.pastDue.listed : 0
    note(.paymentDelinquent, if: receivables.isDelinquent(listing: listed))
    note(.unallocatedPayment, if: receivables.unallocatedPayments > 0)
    note(.disputed, if: receivables.hasDisputed)
    note(.verificationPending, if: profileRecord.overall == .pending)
    note(.profileIncomplete, if: profileRecord.isIncomplete)
    note(.abuseUnderReview, if: suspectedFindings > 0)
    let concerned = rules.provider?.partnerTypes ?? [.indirectReseller]
    note(
      .reasonNotApplicable, if: provider.holding > 0 && partnerTypes.bits & concerned.bits == 0)
    note(
      .invoiceOnUnbilledType,
      if: partnerTypes == [.indirectReseller] && receivables.openInvoices > 0)
    note(
      .balanceWithoutInvoice, if: balances.contains { $0.value > receivables.open(in: $0.key) })
    note(.divergesFromObserved, if: observed.map { $0 != state } ?? false)
    note(.noEvidence, if: evidence == 0)
    return notices
  }
}
