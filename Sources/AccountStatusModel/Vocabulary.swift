// The closed sets of words that facts and answers use. Raw values are the contract's enum numbers
// (proto/accountstatus/v1); 0, unspecified there, is the absence of a value here.

/// A word of the contract: a proto enum value other than unspecified.
public protocol Word: RawRepresentable<UInt8>, CaseIterable, Comparable, Hashable, Sendable {}

extension Word {
  /// The order of the contract's numbers.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The contract's name of the word without the enum's prefix, for example `IN_REVIEW`.
  public var contractName: String {
    var name = ""
    var previous: Character = "_"
    for character in "\(self)" {
      let startsWord =
        character.isUppercase || (character.isNumber && !previous.isNumber && previous != "_")
      name += startsWord ? "_\(character.uppercased())" : character.uppercased()
      previous = character
    }
    return name == "PUBLIC_CLOUD" ? "PUBLIC" : name
  }
}

/// The cloud an account lives in.
public enum Cloud: UInt8, Word {
  /// The public cloud.
  case publicCloud = 1
  /// Partner Center for US Government.
  case usGovernment
  /// Not covered by the article.
  case germany
  /// Not covered by the article.
  case china21vianet
}

/// What kind of partner an account is; an account in transition holds two.
public enum PartnerType: UInt8, Word {
  /// Direct bill.
  case directBill = 1
  /// Indirect provider.
  case indirectProvider
  /// Indirect reseller.
  case indirectReseller
}

/// The programme of an account; an organisation in both is two accounts.
public enum Program: UInt8, Word {
  /// Csp.
  case csp = 1
  /// Maicpp.
  case maicpp
}

/// The state of a profile's vetting.
public enum VerificationState: UInt8, Word {
  /// None.
  case none = 1
  /// Pending.
  case pending
  /// Authorized.
  case authorized
  /// Rejected.
  case rejected
  /// Failed.
  case failed
}

/// One part of a profile's vetting.
public enum VerificationCheck: UInt8, Word {
  /// Email ownership.
  case emailOwnership = 1
  /// Email domain.
  case emailDomain
  /// Employment.
  case employment
  /// Business.
  case business
  /// Identity.
  case identity
  /// Due diligence.
  case dueDiligence
}

/// How a vetting check stands.
public enum CheckState: UInt8, Word {
  /// Not started.
  case notStarted = 1
  /// Pending.
  case pending
  /// Passed.
  case passed
  /// Rejected.
  case rejected
  /// Challenged.
  case challenged
}

/// How grave an abuse finding is.
public enum AbuseSeverity: UInt8, Word {
  /// Minor.
  case minor = 1
  /// Significant.
  case significant
}

/// How sure an abuse finding is.
public enum AbuseState: UInt8, Word {
  /// Suspected.
  case suspected = 1
  /// Confirmed.
  case confirmed
  /// Dismissed.
  case dismissed
}

/// What a support request asks for.
public enum SupportRequestPurpose: UInt8, Word {
  /// Reinstatement.
  case reinstatement = 1
  /// Appeal.
  case appeal
  /// Other.
  case other
}

/// How a support request stands.
public enum SupportRequestStatus: UInt8, Word {
  /// Open.
  case open = 1
  /// Attention needed.
  case attentionNeeded
  /// Closed.
  case closed
}

/// The role of a person in the account.
public enum Role: UInt8, Word {
  /// Global admin.
  case globalAdmin = 1
  /// Billing admin.
  case billingAdmin
  /// Other.
  case other
}

/// How support decided on reinstatement.
public enum DecisionOutcome: UInt8, Word {
  /// Approved.
  case approved = 1
  /// Declined.
  case declined
}

/// Where an account stands.
public enum AccountState: UInt8, Word {
  /// Active.
  case active = 1
  /// Suspended.
  case suspended
  /// Closed.
  case closed
  /// The edition does not cover the account's cloud: not known to be active.
  case notCovered
}

/// Why an account is suspended; the order is the order in answers.
public enum ReasonCode: UInt8, Word {
  /// Account abuse.
  case accountAbuse = 1
  /// Billing past due.
  case billingPastDue
  /// Indirect provider issue.
  case indirectProviderIssue
  /// Profile failed or rejected.
  case profileFailedOrRejected
}

