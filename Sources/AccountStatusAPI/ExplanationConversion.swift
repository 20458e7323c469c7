internal import AccountStatusModel
internal import CAccountStatusV1

// Explanation<String> ↔ the parts of accountstatus.v1.ExplainStatusResponse.
//
// Read by clients, perhaps older than their server: a reason, notice, capability or step that is
// not known is left out.

extension Explanation<String> {
  init(_ wire: Accountstatus__V1__ExplainStatusResponse) throws(FormError) {
    self.init(
      summary: readText(wire.summary),
      reasons: try readMessages("reasons", wire.reasons, wire.n_reasons, ReasonExplanation.read)
        .compactMap { $0 },
      waivers: try readMessages("waivers", wire.waivers, wire.n_waivers, WaiverExplanation.read)
        .compactMap { $0 },
      notices: try readMessages("notices", wire.notices, wire.n_notices, NoticeExplanation.read)
        .compactMap { $0 },
      capabilities: readElements(wire.capabilities, wire.n_capabilities).compactMap {
        $0.flatMap { CapabilityExplanation.read($0.pointee) }
      },
      steps: readElements(wire.steps, wire.n_steps).compactMap {
        $0.flatMap { RemediationStep.read($0.pointee) }
      })
  }

  func fill(_ wire: inout Accountstatus__V1__ExplainStatusResponse, _ arena: MessageArena) {
    wire.summary = arena.text(summary)
    (wire.n_reasons, wire.reasons) = arena.messages(reasons) { $0.fill(&$1, arena) }
    (wire.n_waivers, wire.waivers) = arena.messages(waivers) { $0.fill(&$1, arena) }
    (wire.n_notices, wire.notices) = arena.messages(notices) { $0.fill(&$1, arena) }
    (wire.n_capabilities, wire.capabilities) = arena.messages(capabilities) { $0.fill(&$1, arena) }
    (wire.n_steps, wire.steps) = arena.messages(steps) { $0.fill(&$1, arena) }
  }
}

extension ReasonExplanation<String> {
  fileprivate static func read(
    _ wire: Accountstatus__V1__ReasonExplanation
  ) throws(FormError) -> Self? {
    guard let code = ReasonCode(number: wire.code.rawValue) else { return nil }
    let interpretation = readText(wire.interpretation)
    return Self(
      code: code, since: try readOptionalInstant("since", wire.since), rule: readText(wire.rule),
      articleSentence: readText(wire.article_sentence),
      interpretation: interpretation.isEmpty ? nil : interpretation,
      threshold: try wire.threshold.map { threshold throws(FormError) in
        try DayThreshold("threshold", threshold.pointee)
      },
      isUnderReview: readBool(wire.under_review),
      subjects: try readSubjectExplanations(wire.subjects, wire.n_subjects))
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__ReasonExplanation, _ arena: MessageArena
  ) {
    wire.code = .init(code.number)
    wire.since = arena.timestamp(since)
    wire.rule = arena.text(rule)
    wire.article_sentence = arena.text(articleSentence)
    wire.interpretation = arena.text(interpretation ?? "")
    wire.threshold = threshold?.message(arena)
    wire.interval = arena.text(threshold?.interval ?? "")
    wire.under_review = isUnderReview ? 1 : 0
    (wire.n_subjects, wire.subjects) = arena.messages(subjects) { $0.fill(&$1, arena) }
  }
}

// MARK: - Subjects and facts

private func readSubjectExplanations(
  _ list: UnsafeMutablePointer<UnsafeMutablePointer<Accountstatus__V1__SubjectExplanation>?>?,
  _ count: Int
) throws(FormError) -> [SubjectExplanation<String>] {
  try readMessages("subjects", list, count) { wire throws(FormError) in
    SubjectExplanation(
      readText(wire.subject), readText(wire.text),
      invoice: try inField("invoice") { () throws(FormError) in
        try wire.invoice.map { invoice throws(FormError) in try InvoiceNumbers(invoice.pointee) }
      },
      days: wire.days == 0 ? nil : Int32(clamping: wire.days),
      facts: try readMessages("facts", wire.facts, wire.n_facts, FactReference.init))
  }
}

extension SubjectExplanation<String> {
  fileprivate func fill(
    _ wire: inout Accountstatus__V1__SubjectExplanation, _ arena: MessageArena
  ) {
    wire.subject = arena.text(subject)
    wire.text = arena.text(text)
    wire.invoice = invoice.map { invoice in arena.message { invoice.fill(&$0, arena) } }
    wire.days = UInt32(clamping: days ?? 0)
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
  }
}

extension InvoiceNumbers {
  fileprivate init(_ wire: Accountstatus__V1__InvoiceNumbers) throws(FormError) {
    self.init(
      open: try readMoney("open", wire.open), dueDate: try readDay("dueDate", wire.due_date),
      daysPastDue: wire.days_past_due)
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__InvoiceNumbers, _ arena: MessageArena) {
    wire.open = arena.money(open)
    wire.due_date = arena.text(dueDate)
    wire.days_past_due = daysPastDue
  }
}

