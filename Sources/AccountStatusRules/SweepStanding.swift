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

  /// The reasons of the change of state that the last step was; empty when a fact was it.
  var transitionCodes: WordSet<ReasonCode> {
    isSuspendedByDate && state == .suspended ? holdingCodes : []
  }

  /// The change of state that the last step was.
  func transition() -> NextTransition {
    let because = transitionCodes.words
    return NextTransition(
      at: now, toState: state, because: because,
      subjects: because.flatMap { subjects(of: $0).map(\.id) })
  }

  /// The subjects that a reason holds for: invoices by due date, then id; others by id.
  func subjects(of code: ReasonCode) -> [Subject] {
    let names = facts.index.names.subjects(of: code)
    return sortedSubjects(of: code).map { Subject(number: $0, id: names[$0]) }
  }

  /// Their numbers, in the same order.
  func sortedSubjects(of code: ReasonCode) -> [Int32] {
    guard code != .profileFailedOrRejected else { return [] }
    let numbers = ground(code).listedSubjects
    guard numbers.count > 1 else { return numbers }
    let names = facts.index.names.subjects(of: code)
    guard code == .billingPastDue else { return numbers.sorted { names[$0] < names[$1] } }
    var dated: [(due: Int32, number: Int32)] = []
    for number in numbers {
      guard let due = receivables.dueDate(of: number) else { continue }
      dated.append((due.number, number))
    }
    dated.sort { $0.due == $1.due ? names[$0.number] < names[$1.number] : $0.due < $1.due }
    return dated.map(\.number)
  }

  /// Since when a reason holds.
  func since(_ code: ReasonCode) -> Instant? { ground(code).since }

  func ground(_ code: ReasonCode) -> ReasonSubjects {
    switch code {
    case .accountAbuse: abuse
    case .billingPastDue: receivables.pastDue
    case .indirectProviderIssue: provider
    case .profileFailedOrRejected: profile
    }
  }

  func since(_ state: AccountState) -> Instant {
    switch state {
    case .active: lastEpisodeEnd ?? registeredAt
    case .suspended: episode?.openedAt ?? registeredAt
    case .closed: closedAt ?? registeredAt
    case .notCovered: registeredAt
    }
  }

  func notices(_ state: AccountState) -> WordSet<Notice> {
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
