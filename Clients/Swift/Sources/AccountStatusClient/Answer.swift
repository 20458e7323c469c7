public import AccountStatusModel

/// A position in the server's history of changes.
///
/// Every write returns one and every read takes one as `atLeast`: the answer is then at least that
/// fresh. It is opaque, and only the server that gave it understands it.
public struct Token: Sendable, Hashable {
  /// The bytes, to keep or to pass on.
  public var bytes: [UInt8]

  /// Takes bytes that were a token's.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }
}

/// Which way an answer came.
public enum AnswerSource: Sendable, Hashable {
  /// From the status table, in this process.
  case table
  /// From the cache that this process keeps of what the server told.
  case cache
  /// From the server.
  case rpc
  /// From the caller: nobody knew.
  case callersDefault
}

/// What a call returned, and the position it was answered at.
///
/// The value's properties are read directly, as in `answer.state`.
@dynamicMemberLookup
public struct Answer<Value: Sendable>: Sendable {
  /// What was asked for.
  public var value: Value
  /// The position of the answer: pass it as `atLeast` to read no older state. Empty for an answer
  /// from the table or the cache: what the server says later is never older than that.
  public var token: Token
  /// Which way it came.
  public var source = AnswerSource.rpc
  /// Time since the server's last sign of life; zero for what it answered itself.
  public var age = Duration.zero

  /// Describes an answer.
  public init(
    _ value: Value, token: Token, source: AnswerSource = .rpc, age: Duration = .zero
  ) {
    self.value = value
    self.token = token
    self.source = source
    self.age = age
  }

  /// A property of the value.
  public subscript<Property>(dynamicMember path: KeyPath<Value, Property>) -> Property {
    value[keyPath: path]
  }
}

/// How much a status carries.
public enum StatusView: Sendable, Hashable {
  /// The default: the current answer from memory, reasons by code only.
  case basic
  /// The ledger's answer: adds subjects, detail and since of each reason, and what comes next.
  case full
}

/// One account of a batch: its status, or why there is none.
public struct BatchResult: Sendable, Hashable {
  /// As asked for.
  public var accountID: AccountID
  /// The status; not found is a failure of this account only.
  public var result: Result<AccountStatus, AccountStatusError>
}

/// Whether an account may do what was asked about.
public struct CapabilityCheck: Sendable, Hashable {
  /// One capability's answer.
  public struct Verdict: Sendable, Hashable {
    /// What was asked about.
    public var capability: Capability
    /// Whether the account may.
    public var isAllowed: Bool
    /// Where the answer comes from; nil when this library does not know the server's word for it,
    /// or when the status table answered, which does not say.
    public var basis: CapabilityBasis?
  }

  /// One per capability asked for, in that order.
  public var verdicts: [Verdict]
  /// Where the account stands.
  public var state: AccountState
  /// Why what is denied is denied.
  public var reasons: [Reason]
  /// Counts the changes of the account's current answer.
  public var revision: UInt64
  /// How long the answer is good; nil: no end is known.
  public var nextTransition: NextTransition?
  /// The instant the answer is about.
  public var asOf: Instant

  /// Whether everything that was asked about is allowed.
  public var isAllowed: Bool { verdicts.allSatisfy(\.isAllowed) }
}