extension FactReference {
  fileprivate init(_ wire: Accountstatus__V1__FactReference) throws(FormError) {
    self.init(
      identity: FactIdentity(
        source: try readIdentifier("source", wire.source),
        factID: try readIdentifier("factId", wire.fact_id)),
      kind: readText(wire.kind), effectiveAt: try readInstant("effectiveAt", wire.effective_at),
      sequence: wire.sequence, recordedAt: try readInstant("recordedAt", wire.recorded_at),
      recordedBy: try inField("recordedBy") { () throws(FormError) in
        try Recorder(wire.recorded_by?.pointee)
      })
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__FactReference, _ arena: MessageArena) {
    wire.source = arena.text(identity.source)
    wire.fact_id = arena.text(identity.factID)
    wire.kind = arena.text(kind)
    wire.effective_at = arena.timestamp(effectiveAt)
    wire.sequence = sequence
    wire.recorded_at = arena.timestamp(recordedAt)
    wire.recorded_by = arena.message { recordedBy.fill(&$0, arena) }
  }
}

// MARK: - Waivers, notices, capabilities

extension WaiverExplanation<String> {
  fileprivate static func read(
    _ wire: Accountstatus__V1__WaiverExplanation
  ) throws(FormError) -> Self? {
    guard let reason = ReasonCode(number: wire.reason.rawValue) else { return nil }
    guard let decision = wire.decision?.pointee else {
      throw FormError(field: "decision", "is missing")
    }
    return Self(
      reason: reason, subject: readText(wire.subject), until: try readInstant("until", wire.until),
      text: readText(wire.text),
      decision: try inField("decision") { () throws(FormError) in try FactReference(decision) })
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__WaiverExplanation, _ arena: MessageArena
  ) {
    wire.reason = .init(reason.number)
    wire.subject = arena.text(subject)
    wire.until = arena.timestamp(until)
    wire.text = arena.text(text)
    wire.decision = arena.message { decision.fill(&$0, arena) }
  }
}

extension NoticeExplanation<String> {
  fileprivate static func read(
    _ wire: Accountstatus__V1__NoticeExplanation
  ) throws(FormError) -> Self? {
    guard let notice = Notice(number: wire.notice.rawValue) else { return nil }
    return Self(
      notice: notice, text: readText(wire.text),
      subjects: try readSubjectExplanations(wire.subjects, wire.n_subjects))
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__NoticeExplanation, _ arena: MessageArena
  ) {
    wire.notice = .init(notice.number)
    wire.text = arena.text(text)
    (wire.n_subjects, wire.subjects) = arena.messages(subjects) { $0.fill(&$1, arena) }
  }
}

extension CapabilityExplanation<String> {
  fileprivate static func read(_ wire: Accountstatus__V1__CapabilityExplanation) -> Self? {
    Capability(number: wire.capability.rawValue).map { capability in
      Self(
        capability: capability, isAllowed: readBool(wire.allowed),
        basis: CapabilityBasis(number: wire.basis.rawValue), text: readText(wire.text))
    }
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__CapabilityExplanation, _ arena: MessageArena
  ) {
    wire.capability = .init(capability.number)
    wire.allowed = isAllowed ? 1 : 0
    wire.basis = .init(basis?.number ?? 0)
    wire.text = arena.text(text)
  }
}

// MARK: - Steps

extension RemediationStep<String> {
  /// A role that is not known is `other`: nil would say that the step is not the partner's.
  fileprivate static func read(_ wire: Accountstatus__V1__RemediationStep) -> Self? {
    RemediationCode(number: wire.code.rawValue).map { code in
      Self(
        code, subject: readText(wire.subject),
        role: wire.role.rawValue == 0 ? nil : Role(number: wire.role.rawValue) ?? .other,
        alsoRoles: readElements(wire.also, wire.n_also).map {
          Role(number: $0.rawValue) ?? .other
        }, link: readText(wire.link), isDone: readBool(wire.done), text: readText(wire.text))
    }
  }

  fileprivate func fill(
    _ wire: inout Accountstatus__V1__RemediationStep, _ arena: MessageArena
  ) {
    wire.code = .init(code.number)
    wire.subject = arena.text(subject)
    wire.role = .init(role?.number ?? 0)
    (wire.n_also, wire.also) = arena.words(alsoRoles) { .init($0) }
    wire.link = arena.text(link)
    wire.done = isDone ? 1 : 0
    wire.text = arena.text(text)
  }
}

// MARK: - The generated types

extension Accountstatus__V1__ReasonExplanation: CMessage {
  static var initializer: Initializer { accountstatus__v1__reason_explanation__init }
}

extension Accountstatus__V1__SubjectExplanation: CMessage {
  static var initializer: Initializer { accountstatus__v1__subject_explanation__init }
}

extension Accountstatus__V1__InvoiceNumbers: CMessage {
  static var initializer: Initializer { accountstatus__v1__invoice_numbers__init }
}

extension Accountstatus__V1__FactReference: CMessage {
  static var initializer: Initializer { accountstatus__v1__fact_reference__init }
}

extension Accountstatus__V1__WaiverExplanation: CMessage {
  static var initializer: Initializer { accountstatus__v1__waiver_explanation__init }
}

extension Accountstatus__V1__NoticeExplanation: CMessage {
  static var initializer: Initializer { accountstatus__v1__notice_explanation__init }
}

extension Accountstatus__V1__CapabilityExplanation: CMessage {
  static var initializer: Initializer { accountstatus__v1__capability_explanation__init }
}

extension Accountstatus__V1__RemediationStep: CMessage {
  static var initializer: Initializer { accountstatus__v1__remediation_step__init }
}
