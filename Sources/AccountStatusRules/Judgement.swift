package import AccountStatusModel

/// What becomes of a fact on arrival.
package enum Judgement: Hashable, Sendable {
  /// Store it.
  case accept
  /// It is stored already, at this sequence: count it once.
  case duplicate(sequence: UInt64)
  /// Store nothing; it may be sent again.
  case refuse(FactRefusal)
}

/// Why a fact is refused.
package struct FactRefusal: Error, Hashable, Sendable {
  /// The family of a refusal: the code that the caller gets.
  package enum Code: Hashable, Sendable {
    /// The fact is malformed whatever else is known.
    case invalidArgument
    /// Its identity, or the thing it introduces, is taken by something else.
    case alreadyExists
    /// A rule on arrival stands against it.
    case failedPrecondition
  }

  /// Which family.
  package var code: Code
  /// Path of the field in proto3 JSON names; empty: the fact as a whole.
  package var field: String
  /// What is wrong and what would be right, for people.
  package var message: String
  /// The reasons that stand against an approval.
  package var outstanding: [Reason] = []
}

/// Judges a fact on arrival against the stored facts of its account.
///
/// Form is judged here, meaning by evaluation: only an approval and the role on a reinstatement
/// request are held against rules. Pure; what is accepted is appended by the caller. Identities
/// are unique in the ledger, so the caller looks in other accounts first, with `judgeRepeat`.
package func judge(
  _ fact: Fact, given facts: AccountFacts, defaultEdition: PolicyEdition
) -> Judgement {
  if let stored = facts[fact.identity] { return judgeRepeat(fact, of: stored) }
  return judgeNew(fact, given: facts, defaultEdition: defaultEdition)
}

/// Judges a fact whose identity is stored for no account, as `judge` does.
private func judgeNew(
  _ fact: Fact, given facts: AccountFacts, defaultEdition: PolicyEdition
) -> Judgement {
  do {
    try fact.checkForm()
  } catch {
    return .refuse(
      FactRefusal(code: .invalidArgument, field: error.field, message: error.message))
  }
  // A fact taken back before it came counts at no instant, so it cannot be in another's way.
  let isHeld = !facts.isRetracted(fact.identity)
  if isHeld, let thing = fact.kind.thing, let holder = facts.holder(of: thing) {
    guard holder.fact.hasSameContent(as: fact) else {
      return .refuse(conflict(fact, with: holder))
    }
    // One thing from two sources: it counts once, and was held against the rules then.
    return .accept
  }
  switch fact.kind {
  case .supportRequestOpened(let request):
    return judge(request)
  case .reinstatementDecided(let decision) where decision.outcome == .approved:
    return judge(
      decision, at: fact.effectiveAt, given: facts, defaultEdition: defaultEdition)
  default:
    return .accept
  }
}

/// Judges a fact whose identity is stored already, for whatever account.
///
/// The same content is a repeat, never judged again; different content is refused.
package func judgeRepeat(_ fact: Fact, of stored: StoredFact) -> Judgement {
  let kept = stored.fact
  if kept.identity == fact.identity, kept.hasSameContent(as: fact) {
    return .duplicate(sequence: stored.sequence)
  }
  do {
    try fact.checkForm()
  } catch {
    return .refuse(
      FactRefusal(code: .invalidArgument, field: error.field, message: error.message))
  }
  return .refuse(
    FactRefusal(
      code: .alreadyExists, field: "factId",
      message: "\(fact.identity.factID) of \(fact.identity.source) is stored with different "
        + "content; facts never change: retract it and report another"))
}

private func conflict(_ fact: Fact, with holder: StoredFact) -> FactRefusal {
  let other = holder.fact.identity
  return FactRefusal(
    code: .alreadyExists, field: fact.kind.thingField,
    message: "\(other.factID) of \(other.source) reported it with different content; "
      + "retract that fact first if it is wrong")
}

