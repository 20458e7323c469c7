/// A dated, immutable set of rules: when an account is suspended and what it may still do.
///
/// Everything that differs between editions is data here; the evaluation reads it and knows no
/// edition by name. An edition is changed by adding another one.
public struct PolicyEdition: Hashable, Sendable {
  /// Names the edition in queries and answers, for example `2020-06`.
  public var name: String
  /// Accounts of every other cloud are NOT_COVERED.
  public var coveredClouds: WordSet<Cloud>
  /// The rules for accounts of the csp programme.
  public var csp: ProgramRules
  /// The rules for accounts of the maicpp programme.
  public var maicpp: ProgramRules
  /// What an account may do in each state.
  public var capabilities: CapabilityMatrix

  /// Describes an edition.
  public init(
    name: String, coveredClouds: WordSet<Cloud>, csp: ProgramRules, maicpp: ProgramRules,
    capabilities: CapabilityMatrix
  ) {
    self.name = name
    self.coveredClouds = coveredClouds
    self.csp = csp
    self.maicpp = maicpp
    self.capabilities = capabilities
  }

  /// The rules for a programme's accounts.
  @inlinable
  public func rules(for program: Program) -> ProgramRules {
    switch program {
    case .csp: csp
    case .maicpp: maicpp
    }
  }
}

/// The reasons for suspension of one programme; a rule that is nil is no reason there.
public struct ProgramRules: Hashable, Sendable {
  /// ACCOUNT_ABUSE.
  public var abuse: AbuseRule?
  /// BILLING_PAST_DUE.
  public var billing: BillingRule?
  /// INDIRECT_PROVIDER_ISSUE.
  public var provider: ProviderRule?
  /// PROFILE_FAILED_OR_REJECTED.
  public var profile: ProfileRule?
  /// An episode of these reasons only ends by itself when the last one clears.
  public var autoReinstate: WordSet<ReasonCode>

  /// Describes a programme's reasons.
  public init(
    abuse: AbuseRule? = nil, billing: BillingRule? = nil, provider: ProviderRule? = nil,
    profile: ProfileRule? = nil, autoReinstate: WordSet<ReasonCode> = []
  ) {
    self.abuse = abuse
    self.billing = billing
    self.provider = provider
    self.profile = profile
    self.autoReinstate = autoReinstate
  }
}

/// How a number of days compares with a threshold.
public enum DayComparator: UInt8, Word {
  /// The threshold itself is not enough.
  case moreThan = 1
  /// The threshold itself is enough.
  case atLeast
}

/// How many whole days are enough.
public struct DayThreshold: Hashable, Sendable {
  /// How to compare.
  public var comparator: DayComparator
  /// Whole UTC days.
  public var days: Int32

  /// Describes a threshold.
  public init(_ comparator: DayComparator, days: Int32) {
    self.comparator = comparator
    self.days = days
  }

  /// The fewest days that are enough.
  @inlinable
  public var fewestDays: Int32 {
    switch comparator {
    case .moreThan: days == .max ? .max : days + 1
    case .atLeast: days
    }
  }

  /// Whether a number of days is enough.
  @inlinable
  public func isMet(by days: Int) -> Bool { days >= Int(fewestDays) }
}

/// Abuse findings of these severities and states are reasons.
public struct AbuseRule: Hashable, Sendable {
  /// How grave a finding must be.
  public var severities: WordSet<AbuseSeverity>
  /// How sure it must be.
  public var states: WordSet<AbuseState>

  /// Describes a rule.
  public init(severities: WordSet<AbuseSeverity>, states: WordSet<AbuseState>) {
    self.severities = severities
    self.states = states
  }
}

/// An open invoice this long past due is a reason.
public struct BillingRule: Hashable, Sendable {
  /// Days since the due date.
  public var pastDue: DayThreshold

  /// Describes a rule.
  public init(pastDue: DayThreshold) {
    self.pastDue = pastDue
  }
}

/// An open issue with an indirect provider is a reason for accounts of some types.
///
/// It must affect the provider's operations and the account, both (the article's sentence 3c).
public struct ProviderRule: Hashable, Sendable {
  /// Accounts that are at least one of these are concerned.
  public var partnerTypes: WordSet<PartnerType>

  /// Describes a rule.
  public init(partnerTypes: WordSet<PartnerType>) {
    self.partnerTypes = partnerTypes
  }
}

/// A profile whose overall state has been one of these for long enough is a reason.
public struct ProfileRule: Hashable, Sendable {
  /// The overall states that count.
  public var states: WordSet<VerificationState>
  /// How long the unbroken run of those states must last.
  public var lasting: DayThreshold
  /// Whether a pending vetting after one of these states keeps a suspended account's reason up.
  public var holdsUnderReview: Bool

  /// Describes a rule.
  public init(
    states: WordSet<VerificationState>, lasting: DayThreshold, holdsUnderReview: Bool
  ) {
    self.states = states
    self.lasting = lasting
    self.holdsUnderReview = holdsUnderReview
  }
}

/// What an account may do, by state, and where each answer comes from.
public struct CapabilityMatrix: Hashable, Sendable {
  /// One capability's row.
  public struct Row: Hashable, Sendable {
    /// The capability.
    public var capability: Capability
    /// Whether a suspended account may use it.
    public var isAllowedWhileSuspended: Bool
    /// Where that comes from.
    public var basis: CapabilityBasis

    /// Describes a row.
    public init(
      _ capability: Capability, isAllowedWhileSuspended: Bool, basis: CapabilityBasis
    ) {
      self.capability = capability
      self.isAllowedWhileSuspended = isAllowedWhileSuspended
      self.basis = basis
    }
  }

  /// Whether a capability is allowed, and why.
  public struct Ruling: Hashable, Sendable {
    /// The answer.
    public var isAllowed: Bool
    /// Where it comes from.
    public var basis: CapabilityBasis

    /// Describes a ruling.
    public init(isAllowed: Bool, basis: CapabilityBasis) {
      self.isAllowed = isAllowed
      self.basis = basis
    }
  }

  /// A row per capability; one without a row is denied unless the account is active.
  public let rows: [Row]
  /// What CLOSED and NOT_COVERED accounts may still do.
  public let allowedOutside: WordSet<Capability>
  @usableFromInline let allowedWhileSuspended: WordSet<Capability>

  /// Describes a matrix.
  public init(rows: [Row], allowedOutside: WordSet<Capability>) {
    self.rows = rows
    self.allowedOutside = allowedOutside
    allowedWhileSuspended = WordSet(
      rows.filter(\.isAllowedWhileSuspended).map(\.capability))
  }

  /// What an account in a state may do.
  @inlinable
  public func allowed(in state: AccountState) -> WordSet<Capability> {
    switch state {
    case .active: .all
    case .suspended: allowedWhileSuspended
    case .closed, .notCovered: allowedOutside
    }
  }

  /// Whether an account in a state may use a capability, and where that comes from.
  ///
  /// The article speaks of active and suspended accounts; what others may do is read into it.
  public func ruling(on capability: Capability, in state: AccountState) -> Ruling {
    let isAllowed = allowed(in: state).contains(capability)
    let basis: CapabilityBasis =
      switch state {
      case .active, .suspended:
        rows.first { $0.capability == capability }?.basis ?? .interpretation
      case .closed, .notCovered:
        isAllowed ? .wayBack : .interpretation
      }
    return Ruling(isAllowed: isAllowed, basis: basis)
  }
}
