/// Why an account stands where it stands, and the way back.
///
/// `Text` is what people read: `Phrase` where the rules speak, `String` once a catalogue has put
/// it into a language. Lists are bounded as `ExplanationLimits` says.
public struct Explanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// One sentence.
  public var summary: Text
  /// In the order of the status's reasons.
  public var reasons: [ReasonExplanation<Text>]
  /// Reasons that would hold but for a waiver.
  public var waivers: [WaiverExplanation<Text>]
  /// In the order of `Notice`.
  public var notices: [NoticeExplanation<Text>]
  /// Every capability.
  public var capabilities: [CapabilityExplanation<Text>]
  /// In the order they are to be taken; empty unless suspended.
  public var steps: [RemediationStep<Text>]

  package init(
    summary: Text, reasons: [ReasonExplanation<Text>] = [],
    waivers: [WaiverExplanation<Text>] = [], notices: [NoticeExplanation<Text>] = [],
    capabilities: [CapabilityExplanation<Text>] = [], steps: [RemediationStep<Text>] = []
  ) {
    self.summary = summary
    self.reasons = reasons
    self.waivers = waivers
    self.notices = notices
    self.capabilities = capabilities
    self.steps = steps
  }
}

/// The bounds of an explanation, so that every one fits a message.
package enum ExplanationLimits {
  /// The most subjects of a reason or a notice; the first ones are kept.
  package static let subjects = 100
  /// The most facts of a subject; the newest are kept.
  package static let factsOfSubject = 100
  /// The most facts of an explanation: a reference takes a kilobyte at most.
  package static let facts = 1000
  /// The most steps that pay or allocate: each may carry a link of two kilobytes.
  package static let stepsOfKind = 500
}

/// A reason that holds, and the rule that says so.
public struct ReasonExplanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// Which reason.
  public var code: ReasonCode
  /// Start of the unbroken stretch in which it holds.
  public var since: Instant?
  /// The rule.
  public var rule: Text
  /// The number of the article's sentence that it comes from, such as `3a`.
  public var articleSentence: String
  /// How the sentence was read, where it leaves room.
  public var interpretation: Text?
  /// How many days are enough, where the rule counts days.
  public var threshold: DayThreshold?
  /// An appeal is pending; it does not clear the reason.
  public var isUnderReview: Bool
  /// What it concerns; of the profile, which has no subjects, one without an id.
  public var subjects: [SubjectExplanation<Text>]

  package init(
    code: ReasonCode, since: Instant?, rule: Text, articleSentence: String,
    interpretation: Text? = nil, threshold: DayThreshold? = nil, isUnderReview: Bool = false,
    subjects: [SubjectExplanation<Text>] = []
  ) {
    self.code = code
    self.since = since
    self.rule = rule
    self.articleSentence = articleSentence
    self.interpretation = interpretation
    self.threshold = threshold
    self.isUnderReview = isUnderReview
    self.subjects = subjects
  }
}

extension DayThreshold {
  /// The numbers of days that are enough, as an interval: `(60 d, ∞)` or `[60 d, ∞)`.
  public var interval: String {
    switch comparator {
    case .moreThan: "(\(days) d, ∞)"
    case .atLeast: "[\(days) d, ∞)"
    }
  }
}

/// What a reason or a notice concerns, with the facts that had a part in it.
public struct SubjectExplanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// An invoice, a payment, a finding, an issue, a check, a provider or a currency; empty: the
  /// account as a whole.
  public var subject: String
  /// What there is to say of it.
  public var text: Text
  /// Of invoices.
  public var invoice: InvoiceNumbers?
  /// How many whole UTC days the state of a profile has lasted, where a rule counts them.
  public var days: Int32?
  /// In the order in which they count.
  public var facts: [FactReference]

  package init(
    _ subject: String, _ text: Text, invoice: InvoiceNumbers? = nil, days: Int32? = nil,
    facts: [FactReference] = []
  ) {
    self.subject = subject
    self.text = text
    self.invoice = invoice
    self.days = days
    self.facts = facts
  }
}

/// The numbers of an invoice that a rule looked at.
public struct InvoiceNumbers: Hashable, Sendable {
  /// What is left to pay.
  public var open: Money
  /// When it is due.
  public var dueDate: CalendarDay
  /// Whole UTC days; negative before the due date.
  public var daysPastDue: Int32

  package init(open: Money, dueDate: CalendarDay, daysPastDue: Int32) {
    self.open = open
    self.dueDate = dueDate
    self.daysPastDue = daysPastDue
  }
}