/// What an account may do or not.
public enum Capability: UInt8, Word {
  /// Manage existing deployments.
  case manageExistingDeployments = 1
  /// Manage existing licenses.
  case manageExistingLicenses
  /// Manage existing services.
  case manageExistingServices
  /// Authorize new licenses.
  case authorizeNewLicenses
  /// Authorize new services.
  case authorizeNewServices
  /// Sell new licenses.
  case sellNewLicenses
  /// Sell new services.
  case sellNewServices
  /// Decrease quantity.
  case decreaseQuantity
  /// Renew existing.
  case renewExisting
  /// Cancel existing.
  case cancelExisting
  /// Deploy under existing subscription.
  case deployUnderExistingSubscription
  /// Increase quantity.
  case increaseQuantity
  /// Add addon.
  case addAddon
  /// Create customer.
  case createCustomer
  /// View billing.
  case viewBilling
  /// Pay invoice.
  case payInvoice
  /// Update profile.
  case updateProfile
  /// Submit support request.
  case submitSupportRequest
  /// Delegated administration.
  case delegatedAdministration
}

/// Where a capability's answer comes from.
public enum CapabilityBasis: UInt8, Word {
  /// The support article says so.
  case article = 1
  /// Our reading of the article.
  case interpretation
  /// The way back to good standing needs it.
  case wayBack
}

/// Something worth knowing that is not a reason for suspension.
public enum Notice: UInt8, Word {
  /// Payment delinquent.
  case paymentDelinquent = 1
  /// Unallocated payment.
  case unallocatedPayment
  /// Disputed.
  case disputed
  /// Verification pending.
  case verificationPending
  /// Profile incomplete.
  case profileIncomplete
  /// Abuse under review.
  case abuseUnderReview
  /// Provider suspended.
  case providerSuspended
  /// Reason not applicable.
  case reasonNotApplicable
  /// Invoice on unbilled type.
  case invoiceOnUnbilledType
  /// Balance without invoice.
  case balanceWithoutInvoice
  /// Diverges from observed.
  case divergesFromObserved
  /// No evidence.
  case noEvidence
}

/// How far the way back is.
public enum ReinstatementState: UInt8, Word {
  /// Not suspended.
  case none = 1
  /// Not requested.
  case notRequested
  /// Requested, but a reason still holds.
  case awaitingRemedy
  /// In review.
  case inReview
  /// Partner action needed.
  case partnerActionNeeded
  /// Declined.
  case declined
}

/// A set of words as bits: bit n is the word with raw value n.
public struct WordSet<Element: Word>: Hashable, Sendable {
  /// The bits; bit 0 is never set.
  public var bits: UInt64

  /// The set with these bits.
  @inlinable
  public init(bits: UInt64 = 0) {
    self.bits = bits
  }

  /// The set of these words.
  @inlinable
  public init(_ words: some Sequence<Element>) {
    bits = words.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }

  /// Every word there is.
  @inlinable
  public static var all: WordSet { WordSet(Element.allCases) }

  /// Whether the set holds a word.
  @inlinable
  public func contains(_ word: Element) -> Bool {
    bits & 1 << UInt64(word.rawValue) != 0
  }

  /// Adds a word.
  @inlinable
  public mutating func insert(_ word: Element) {
    bits |= 1 << UInt64(word.rawValue)
  }

  /// Takes a word out.
  @inlinable
  public mutating func remove(_ word: Element) {
    bits &= ~(1 << UInt64(word.rawValue))
  }

  /// Whether the set holds nothing.
  @inlinable
  public var isEmpty: Bool { bits == 0 }

  /// The words, ascending.
  @inlinable
  public var words: [Element] {
    var rest = self
    var words: [Element] = []
    while let word = rest.removeFirst() { words.append(word) }
    return words
  }

  /// Takes the smallest word out; nil: there is none. Bits that are no words are dropped.
  @inlinable
  public mutating func removeFirst() -> Element? {
    while bits != 0 {
      let bit = UInt8(bits.trailingZeroBitCount)
      bits &= bits - 1
      if let word = Element(rawValue: bit) { return word }
    }
    return nil
  }
}

extension WordSet: ExpressibleByArrayLiteral {
  /// The set of these words.
  @inlinable
  public init(arrayLiteral words: Element...) {
    self.init(words)
  }
}
