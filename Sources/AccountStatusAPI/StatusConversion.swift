internal import AccountStatusModel
internal import CAccountStatusV1

// AccountStatus ↔ accountstatus.v1.AccountStatus.
//
// Read by clients, perhaps older than their server. What is unknown in a list is left out (a
// capability that is not listed is not allowed); an unknown state, which no default may replace, is
// an error that names it.

extension AccountStatus {
  init(_ wire: Accountstatus__V1__AccountStatus) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      standing: try Standing(wire), policyEdition: readText(wire.policy_edition),
      revision: wire.revision, asOf: try readInstant("asOf", wire.as_of),
      knownAt: try readOptionalInstant("knownAt", wire.known_at),
      isProjected: readBool(wire.projected))
  }

  func fill(_ wire: inout Accountstatus__V1__AccountStatus, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    standing.fill(&wire, arena)
    wire.policy_edition = arena.text(policyEdition)
    wire.revision = revision
    wire.as_of = arena.timestamp(asOf)
    wire.known_at = arena.timestamp(knownAt)
    wire.projected = isProjected ? 1 : 0
  }
}

extension Standing {
  fileprivate init(_ wire: Accountstatus__V1__AccountStatus) throws(FormError) {
    self.init(
      state: try readWord("state", wire.state.rawValue),
      since: try readInstant("since", wire.since),
      reasons: try readReasons("reasons", wire.reasons, wire.n_reasons),
      capabilities: readWordSet(wire.capabilities, wire.n_capabilities),
      notices: readWordSet(wire.notices, wire.n_notices),
      nextTransition: try readNextTransition("nextTransition", wire.next_transition),
      isEligibleForReinstatement: readBool(wire.eligible_for_reinstatement),
      reinstatementState: try readWord("reinstatementState", wire.reinstatement_state.rawValue),
      reinstatementSince: try readOptionalInstant("reinstatementSince", wire.reinstatement_since))
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__AccountStatus, _ arena: MessageArena) {
    wire.state = .init(state.number)
    wire.since = arena.timestamp(since)
    (wire.n_reasons, wire.reasons) = arena.messages(reasons) { $0.fill(&$1, arena) }
    (wire.n_capabilities, wire.capabilities) = arena.words(capabilities) { .init($0) }
    (wire.n_notices, wire.notices) = arena.words(notices) { .init($0) }
    wire.next_transition = arena.nextTransition(nextTransition)
    wire.eligible_for_reinstatement = isEligibleForReinstatement ? 1 : 0
    wire.reinstatement_state = .init(reinstatementState.number)
    wire.reinstatement_since = arena.timestamp(reinstatementSince)
  }
}

extension Reason {
  func fill(_ wire: inout Accountstatus__V1__Reason, _ arena: MessageArena) {
    wire.code = .init(code.number)
    wire.since = arena.timestamp(since)
    (wire.n_subjects, wire.subjects) = arena.texts(subjects.map(\.text))
    wire.detail = arena.text(detail)
    wire.under_review = isUnderReview ? 1 : 0
  }

  fileprivate init(_ code: ReasonCode, _ wire: Accountstatus__V1__Reason) throws(FormError) {
    self.init(
      code: code, since: try readOptionalInstant("since", wire.since),
      subjects: try readSubjects(wire.subjects, wire.n_subjects), detail: readText(wire.detail),
      isUnderReview: readBool(wire.under_review))
  }
}

extension MessageArena {
  func nextTransition(
    _ transition: NextTransition?
  ) -> UnsafeMutablePointer<Accountstatus__V1__NextTransition>? {
    transition.map { transition in
      message {
        $0.at = timestamp(transition.at)
        $0.to_state = .init(transition.toState.number)
        ($0.n_because, $0.because) = words(transition.because) { .init($0) }
        ($0.n_subjects, $0.subjects) = texts(transition.subjects.map(\.text))
      }
    }
  }
}

/// The reasons that are known.
func readReasons(
  _ name: String,
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<Accountstatus__V1__Reason>?>?, _ count: Int
) throws(FormError) -> [Reason] {
  let known = try readMessages(name, list, count) { wire throws(FormError) -> Reason? in
    guard let code = ReasonCode(number: wire.code.rawValue) else { return nil }
    return try Reason(code, wire)
  }
  return known.compactMap { $0 }
}

func readNextTransition(
  _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__NextTransition>?
) throws(FormError) -> NextTransition? {
  guard let wire = field?.pointee else { return nil }
  return try inField(name) { () throws(FormError) in
    NextTransition(
      at: try readInstant("at", wire.at), toState: try readWord("toState", wire.to_state.rawValue),
      because: readElements(wire.because, wire.n_because).compactMap {
        ReasonCode(number: $0.rawValue)
      },
      subjects: try readSubjects(wire.subjects, wire.n_subjects))
  }
}

private func readSubjects(
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int
) throws(FormError) -> [Identifier] {
  var subjects: [Identifier] = []
  for (index, element) in readElements(list, count).enumerated() {
    subjects.append(try readIdentifier("subjects[\(index)]", element))
  }
  return subjects
}
