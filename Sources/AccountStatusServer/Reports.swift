package import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// One batch of received facts on its way into the ledger and back.
///
/// What is malformed is refused here; the rest goes to the ledger, which judges its meaning. The
/// results come together again in the order of the request.
package struct Report: Sendable {
  /// One per fact; nil until the ledger has answered.
  private var results: [AccountStatusAPI.FactResult?]
  /// The well-formed facts, and where each stood in the request.
  package private(set) var facts: [Fact] = []
  private var places: [Int] = []
  package let mode: AccountStatusAPI.ReportMode

  package init(_ received: [ReceivedFact], mode: AccountStatusAPI.ReportMode) {
    self.mode = mode
    results = Array(count: received.count, of: nil)
    facts.reserveCapacity(received.count)
    places.reserveCapacity(received.count)
    for (index, item) in received.enumerated() {
      switch item.fact {
      case .success(let fact):
        facts.append(fact)
        places.append(index)
      case .failure(let error):
        results[index] = .refused(FactRefusal(index: index, item, error))
      }
    }
  }

  /// Reads a request; one without facts is malformed.
  package init(request payload: UnsafeRawBufferPointer) throws(RPCError) {
    let request = try ReceivedReport.decodeRequest(payload)
    guard !request.facts.isEmpty else {
      throw RPCError(FormError(field: "facts", "is empty; send 1 to 1000 facts"))
    }
    self.init(request.facts, mode: request.mode)
  }

  /// The refusals so far, in the request's order.
  package var refusals: [AccountStatusAPI.FactRefusal] {
    results.compactMap { if case .refused(let refusal)? = $0 { refusal } else { nil } }
  }

  /// Whether the ledger is to be asked at all.
  package var isWorthAsking: Bool { !facts.isEmpty && (mode == .each || refusals.isEmpty) }

  /// Takes the ledger's results, and the position they are at; throws when nothing was stored.
  package mutating func complete(
    with result: Result<(ReportResult, LedgerToken), LedgerError>
  ) throws(RPCError) -> LedgerToken {
    let (outcome, token) = try result.mapError(RPCError.unavailable).get()
    switch outcome {
    case .done(let outcomes):
      for (place, outcome) in zip(places, outcomes) { results[place] = named(outcome, at: place) }
    case .refused(let refusals):
      throw .refused(
        refusals.map { FactRefusal($0.placed(at: places[$0.index])) }.boundingReasons(),
        because: refusals.first?.reason ?? .serverFault)
    }
    return token
  }

  /// All results. Only after `complete`, or when nothing was worth asking.
  package var finished: [AccountStatusAPI.FactResult] {
    results.compactMap(\.self).boundingReasons()
  }

  private func named(
    _ outcome: AccountStatusLedger.FactResult, at place: Int
  ) -> AccountStatusAPI.FactResult {
    switch outcome {
    case .stored(let sequence): .stored(sequence: sequence)
    case .duplicate(let sequence): .duplicate(sequence: sequence)
    case .refused(let refusal): .refused(FactRefusal(refusal.placed(at: place)))
    }
  }
}

extension RefusedFact {
  /// The same refusal, at its place in the client's request.
  fileprivate func placed(at place: Int) -> Self {
    var copy = self
    copy.index = place
    return copy
  }

  /// The documented reason: which rule stands against the fact.
  fileprivate var reason: ErrorReason {
    switch refusal.code {
    case .invalidArgument: .malformedField
    case .alreadyExists: refusal.field == "factId" ? .factConflict : .thingConflict
    case .failedPrecondition: refusal.outstanding.isEmpty ? .roleNotAllowed : .reasonsOutstanding
    }
  }
}

extension RPCError {
  /// A failed ALL_OR_NOTHING report: the first refusal's reason, with what stands against its
  /// approval as metadata, and every refusal as a detail.
  package static func refused(
    _ refusals: [AccountStatusAPI.FactRefusal], because reason: ErrorReason = .malformedField
  ) -> RPCError {
    guard let first = refusals.first else {
      return RPCError(.serverFault, "a report was refused without a reason")
    }
    let others = refusals.count > 1 ? " (and \(refusals.count - 1) more)" : ""
    let place = first.field.isEmpty ? "facts[\(first.index)]" : first.field
    return RPCError(
      reason, "nothing was stored: \(place): \(first.message)\(others)",
      metadata: first.outstanding.map {
        ($0.code.contractName, $0.subjects.map(\.text).joined(separator: ","))
      },
      details: [
        .badRequest(
          refusals.map { FieldViolation(field: $0.field, description: $0.message) }),
        .reportFactsFailure(ReportFactsFailure(refusals: refusals)),
      ])
  }
}
