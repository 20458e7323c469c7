import AccountStatusModel

// Everything about a partner that is not money: vetting, findings, providers, requests, decisions.

extension Partner {
  /// The profile's vetting, findings of abuse, issues with providers.
  mutating func vetting(_ random: inout SeededGenerator) -> FactKind {
    switch random.place(among: [42, 30, 16, 12]) {
    case 0: return profile(&random)
    case 1: return finding(&random)
    case 2:
      let id = thing("IS", &random)
      issues.append(id)
      return .providerIssueOpened(
        ProviderIssue(
          issueID: id, providerID: random.chance(60) ? provider(&random) : nil,
          affectsOperations: random.chance(75), impactsAccount: random.chance(75)))
    default: return .providerIssueResolved(issueID: random.pickAny(issues) ?? "IS-2")
    }
  }

  private func profile(_ random: inout SeededGenerator) -> FactKind {
    let overall: VerificationState? =
      random.chance(75)
      ? [VerificationState.authorized, .pending, .rejected, .failed, .none][
        random.place(among: [50, 26, 11, 9, 4])] : nil
    let last: VerificationState? =
      random.chance(20) ? random.pick([.authorized, .rejected, .failed]) : nil
    var checks: [VerificationCheck: CheckState] = [:]
    if overall == nil || random.chance(25) {
      checks[random.word()] = random.chance(70) ? .passed : random.word()
    }
    return .profileVerificationChanged(
      ProfileVerification(overall: overall, lastFinalized: last, checks: checks))
  }

  private mutating func finding(_ random: inout SeededGenerator) -> FactKind {
    if random.chance(60) || findings.isEmpty { findings.append(thing("AF", &random)) }
    let id = random.chance(70) ? findings[findings.count - 1] : random.pick(findings)
    return .abuseFindingChanged(
      findingID: id, severity: random.chance(45) ? .significant : .minor,
      state: [.suspected, .confirmed, .dismissed][random.place(among: [45, 20, 35])])
  }

  private func provider(_ random: inout SeededGenerator) -> AccountID {
    AccountID(checked: "partner-\(random.number(0...9))")
  }

  /// Providers, and the kind of partner it is.
  func affiliation(_ random: inout SeededGenerator) -> FactKind {
    switch random.place(among: [40, 25, 35]) {
    case 0: .providerLinked(random.chance(90) ? provider(&random) : nil)
    case 1: .providerUnlinked(random.chance(90) ? provider(&random) : nil)
    default:
      .partnerTypesChanged(
        random.pick([
          registration.partnerTypes, [.directBill], [.indirectReseller],
          [.indirectProvider, .directBill],
        ]))
    }
  }

  /// A support request is filed, or changes.
  mutating func request(_ now: Instant, _ random: inout SeededGenerator) -> FactKind {
    if random.chance(30), !requests.isEmpty { return update(&random) }
    let id = thing("SR", &random)
    requests.append(id)
    let purpose: SupportRequestPurpose = random.chance(75) ? .reinstatement : random.word()
    return .supportRequestOpened(
      SupportRequest(
        requestID: id, purpose: purpose, requesterName: "",
        role: random.chance(92) ? .globalAdmin : random.pick([.billingAdmin, .other, nil])))
  }

  func update(_ random: inout SeededGenerator) -> FactKind {
    .supportRequestUpdated(
      requestID: (random.chance(75) ? requests.last : random.pickAny(requests)) ?? "SR-1",
      status: [.open, .attentionNeeded, .closed][random.place(among: [30, 45, 25])])
  }

  mutating func decision(
    _ outcome: DecisionOutcome, waivers: [Waiver] = [], _ random: inout SeededGenerator
  ) -> FactKind {
    .reinstatementDecided(
      ReinstatementDecision(
        decisionID: thing("DEC", &random),
        requestID: random.chance(50) ? requests.last : nil, outcome: outcome, waivers: waivers))
  }

  /// An approval that waives some or all reasons, or a single subject, for a while.
  mutating func approval(
    waiving reasons: [Reason], _ now: Instant, _ random: inout SeededGenerator
  ) -> FactKind {
    var waivers: [Waiver] = []
    for reason in reasons where random.chance(90) {
      let until = now.adding(
        nanoseconds: random.number(1...60) * Instant.nanosecondsPerDay
          + (random.chance(50) ? random.number(-1...1) : 0))
      // Rarely one that ended before it began.
      let end = random.chance(4) ? now.adding(nanoseconds: -1) : until.midnight(random.chance(30))
      if reason.subjects.isEmpty || random.chance(50) {
        waivers.append(Waiver(reason: reason.code, until: end))
      } else {
        for subject in reason.subjects where random.chance(90) {
          waivers.append(Waiver(reason: reason.code, subject: subject, until: end))
        }
      }
    }
    return decision(.approved, waivers: waivers, &random)
  }

  /// What hardly ever happens: closings, facts taken back, second registrations.
  mutating func rarity(
    _ old: Fact?, _ now: Instant, _ random: inout SeededGenerator
  ) -> FactKind {
    switch random.place(among: [3, 45, 25, 6, 21]) {
    case 0: return .accountClosed
    case 1: return retraction(old, &random)
    case 2: return .externalStatusObserved(state: random.word(), note: "")
    case 3: return .accountRegistered(registration)
    default: return decision(random.chance(50) ? .approved : .declined, &random)
    }
  }

  /// Takes back a fact that is stored, one still to come, or one that never was. The closing of an
  /// account, when it comes by, is taken back as often as not, so that it does not end the story.
  private mutating func retraction(
    _ old: Fact?, _ random: inout SeededGenerator
  ) -> FactKind {
    if let old, random.chance(75) {
      if case .accountRegistered = old.kind, random.chance(80) { return .factRetracted(unknown) }
      return .factRetracted(old.identity)
    }
    guard random.chance(80) else { return .factRetracted(unknown) }
    let name = FactIdentity(
      source: "trust", factID: Identifier(checked: "\(id)-\(thing("AWAITED", &random))"))
    awaited.append(name)
    return .factRetracted(name)
  }

  private var unknown: FactIdentity { FactIdentity(source: "nobody", factID: "nothing") }
}

extension Partner {
  /// Something else about the same thing: of two at one instant the greater name has the last word.
  func rival(of kind: FactKind, _ random: inout SeededGenerator) -> FactKind? {
    switch kind {
    case .partnerTypesChanged: .partnerTypesChanged([random.word()])
    case .profileVerificationChanged: profile(&random)
    case .abuseFindingChanged(let id, let severity, _):
      .abuseFindingChanged(findingID: id, severity: severity, state: random.word())
    case .providerIssueOpened(let issue): .providerIssueResolved(issueID: issue.issueID)
    case .disputeOpened(let id): .disputeClosed(invoiceID: id)
    case .disputeClosed(let id): .disputeOpened(invoiceID: id)
    case .supportRequestUpdated(let id, _):
      .supportRequestUpdated(requestID: id, status: random.word())
    case .providerLinked(let provider): .providerUnlinked(provider)
    case .balanceReported: .balanceReported(amount(currency, &random))
    case .externalStatusObserved: .externalStatusObserved(state: random.word(), note: "")
    case .invoiceIssued(let invoice):
      .invoiceVoided(invoiceID: invoice.invoiceID, replacedBy: nil)
    case .paymentReceived(let id, _, _): .paymentReversed(paymentID: id)
    default: nil
    }
  }
}

extension Instant {
  /// The start of its day, if that is asked for.
  fileprivate func midnight(_ isAsked: Bool) -> Instant {
    isAsked ? day.start ?? self : self
  }
}
