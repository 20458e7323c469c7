package import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
package import AccountStatusRules
package import TTRPC

// What the server's calls fail with, as errors that cross the wire.

extension RPCError {
  /// Never "active": what is not registered is not found.
  package static func notFound(_ account: AccountID) -> RPCError {
    RPCError(
      .accountNotFound,
      "account \(account) is not registered; check the id and the times asked for, or register it",
      metadata: [("account_id", account.text)])
  }

  /// The ledger cannot answer or store at present.
  package static func unavailable(_ error: LedgerError) -> RPCError {
    let isStopping = error.code == .stopped
    return RPCError(
      isStopping ? .shuttingDown : .readOnly, error.message,
      details: [.retryInfo(after: .seconds(1))])
  }

  /// Too many evaluations under way.
  package static var tooManyQuestions: RPCError {
    RPCError(
      .tooMuch,
      "\(Evaluator.maximumPending) questions are being evaluated; try again in a moment",
      details: [.retryInfo(after: .milliseconds(100))])
  }

  /// No edition has that name.
  ///
  /// - field: the request's that names it.
  package static func unknownEdition(
    _ error: UnknownEdition, field: String = "policyEdition"
  ) -> RPCError {
    RPCError(
      .unknownEdition, error.description,
      metadata: [("known", error.known.joined(separator: ","))],
      details: [.badRequest(field: field, description: error.description)])
  }

  /// A page token that this server did not give out.
  package static func foreignPageToken(_ token: String) -> RPCError {
    RPCError(
      .foreignToken, "\"\(token)\" is not a page token of this server; start from the first page",
      details: [.badRequest(field: "pageToken", description: "not a page token of this server")])
  }
}

extension AccountStatusAPI.FactRefusal {
  /// A refusal by the ledger.
  package init(_ refused: RefusedFact) {
    self.init(refused.refusal, of: refused.identity, at: refused.index)
  }

  /// A refusal of the fact at a place of the request.
  package init(
    _ refusal: AccountStatusRules.FactRefusal, of identity: FactIdentity, at index: Int
  ) {
    let place = "facts[\(index)]"
    self.init(
      index: index, source: identity.source.text, factID: identity.factID.text,
      code: refusal.code.rpcCode,
      field: refusal.field.isEmpty ? place : "\(place).\(refusal.field)",
      message: refusal.message,
      outstanding: refusal.outstanding.map { reason in
        var reason = reason
        reason.subjects = Array(reason.subjects.prefix(Self.mostSubjects))
        return reason
      })
  }

  /// The most subjects of a reason outstanding, as the contract says.
  private static var mostSubjects: Int { 100 }

  /// A fact that was malformed on receipt.
  package init(index: Int, _ received: ReceivedFact, _ error: FormError) {
    self.init(
      index: index, source: received.source, factID: received.factID, code: .invalidArgument,
      field: error.field, message: error.message)
  }
}

/// The most refusals of a reply with the reasons outstanding, as the contract says: they may take
/// 50 KB each.
private let mostWithReasons = 20

extension [AccountStatusAPI.FactRefusal] {
  /// The same, the reasons outstanding with the first of them only.
  func boundingReasons() -> Self {
    enumerated().map { number, refusal in
      var refusal = refusal
      if number >= mostWithReasons { refusal.outstanding = [] }
      return refusal
    }
  }
}

extension [AccountStatusAPI.FactResult] {
  /// The same, the reasons outstanding with the first refusals only that have some.
  func boundingReasons() -> Self {
    var withReasons = 0
    return map { result in
      guard case .refused(var refusal) = result, !refusal.outstanding.isEmpty else { return result }
      withReasons += 1
      if withReasons > mostWithReasons { refusal.outstanding = [] }
      return .refused(refusal)
    }
  }
}

extension AccountStatusRules.FactRefusal.Code {
  package var rpcCode: RPCCode {
    switch self {
    case .invalidArgument: .invalidArgument
    case .alreadyExists: .alreadyExists
    case .failedPrecondition: .failedPrecondition
    }
  }
}
