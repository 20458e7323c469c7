import AccountStatusModel

// What each notice concerns.

extension Explainer {
  /// The notices, each with at least one subject.
  mutating func notices(suspendedProviders: [AccountID]) -> [NoticeExplanation<Phrase>] {
    var notices = standing.notices
    let providers = suspendedProviders.filter { evidence.link(to: $0) != nil }
    if !providers.isEmpty { notices.insert(.providerSuspended) }
    return notices.words.map { notice in
      NoticeExplanation(
        notice: notice, text: Phrase(.notice, ["notice": .word(notice)]),
        subjects: subjects(of: notice, providers))
    }
  }

  private mutating func subjects(
    of notice: Notice, _ providers: [AccountID]
  ) -> [SubjectExplanation<Phrase>] {
    switch notice {
    case .paymentDelinquent: return invoices(delinquent)
    case .disputed:
      return invoices(openInvoices.filter { sweep.receivables.invoices[Int($0)].isDisputed })
    case .invoiceOnUnbilledType: return invoices(openInvoices)
    case .unallocatedPayment:
      return unallocatedPayments.prefix(ExplanationLimits.subjects).map { payment($0) }
    case .abuseUnderReview:
      let suspected = sweep.findings.indices.filter { sweep.findings[$0] == .suspected }
      return sorted(suspected.map(Int32.init), names.findings).map { finding($0) }
    case .reasonNotApplicable:
      return sorted(sweep.provider.holdingSubjects, names.issues).map { issue($0) }
    case .providerSuspended:
      return providers.prefix(ExplanationLimits.subjects).map { provider($0) }
    case .balanceWithoutInvoice: return balances()
    case .profileIncomplete: return checks()
    case .verificationPending: return [vetting()]
    case .divergesFromObserved: return [observation()]
    case .noEvidence:
      return [
        SubjectExplanation(
          "", Phrase(.subjectRegistration), facts: references(evidence.registration))
      ]
    }
  }

  private mutating func invoices(_ numbers: [Int32]) -> [SubjectExplanation<Phrase>] {
    numbers.prefix(ExplanationLimits.subjects).map { invoice($0) }
  }

  private mutating func observation() -> SubjectExplanation<Phrase> {
    let observed = sweep.observed.map { Phrase.Value.word($0) } ?? .all([])
    return SubjectExplanation(
      "", Phrase(.subjectObserved, ["observed": observed, "state": .word(standing.state)]),
      facts: references(evidence.observation))
  }

  private mutating func provider(_ id: AccountID) -> SubjectExplanation<Phrase> {
    SubjectExplanation(
      id.text, Phrase(.subjectProvider, ["provider": .id(id.text)]),
      facts: references(evidence.link(to: id).map { [$0] } ?? []))
  }
}

// MARK: - Billing

extension Explainer {
  /// Open invoices by due date, then id.
  var openInvoices: [Int32] {
    let open = sweep.receivables.invoices.indices.filter {
      sweep.receivables.invoices[$0].open > 0
    }
    return sorted(open.map(Int32.init), names.invoices).map { number in
      (number: number, due: sweep.receivables.dueDate(of: number)?.number ?? 0)
    }.enumerated().sorted { first, second in
      (first.element.due, first.offset) < (second.element.due, second.offset)
    }.map(\.element.number)
  }

  /// Invoices that are late and no reason now.
  private var delinquent: [Int32] {
    let isSuspended = standing.state == .suspended
    return openInvoices.filter { number in
      sweep.receivables.invoices[Int(number)].isLate
        && !(isSuspended && sweep.receivables.pastDue.isListed(number))
    }
  }

  /// Payments that exceed their allocations, in the order they were received.
  var unallocatedPayments: [Int32] {
    let payments = sweep.receivables.payments.indices.filter {
      sweep.receivables.payments[$0].isUnallocated
    }
    return payments.map(Int32.init).sorted { first, second in
      (evidence.facts(ofPayment: first).first ?? 0) < (evidence.facts(ofPayment: second).first ?? 0)
    }
  }

  /// What of a payment no invoice takes.
  func unallocated(_ number: Int32) -> Money? {
    let payment = sweep.receivables.payments[Int(number)]
    return payment.amount.map { Money($0.currency, billionths: payment.limit - payment.asked) }
  }

  private mutating func payment(_ number: Int32) -> SubjectExplanation<Phrase> {
    let id = names.payments[number]
    var text = Phrase(.subjectPayment, ["payment": .id(id)])
    text.values["amount"] = unallocated(number).map { .money($0) }
    text.values["total"] = sweep.receivables.payments[Int(number)].amount.map { .money($0) }
    return SubjectExplanation(
      id.text, text, facts: references(evidence.facts(ofPayment: number)))
  }

  /// The currencies of which more is owed than invoices are open.
  private mutating func balances() -> [SubjectExplanation<Phrase>] {
    let exceeding = sweep.balances.filter { $0.value > sweep.receivables.open(in: $0.key) }
    return exceeding.keys.sorted().prefix(ExplanationLimits.subjects).map { currency in
      let open = Money(currency, billionths: sweep.receivables.open(in: currency))
      let balance = Money(currency, billionths: sweep.balances[currency] ?? 0)
      return SubjectExplanation(
        currency.code,
        Phrase(.subjectBalance, ["balance": .money(balance), "open": .money(open)]),
        facts: references(evidence.balances[currency].map { [$0] } ?? []))
    }
  }

  /// By id.
  private func sorted(_ numbers: [Int32], _ names: NameTable) -> [Int32] {
    numbers.sorted { names[$0] < names[$1] }
  }
}

// MARK: - The profile

extension Explainer {
  /// The overall state and the changes since it began.
  private mutating func vetting() -> SubjectExplanation<Phrase> {
    let vetting = Vetting(evidence)
    let since = vetting.since ?? standing.since
    let overall = sweep.profileRecord.overall.map { Phrase.Value.word($0) } ?? .all([])
    return SubjectExplanation(
      "", Phrase(.subjectProfile, ["overall": overall, "since": .instant(since)]),
      facts: references(evidence.profile.filter { evidence.effectiveAt($0) >= since }))
  }

  /// The checks that are not passed.
  private mutating func checks() -> [SubjectExplanation<Phrase>] {
    let vetting = Vetting(evidence)
    return VerificationCheck.allCases.compactMap { check in
      guard let last = vetting.checks[check], last.state != .passed else { return nil }
      return SubjectExplanation(
        check.contractName,
        Phrase(.subjectCheck, ["check": .word(check), "state": .word(last.state)]),
        facts: references([last.rank]))
    }
  }
}