private func judge(_ request: SupportRequest) -> Judgement {
  guard request.purpose == .reinstatement, request.role != .globalAdmin else { return .accept }
  return .refuse(
    FactRefusal(
      code: .failedPrecondition, field: "supportRequestOpened.requestedBy.role",
      message: "is \(request.role?.contractName ?? "absent"); "
        + "only a GLOBAL_ADMIN can ask for reinstatement"))
}

/// An approval stands only where, with its own waivers, no reason does.
///
/// It is judged even when a retraction of it came first: an approval is never stored unjudged.
private func judge(
  _ decision: ReinstatementDecision, at instant: Instant, given facts: AccountFacts,
  defaultEdition: PolicyEdition
) -> Judgement {
  guard var sweep = Sweep(facts, edition: defaultEdition, knownAt: .distantFuture),
    instant >= sweep.registeredAt
  else { return .accept }
  sweep.advance(through: instant)
  let waivers = decision.waivers.filter { $0.until > instant }
  let outstanding = sweep.standing().reasons.compactMap { $0.waived(by: waivers) }
  guard !outstanding.isEmpty else { return .accept }
  return .refuse(
    FactRefusal(
      code: .failedPrecondition, field: "reinstatementDecided.outcome",
      message: "is APPROVED while \(outstanding.map(\.spoken).joined(separator: ", ")) "
        + "\(outstanding.count == 1 ? "holds" : "hold") at \(instant); remedy or waive first",
      outstanding: outstanding))
}

extension Reason {
  /// The most subjects that a refusal's text spells out; `outstanding` has more. A thousand
  /// refusals of the longest names must fit into one reply.
  private static var mostSpelledOut: Int { 8 }

  /// What is left of the reason under waivers; nil: nothing.
  fileprivate func waived(by waivers: [Waiver]) -> Reason? {
    let own = waivers.filter { $0.reason == code }
    guard !own.contains(where: { $0.subject == nil }) else { return nil }
    guard !subjects.isEmpty else { return self }
    let waived = Set(own.compactMap(\.subject))
    var rest = self
    rest.subjects = subjects.filter { !waived.contains($0) }
    return rest.subjects.isEmpty ? nil : rest
  }

  fileprivate var spoken: String {
    guard !subjects.isEmpty else { return code.contractName }
    let spelledOut = subjects.prefix(Self.mostSpelledOut).map(\.text).joined(separator: ", ")
    let rest = subjects.count - Self.mostSpelledOut
    return "\(code.contractName) (\(spelledOut)\(rest > 0 ? " and \(rest) more" : ""))"
  }
}

extension Fact {
  /// Whether all that the reporter sets is equal, the identity aside; texts byte by byte.
  fileprivate func hasSameContent(as other: Fact) -> Bool {
    accountID == other.accountID && effectiveAt == other.effectiveAt && kind == other.kind
      && zip(kind.texts, other.kind.texts).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }
}

extension FactKind {
  /// The free texts: `String` calls canonically equivalent ones equal, a ledger does not.
  fileprivate var texts: [String] {
    switch self {
    case .accountRegistered(let registration): [registration.displayName, registration.country]
    case .invoiceIssued(let invoice): [invoice.invoiceURL, invoice.reconciliationURL]
    case .supportRequestOpened(let request): [request.requesterName]
    case .reinstatementDecided(let decision): [decision.note]
    case .externalStatusObserved(_, let note): [note]
    default: []
    }
  }

  /// The field that names the thing a fact introduces.
  fileprivate var thingField: String {
    switch self {
    case .invoiceIssued: "invoiceIssued.invoiceId"
    case .creditApplied: "creditApplied.creditId"
    case .paymentReceived: "paymentReceived.paymentId"
    case .providerIssueOpened: "providerIssueOpened.issueId"
    case .supportRequestOpened: "supportRequestOpened.requestId"
    case .reinstatementDecided: "reinstatementDecided.decisionId"
    default: contractName
    }
  }
}
