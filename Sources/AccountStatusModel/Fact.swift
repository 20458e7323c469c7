/// Something that happened to an account, as a reporter states it.
///
/// Identity is (`source`, `factID`): a repeat with the same content counts once. Facts are never
/// changed; a `factRetracted` takes one back.
public struct Fact: Hashable, Sendable {
  /// The account it is about.
  public var accountID: AccountID
  /// Who states it and under which id.
  public var identity: FactIdentity
  /// When it became true; it may lie in the future.
  public var effectiveAt: Instant
  /// What happened.
  public var kind: FactKind

  /// Creates a fact.
  public init(
    accountID: AccountID, source: Identifier, factID: Identifier, effectiveAt: Instant,
    kind: FactKind
  ) {
    self.accountID = accountID
    identity = FactIdentity(source: source, factID: factID)
    self.effectiveAt = effectiveAt
    self.kind = kind
  }
}

/// The name of a fact: its source's and its own. Ordered byte by byte, source first.
public struct FactIdentity: Hashable, Comparable, Sendable {
  /// The system that states the fact.
  public var source: Identifier
  /// The fact's id within its source.
  public var factID: Identifier

  /// Names a fact.
  public init(source: Identifier, factID: Identifier) {
    self.source = source
    self.factID = factID
  }

  /// Byte order, source first.
  public static func < (left: FactIdentity, right: FactIdentity) -> Bool {
    left.source == right.source ? left.factID < right.factID : left.source < right.source
  }
}

/// A fact as the ledger keeps it.
public struct StoredFact: Hashable, Sendable {
  /// What was reported.
  public var fact: Fact
  /// Its place in the order of storing; unique in the ledger.
  public var sequence: UInt64
  /// When the ledger learned it. Never decreases with the sequence.
  public var recordedAt: Instant
  /// Who reported it.
  public var recordedBy: Recorder

  /// Describes a stored fact.
  public init(
    _ fact: Fact, sequence: UInt64, recordedAt: Instant, recordedBy: Recorder = Recorder()
  ) {
    self.fact = fact
    self.sequence = sequence
    self.recordedAt = recordedAt
    self.recordedBy = recordedBy
  }
}

/// What a fact says.
public enum FactKind: Hashable, Sendable {
  /// The account exists.
  case accountRegistered(AccountRegistered)
  /// The whole new set, not empty.
  case partnerTypesChanged(WordSet<PartnerType>)
  /// The account is closed.
  case accountClosed
  /// An invoice was issued.
  case invoiceIssued(InvoiceIssued)
  /// An invoice owes nothing from now on.
  case invoiceVoided(invoiceID: Identifier, replacedBy: Identifier?)
  /// A credit, more than zero, on an invoice.
  case creditApplied(creditID: Identifier, invoiceID: Identifier, amount: Money)
  /// A payment, more than zero, and where it goes.
  case paymentReceived(paymentID: Identifier, amount: Money, allocations: [Allocation])
  /// More allocations of a payment.
  case paymentAllocated(paymentID: Identifier, allocations: [Allocation])
  /// A payment was taken back.
  case paymentReversed(paymentID: Identifier)
  /// An invoice is disputed; the clock runs on.
  case disputeOpened(invoiceID: Identifier)
  /// An invoice is no longer disputed.
  case disputeClosed(invoiceID: Identifier)
  /// A bill summary without invoices.
  case balanceReported(Money)
  /// The profile's vetting changed.
  case profileVerificationChanged(ProfileVerification)
  /// An abuse finding appeared or changed.
  case abuseFindingChanged(findingID: Identifier, severity: AbuseSeverity, state: AbuseState)
  /// An indirect provider was linked.
  case providerLinked(AccountID?)
  /// An indirect provider was unlinked.
  case providerUnlinked(AccountID?)
  /// An issue with an indirect provider.
  case providerIssueOpened(ProviderIssue)
  /// That issue is over.
  case providerIssueResolved(issueID: Identifier)
  /// A support request was filed.
  case supportRequestOpened(SupportRequest)
  /// A support request changed.
  case supportRequestUpdated(requestID: Identifier, status: SupportRequestStatus)
  /// Support decided on reinstatement.
  case reinstatementDecided(ReinstatementDecision)
  /// What the outside world shows; it changes no state.
  case externalStatusObserved(state: AccountState, note: String)
  /// The fact named counts at no instant from when this is recorded.
  case factRetracted(FactIdentity)
}

/// An account's registration. One per account.
public struct AccountRegistered: Hashable, Sendable {
  /// Where the account lives.
  public var cloud: Cloud
  /// Not empty; two while the account is in transition.
  public var partnerTypes: WordSet<PartnerType>
  /// The programme it belongs to.
  public var program: Program
  /// May be empty.
  public var displayName: String
  /// ISO 3166 alpha-2, or empty.
  public var country: String

  /// Describes a registration.
  public init(
    cloud: Cloud, partnerTypes: WordSet<PartnerType>, program: Program, displayName: String = "",
    country: String = ""
  ) {
    self.cloud = cloud
    self.partnerTypes = partnerTypes
    self.program = program
    self.displayName = displayName
    self.country = country
  }
}

