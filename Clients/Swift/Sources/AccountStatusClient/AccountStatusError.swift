internal import AccountStatusAPI
internal import AccountStatusModel
internal import TTRPC

/// Why a call has no answer that can be used.
///
/// None of these means "active": what to do without an answer is the caller's choice.
public struct AccountStatusError: Error, Sendable, Hashable {
  /// What a program decides by.
  public enum Kind: Sendable, Hashable {
    /// The account is not registered, as known then. Never the same as active.
    case notFound
    /// The request is malformed; `fieldViolations` name the fields.
    case invalidArgument
    /// The same id was stored with other content.
    case alreadyExists
    /// The rules refuse it as things stand.
    case failedPrecondition
    /// The server's policy does not let this user.
    case permissionDenied
    /// A bound was reached.
    case resourceExhausted
    /// No server answered, or it cannot at present.
    case unavailable
    /// The time ran out. A write may have been stored all the same: send it again, it counts once.
    case deadlineExceeded
    /// The task was cancelled.
    case cancelled
    /// The server does not have the method; an older one, or one without `--ephemeral`.
    case unimplemented
    /// The server answered something that this library does not understand: a newer one.
    case unreadableReply
    /// Anything else, with the number of the gRPC code.
    case other(code: Int32)
  }

  /// A field of the request that is wrong.
  public struct FieldViolation: Sendable, Hashable {
    /// Path in proto3 JSON names, for example `facts[2].invoiceIssued.total`.
    public var field: String
    /// What is wrong and what would be right.
    public var description: String

    package init(field: String, description: String) {
      self.field = field
      self.description = description
    }
  }

  /// What a program decides by.
  public var kind: Kind
  /// For the person who reads it, in English.
  public var message: String
  /// The documented reason, for example `REASONS_OUTSTANDING`; nil when the server gave none.
  public var reason: String?
  /// What the reason concerns.
  public var metadata: [String: String] = [:]
  /// The fields that are wrong.
  public var fieldViolations: [FieldViolation] = []
  /// The refused facts of a report that stored nothing.
  public var refusals: [FactRefusal] = []
  /// How long to wait before another attempt, where the server says so.
  public var retryDelay: Duration?

  /// Describes an error.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The first field that is wrong.
  public var field: String? { fieldViolations.first?.field }
}

extension AccountStatusError: CustomStringConvertible {
  /// One line for people.
  public var description: String { "\(kind): \(message)" }
}

extension AccountStatusError.Kind: CustomStringConvertible {
  /// The name of the gRPC code.
  public var description: String {
    switch self {
    case .notFound: "NOT_FOUND"
    case .invalidArgument: "INVALID_ARGUMENT"
    case .alreadyExists: "ALREADY_EXISTS"
    case .failedPrecondition: "FAILED_PRECONDITION"
    case .permissionDenied: "PERMISSION_DENIED"
    case .resourceExhausted: "RESOURCE_EXHAUSTED"
    case .unavailable: "UNAVAILABLE"
    case .deadlineExceeded: "DEADLINE_EXCEEDED"
    case .cancelled: "CANCELLED"
    case .unimplemented: "UNIMPLEMENTED"
    case .unreadableReply: "UNREADABLE_REPLY"
    case .other(let code): RPCCode(rawValue: code)?.name ?? "CODE_\(code)"
    }
  }

  init(_ code: RPCCode) {
    switch code {
    case .notFound: self = .notFound
    case .invalidArgument: self = .invalidArgument
    case .alreadyExists: self = .alreadyExists
    case .failedPrecondition: self = .failedPrecondition
    case .permissionDenied: self = .permissionDenied
    case .resourceExhausted: self = .resourceExhausted
    case .unavailable: self = .unavailable
    case .deadlineExceeded: self = .deadlineExceeded
    case .cancelled: self = .cancelled
    case .unimplemented: self = .unimplemented
    default: self = .other(code: code.rawValue)
    }
  }
}

extension AccountStatusError {
  init(_ error: RPCError) {
    self.init(Kind(error.code), error.message)
    if let info = error.errorInfo, info.domain == ErrorReason.domain {
      reason = info.reason
      metadata = Dictionary(info.metadata.map { ($0.key, $0.value) }) { first, _ in first }
    }
    fieldViolations = error.fieldViolations.map {
      FieldViolation(field: $0.field, description: $0.description)
    }
    refusals = error.factRefusals.map { FactRefusal($0) }
    retryDelay = error.retryDelay
  }

  init(_ error: ClientError, socket: String) {
    switch error {
    case .rpc(let error):
      self.init(error)
    case .unavailable(let reason, _):
      self.init(.unavailable, "no answer from \(socket): \(reason)")
    case .deadlineExceeded:
      self.init(.deadlineExceeded, "no answer from \(socket) in time")
    case .cancelled:
      self.init(.cancelled, "the task was cancelled")
    case .tooLarge(let byteCount):
      self.init(
        .resourceExhausted, "a message of \(byteCount) bytes is too large; ask for less at a time")
    case .protocolViolation(let what):
      self.init(.unreadableReply, "\(socket) does not speak ttrpc: \(what)")
    case .closed:
      self.init(.unavailable, "the client is closed")
    }
  }

  /// A request that is malformed before it is sent.
  init(_ error: FormError) {
    self.init(.invalidArgument, error.description)
    fieldViolations = [FieldViolation(field: error.field, description: error.message)]
  }

  /// A reply that does not decode, or says what this library does not know.
  static func unreadable(_ error: FormError) -> AccountStatusError {
    AccountStatusError(.unreadableReply, "the reply is not understood: \(error)")
  }
}
