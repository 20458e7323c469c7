import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules

/// What occurred in a simulation, so that one in which something never did can be told.
package struct Census: Sendable {
  /// Kinds of facts stored, and what else came of facts.
  package private(set) var facts: [String: Int] = [:]
  package private(set) var verdicts: [String: Int] = [:]
  /// What change rows said.
  package private(set) var answers: [String: Int] = [:]
  /// From which state to which.
  package private(set) var transitions: [String: Int] = [:]
  /// How rows were at comparisons.
  package private(set) var rows: [String: Int] = [:]
  package internal(set) var clockSteps = 0
  package internal(set) var restarts = 0
  package internal(set) var editionChanges = 0
  private var states: [AccountID: AccountState] = [:]

  mutating func note(_ new: [Fact], _ outcome: ExpectedLedger.Outcome) {
    for (fact, verdict) in zip(new, outcome.verdicts) {
      switch verdict {
      case .stored where outcome.isDone:
        facts[fact.kind.contractName, default: 0] += 1
        noteKind(of: fact)
      case .stored: verdicts["undone with its request", default: 0] += 1
      case .duplicate: verdicts["duplicate", default: 0] += 1
      case .refused(let refusal):
        verdicts["\(refusal.code) \(refusal.field)", default: 0] += 1
        verdicts["\(refusal.code)", default: 0] += 1
      }
    }
  }

  private mutating func noteKind(of fact: Fact) {
    switch fact.kind {
    case .reinstatementDecided(let decision):
      facts["\(decision.outcome)", default: 0] += 1
      if !decision.waivers.isEmpty { facts["waived", default: 0] += 1 }
    case .accountRegistered(let registration):
      facts["\(registration.cloud)", default: 0] += 1
      facts["\(registration.program)", default: 0] += 1
    default: break
    }
  }

  mutating func note(_ change: StatusChange) {
    if change.isPastChanged { answers["past changed", default: 0] += 1 }
    let state = change.answer?.state
    let before = states.updateValue(state ?? .notCovered, forKey: change.accountID)
    if state == nil { states[change.accountID] = nil }
    if before != state {
      transitions["\(plain(before)) to \(plain(state))", default: 0] += 1
    }
    guard let answer = change.answer else {
      answers["not registered", default: 0] += 1
      return
    }
    answers["state \(answer.state)", default: 0] += 1
    answers["reinstatement \(answer.reinstatementState)", default: 0] += 1
    for reason in answer.reasons.words { answers["reason \(reason)", default: 0] += 1 }
    for notice in answer.notices.words { answers["notice \(notice)", default: 0] += 1 }
    if answer.isEligibleForReinstatement { answers["eligible", default: 0] += 1 }
    if let next = answer.nextState { answers["next \(next)", default: 0] += 1 }
  }

  mutating func note(_ row: StatusRow) {
    rows["compared", default: 0] += 1
    if row.flipAt != .distantFuture { rows["with a flip", default: 0] += 1 }
    if row.validUntil != .distantFuture { rows["with two flips", default: 0] += 1 }
    if let fromFlip = row.fromFlip, fromFlip.state != row.untilFlip?.state {
      rows["with a flip of state", default: 0] += 1
    }
  }

  private func plain(_ state: AccountState?) -> String { state.map { "\($0)" } ?? "unregistered" }
}

extension Census {
  /// What a long simulation must have met, and has not.
  package var missing: [String] {
    var missing: [String] = []
    func require(_ counts: [String: Int], _ names: [String]) {
      missing += names.filter { counts[$0, default: 0] == 0 }
    }
    require(facts, Self.factKinds + ["approved", "declined", "waived"])
    require(facts, Cloud.allCases.map { "\($0)" } + Program.allCases.map { "\($0)" })
    require(
      verdicts,
      [
        "duplicate", "undone with its request", "invalidArgument", "alreadyExists",
        "failedPrecondition",
        "failedPrecondition reinstatementDecided.outcome",
        "failedPrecondition supportRequestOpened.requestedBy.role",
        "alreadyExists factId",
      ])
    require(answers, AccountState.allCases.map { "state \($0)" })
    require(answers, ["not registered", "eligible", "past changed"])
    // Nothing that is known to come moves an account to another cloud.
    require(answers, ["next active", "next suspended", "next closed"])
    require(answers, ReasonCode.allCases.map { "reason \($0)" })
    require(answers, ReinstatementState.allCases.map { "reinstatement \($0)" })
    // A provider's suspension is looked up when answering; it is in no row.
    require(
      answers,
      Notice.allCases.filter { $0 != .providerSuspended }.map { "notice \($0)" })
    require(
      transitions,
      [
        "unregistered to active", "unregistered to notCovered", "active to suspended",
        "suspended to active", "active to closed", "suspended to closed", "closed to active",
        "active to unregistered",
      ])
    require(rows, ["with a flip", "with two flips", "with a flip of state"])
    if clockSteps == 0 { missing.append("clock steps") }
    if restarts == 0 { missing.append("restarts") }
    if editionChanges == 0 { missing.append("editionChanges") }
    return missing
  }

  /// Everything that occurred, and how often.
  package var description: String {
    let parts = [
      ("facts stored", facts), ("other verdicts", verdicts), ("answers", answers),
      ("transitions", transitions), ("rows", rows),
    ]
    let lines = parts.map { title, counts in
      "\(title): "
        + counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
    return lines.joined(separator: "\n")
      + "\nclock steps \(clockSteps), restarts \(restarts), edition changes \(editionChanges)"
  }

  private static let factKinds = [
    "accountRegistered", "partnerTypesChanged", "accountClosed", "invoiceIssued", "invoiceVoided",
    "creditApplied", "paymentReceived", "paymentAllocated", "paymentReversed", "disputeOpened",
    "disputeClosed", "balanceReported", "profileVerificationChanged", "abuseFindingChanged",
    "providerLinked", "providerUnlinked", "providerIssueOpened", "providerIssueResolved",
    "supportRequestOpened", "supportRequestUpdated", "reinstatementDecided",
    "externalStatusObserved", "factRetracted",
  ]
}
