/// One reason that holds, unwaived.
public struct Reason: Hashable, Sendable {
  /// Which reason.
  public var code: ReasonCode
  /// Start of the unbroken stretch in which it holds; nil in the BASIC view.
  public var since: Instant?
  /// What it concerns: finding ids; invoices by due date, then id; issue ids; none for the profile.
  public var subjects: [Identifier]
  /// One line for people. Nothing in it changes by time alone.
  public var detail: String
  /// An appeal is pending; it does not clear the reason.
  public var isUnderReview: Bool

  /// Describes a reason.
  public init(
    code: ReasonCode, since: Instant? = nil, subjects: [Identifier] = [], detail: String = "",
    isUnderReview: Bool = false
  ) {
    self.code = code
    self.since = since
    self.subjects = subjects
    self.detail = detail
    self.isUnderReview = isUnderReview
  }
}

/// The first later instant at which an account's state differs.
public struct NextTransition: Hashable, Sendable {
  /// When.
  public var at: Instant
  /// The state from then on.
  public var toState: AccountState
  /// The reason codes that hold then; empty when a fact does it, and in the BASIC view.
  public var because: [ReasonCode]
  /// What those reasons concern.
  public var subjects: [Identifier]

  /// Describes a transition.
  public init(
    at: Instant, toState: AccountState, because: [ReasonCode] = [], subjects: [Identifier] = []
  ) {
    self.at = at
    self.toState = toState
    self.because = because
    self.subjects = subjects
  }
}

/// What is true of an account at an instant: everything that `revision` counts.
public struct Standing: Hashable, Sendable {
  /// Where the account stands.
  public var state: AccountState
  /// ACTIVE: registration or the last episode's end. SUSPENDED: the episode's opening. CLOSED: the
  /// closing. NOT_COVERED: registration.
  public var since: Instant
  /// In the order of `ReasonCode`.
  public var reasons: [Reason]
  /// The allowed ones.
  public var capabilities: WordSet<Capability>
  /// What else is worth knowing.
  public var notices: WordSet<Notice>
  /// When the state differs next; nil: no such instant is known.
  public var nextTransition: NextTransition?
  /// Suspended with no unwaived reason.
  public var isEligibleForReinstatement: Bool
  /// How far the way back is.
  public var reinstatementState: ReinstatementState
  /// The first instant of the unbroken stretch in which the reinstatement state is what it is; nil
  /// while there is none to speak of (`none`), and in the BASIC view.
  public var reinstatementSince: Instant?

  /// Describes a standing.
  public init(
    state: AccountState, since: Instant, reasons: [Reason] = [],
    capabilities: WordSet<Capability>, notices: WordSet<Notice> = [],
    nextTransition: NextTransition? = nil, isEligibleForReinstatement: Bool = false,
    reinstatementState: ReinstatementState = .none, reinstatementSince: Instant? = nil
  ) {
    self.state = state
    self.since = since
    self.reasons = reasons
    self.capabilities = capabilities
    self.notices = notices
    self.nextTransition = nextTransition
    self.isEligibleForReinstatement = isEligibleForReinstatement
    self.reinstatementState = reinstatementState
    self.reinstatementSince = reinstatementSince
  }
}

/// An answer: the standing of an account, and how it was asked for.
///
/// The standing's properties are read directly, as in `status.state`.
@dynamicMemberLookup
public struct AccountStatus: Hashable, Sendable {
  /// The account.
  public var accountID: AccountID
  /// What is true of it.
  public var standing: Standing
  /// The edition of the rules that decided.
  public var policyEdition: String
  /// Counts the committed changes of the current answer; never decreases.
  public var revision: UInt64
  /// The instant the answer is about.
  public var asOf: Instant
  /// What was known by then counts; nil: everything stored.
  public var knownAt: Instant?
  /// `asOf` was later than the server's now.
  public var isProjected: Bool

  /// Describes an answer.
  public init(
    accountID: AccountID, standing: Standing, policyEdition: String, revision: UInt64,
    asOf: Instant, knownAt: Instant? = nil, isProjected: Bool = false
  ) {
    self.accountID = accountID
    self.standing = standing
    self.policyEdition = policyEdition
    self.revision = revision
    self.asOf = asOf
    self.knownAt = knownAt
    self.isProjected = isProjected
  }

  /// A property of the standing.
  public subscript<Value>(dynamicMember path: KeyPath<Standing, Value>) -> Value {
    standing[keyPath: path]
  }
}