/// A fact that had a part in an answer, and who reported it.
public struct FactReference: Hashable, Sendable {
  /// Its source's name and its own.
  public var identity: FactIdentity
  /// The name of its kind, such as `invoiceIssued`.
  public var kind: String
  /// When it became true.
  public var effectiveAt: Instant
  /// Its place in the order of storing.
  public var sequence: UInt64
  /// When the ledger learned it.
  public var recordedAt: Instant
  /// Who reported it.
  public var recordedBy: Recorder

  package init(
    identity: FactIdentity, kind: String, effectiveAt: Instant, sequence: UInt64,
    recordedAt: Instant, recordedBy: Recorder
  ) {
    self.identity = identity
    self.kind = kind
    self.effectiveAt = effectiveAt
    self.sequence = sequence
    self.recordedAt = recordedAt
    self.recordedBy = recordedBy
  }

  /// Refers to a stored fact.
  package init(_ stored: StoredFact) {
    self.init(
      identity: stored.fact.identity, kind: stored.fact.kind.contractName,
      effectiveAt: stored.fact.effectiveAt, sequence: stored.sequence,
      recordedAt: stored.recordedAt, recordedBy: stored.recordedBy)
  }
}

/// A reason that would hold but for a waiver.
public struct WaiverExplanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// The reason ignored.
  public var reason: ReasonCode
  /// The subject ignored; empty: every subject of the reason.
  public var subject: String
  /// The first instant at which it counts again.
  public var until: Instant
  /// What there is to say of it.
  public var text: Text
  /// The decision that waives.
  public var decision: FactReference

  package init(
    reason: ReasonCode, subject: String, until: Instant, text: Text, decision: FactReference
  ) {
    self.reason = reason
    self.subject = subject
    self.until = until
    self.text = text
    self.decision = decision
  }
}

/// A notice, and what it concerns.
public struct NoticeExplanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// Which notice.
  public var notice: Notice
  /// What it means.
  public var text: Text
  /// What it concerns; never empty.
  public var subjects: [SubjectExplanation<Text>]

  package init(notice: Notice, text: Text, subjects: [SubjectExplanation<Text>]) {
    self.notice = notice
    self.text = text
    self.subjects = subjects
  }
}

/// Whether an account may use a capability, and where that comes from.
public struct CapabilityExplanation<Text: Hashable & Sendable>: Hashable, Sendable {
  /// Which capability.
  public var capability: Capability
  /// Whether it is allowed.
  public var isAllowed: Bool
  /// Where that comes from; nil when this library does not know the server's word for it.
  public var basis: CapabilityBasis?
  /// Its name.
  public var text: Text

  package init(capability: Capability, isAllowed: Bool, basis: CapabilityBasis?, text: Text) {
    self.capability = capability
    self.isAllowed = isAllowed
    self.basis = basis
    self.text = text
  }
}

/// What has to be done on the way back; the order is that of the steps.
public enum RemediationCode: UInt8, Word {
  /// Look at what is owed.
  case reviewBilling = 1
  /// Pay an invoice as it says.
  case payInvoice
  /// Have a payment counted against invoices.
  case allocatePayment
  /// Verify the partner profile and complete it.
  case verifyProfile
  /// Fix a check of the profile that failed.
  case fixProfileCheck
  /// The indirect provider resolves its issue.
  case providerResolvesIssue
  /// Check that the profile's active information is complete.
  case checkProfileComplete
  /// Ask support for reinstatement.
  case fileSupportRequest
  /// Wait for what support decides.
  case awaitDecision
  /// Ask support for help.
  case contactSupport
}

/// One step of the way back.
public struct RemediationStep<Text: Hashable & Sendable>: Hashable, Sendable {
  /// What is to be done.
  public var code: RemediationCode
  /// The invoice, payment, check, issue or request; empty where there is none.
  public var subject: String
  /// Who may do it; nil: not the partner, but support or the provider.
  public var role: Role?
  /// Others who may.
  public var alsoRoles: [Role]
  /// Where; empty where no page is known.
  public var link: String
  /// Nothing is left to do about it.
  public var isDone: Bool
  /// What there is to say of it.
  public var text: Text

  package init(
    _ code: RemediationCode, subject: String = "", role: Role?, alsoRoles: [Role] = [],
    link: String = "", isDone: Bool, text: Text
  ) {
    self.code = code
    self.subject = subject
    self.role = role
    self.alsoRoles = alsoRoles
    self.link = link
    self.isDone = isDone
    self.text = text
  }
}
