package import AccountStatusModel
package import TTRPC

/// The `reason` of a `google.rpc.ErrorInfo` whose domain is `accountstatus.v1`.
///
/// Part of the contract: a client may act on a reason; names are never reused. Each belongs to one
/// code.
package enum ErrorReason: String, Sendable, CaseIterable {
  // INVALID_ARGUMENT
  /// A field is malformed; a `BadRequest` names it.
  case malformedField = "MALFORMED_FIELD"
  /// The request asks for an edition that the server does not have; metadata `known` lists them.
  case unknownEdition = "UNKNOWN_EDITION"
  /// `at_least` or a page token is not one of this server's.
  case foreignToken = "FOREIGN_TOKEN"

  // NOT_FOUND
  /// No such account, as known then, at that instant. Never the same as active.
  case accountNotFound = "ACCOUNT_NOT_FOUND"
  /// The health of a service that this server does not have.
  case serviceNotFound = "SERVICE_NOT_FOUND"

  // ALREADY_EXISTS
  /// The same (source, fact_id) was stored with other content.
  case factConflict = "FACT_CONFLICT"
  /// The same invoice, payment, request … was stated otherwise by another fact.
  case thingConflict = "THING_CONFLICT"

  // FAILED_PRECONDITION
  /// An approval while a reason holds; metadata names each reason and its subjects, at
  /// most 100 each.
  case reasonsOutstanding = "REASONS_OUTSTANDING"
  /// A reinstatement may be requested by a global admin only.
  case roleNotAllowed = "ROLE_NOT_ALLOWED"
  /// The clock is the system's; start the server with `--clock manual`.
  case clockNotManual = "CLOCK_NOT_MANUAL"
  /// The clock never goes backwards.
  case clockBackwards = "CLOCK_BACKWARDS"

  // OUT_OF_RANGE
  /// A sum of money does not fit what Money can say.
  case amountOutOfRange = "AMOUNT_OUT_OF_RANGE"

  // PERMISSION_DENIED
  /// The policy does not let this user call the method, or report this fact.
  case notPermitted = "NOT_PERMITTED"

  // UNAVAILABLE
  /// The ledger cannot be written at present; reads go on. The message has the cause.
  case readOnly = "READ_ONLY"
  /// The server is shutting down.
  case shuttingDown = "SHUTTING_DOWN"
  /// The position of `at_least` was not reached in time.
  case positionNotReached = "POSITION_NOT_REACHED"

  // RESOURCE_EXHAUSTED
  /// More than a documented bound of what one request may hold or the server queues.
  case tooMuch = "TOO_MUCH"
  /// A watch was not read for too long; it may go on behind its last token.
  case watchTooSlow = "WATCH_TOO_SLOW"

  // INTERNAL
  /// A fault of the server's own.
  case serverFault = "SERVER_FAULT"

  /// The code of every error with this reason.
  package var code: RPCCode {
    switch self {
    case .malformedField, .unknownEdition, .foreignToken: .invalidArgument
    case .accountNotFound, .serviceNotFound: .notFound
    case .factConflict, .thingConflict: .alreadyExists
    case .reasonsOutstanding, .roleNotAllowed, .clockNotManual, .clockBackwards:
      .failedPrecondition
    case .amountOutOfRange: .outOfRange
    case .notPermitted: .permissionDenied
    case .readOnly, .shuttingDown, .positionNotReached: .unavailable
    case .tooMuch, .watchTooSlow: .resourceExhausted
    case .serverFault: .internal
    }
  }

  /// The domain of our reasons.
  package static let domain = "accountstatus.v1"
}

extension RPCError {
  /// An error with a documented reason.
  package init(
    _ reason: ErrorReason, _ message: String, metadata: [(String, String)] = [],
    details: [ErrorDetail] = []
  ) {
    let info = ErrorDetail.errorInfo(
      reason: reason.rawValue, domain: ErrorReason.domain,
      metadata: metadata.map { ErrorInfo.KeyValue($0.0, $0.1) })
    self.init(reason.code, message, details: [info] + details)
  }

  /// A malformed field: INVALID_ARGUMENT, with a `BadRequest` that names it.
  package init(_ error: FormError) {
    self.init(
      .malformedField, error.description,
      details: [.badRequest(field: error.field, description: error.message)])
  }

  /// The documented reason, where the error has one.
  package var reason: ErrorReason? {
    guard let info = errorInfo, info.domain == ErrorReason.domain else { return nil }
    return ErrorReason(rawValue: info.reason)
  }
}

extension ErrorDetail {
  fileprivate static let reportFactsFailureURL =
    "type.googleapis.com/accountstatus.v1.ReportFactsFailure"

  /// Every refused fact of a failed ALL_OR_NOTHING call.
  package static func reportFactsFailure(_ failure: ReportFactsFailure) -> ErrorDetail {
    ErrorDetail(typeURL: reportFactsFailureURL, value: failure.encoded())
  }
}

extension RPCError {
  /// The refused facts that the details name; empty when there are none.
  package var factRefusals: [FactRefusal] {
    for detail in details where detail.typeURL == ErrorDetail.reportFactsFailureURL {
      if let failure = try? ReportFactsFailure.decode(detail.value) { return failure.refusals }
    }
    return []
  }
}