/// An invoice. One with a total of zero or less owes nothing.
public struct InvoiceIssued: Hashable, Sendable {
  /// The term of an invoice that states none, in days.
  public static let defaultTermDays: UInt32 = 60
  /// The longest term, in days.
  public static let maximumTermDays: UInt32 = 36_500

  /// The invoice's id.
  public var invoiceID: Identifier
  /// When it was issued.
  public var issueDate: CalendarDay
  /// The due date stated; it beats the term.
  public var statedDueDate: CalendarDay?
  /// Days from issue to due; 0 means the default.
  public var termDays: UInt32
  /// What is to be paid.
  public var total: Money
  /// First day of the period billed.
  public var periodStart: CalendarDay?
  /// Last day of the period billed.
  public var periodEnd: CalendarDay?
  /// Link to the invoice; may be empty.
  public var invoiceURL: String
  /// Link to the reconciliation file; may be empty.
  public var reconciliationURL: String

  /// Describes an invoice.
  public init(
    invoiceID: Identifier, issueDate: CalendarDay, statedDueDate: CalendarDay? = nil,
    termDays: UInt32 = 0, total: Money, periodStart: CalendarDay? = nil,
    periodEnd: CalendarDay? = nil, invoiceURL: String = "", reconciliationURL: String = ""
  ) {
    self.invoiceID = invoiceID
    self.issueDate = issueDate
    self.statedDueDate = statedDueDate
    self.termDays = termDays
    self.total = total
    self.periodStart = periodStart
    self.periodEnd = periodEnd
    self.invoiceURL = invoiceURL
    self.reconciliationURL = reconciliationURL
  }

  /// The due date stated, else issue date + term (`domain` rule: due).
  public var dueDate: CalendarDay {
    statedDueDate
      ?? issueDate.adding(
        days: Int32(clamping: termDays == 0 ? Self.defaultTermDays : termDays))
  }
}

/// A part of a payment that goes to an invoice.
public struct Allocation: Hashable, Sendable {
  /// The invoice.
  public var invoiceID: Identifier
  /// More than zero.
  public var amount: Money

  /// Describes an allocation.
  public init(invoiceID: Identifier, amount: Money) {
    self.invoiceID = invoiceID
    self.amount = amount
  }
}

/// A change of a profile's vetting. What is nil or not listed is unchanged.
public struct ProfileVerification: Hashable, Sendable {
  /// The state of the current vetting.
  public var overall: VerificationState?
  /// The last final state: authorized, rejected or failed.
  public var lastFinalized: VerificationState?
  /// Each kind at most once.
  public var checks: [VerificationCheck: CheckState]

  /// Describes a change.
  public init(
    overall: VerificationState? = nil, lastFinalized: VerificationState? = nil,
    checks: [VerificationCheck: CheckState] = [:]
  ) {
    self.overall = overall
    self.lastFinalized = lastFinalized
    self.checks = checks
  }
}

/// An issue with an indirect provider.
public struct ProviderIssue: Hashable, Sendable {
  /// The issue's id.
  public var issueID: Identifier
  /// The provider's account, where it is known.
  public var providerID: AccountID?
  /// It affects the provider's operations.
  public var affectsOperations: Bool
  /// It affects this account negatively.
  public var impactsAccount: Bool

  /// Describes an issue.
  public init(
    issueID: Identifier, providerID: AccountID? = nil, affectsOperations: Bool,
    impactsAccount: Bool
  ) {
    self.issueID = issueID
    self.providerID = providerID
    self.affectsOperations = affectsOperations
    self.impactsAccount = impactsAccount
  }
}

/// A support request.
public struct SupportRequest: Hashable, Sendable {
  /// The request's id.
  public var requestID: Identifier
  /// What it asks for.
  public var purpose: SupportRequestPurpose
  /// Who asks; may be empty.
  public var requesterName: String
  /// In which role; required for a reinstatement.
  public var role: Role?

  /// Describes a request.
  public init(
    requestID: Identifier, purpose: SupportRequestPurpose, requesterName: String = "",
    role: Role? = nil
  ) {
    self.requestID = requestID
    self.purpose = purpose
    self.requesterName = requesterName
    self.role = role
  }
}

/// Ignores a reason from the decision until an instant.
public struct Waiver: Hashable, Sendable {
  /// The reason ignored.
  public var reason: ReasonCode
  /// The subject ignored; nil means every subject of the reason.
  public var subject: Identifier?
  /// The first instant at which it counts again.
  public var until: Instant

  /// Describes a waiver.
  public init(reason: ReasonCode, subject: Identifier? = nil, until: Instant) {
    self.reason = reason
    self.subject = subject
    self.until = until
  }
}

/// Support's decision on reinstatement.
public struct ReinstatementDecision: Hashable, Sendable {
  /// The decision's id.
  public var decisionID: Identifier
  /// The request it decides; nil means every reinstatement request opened before it.
  public var requestID: Identifier?
  /// Approved or declined.
  public var outcome: DecisionOutcome
  /// On approvals only.
  public var waivers: [Waiver]
  /// For people.
  public var note: String

  /// Describes a decision.
  public init(
    decisionID: Identifier, requestID: Identifier? = nil, outcome: DecisionOutcome,
    waivers: [Waiver] = [], note: String = ""
  ) {
    self.decisionID = decisionID
    self.requestID = requestID
    self.outcome = outcome
    self.waivers = waivers
    self.note = note
  }
}
