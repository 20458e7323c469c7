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
  /// The well-formed facts.
  package private(set) var facts: [Fact] = []
  /// The others, in the request's order.
  package private(set) var malformed: [AccountStatusAPI.FactRefusal] = []
  /// Where each of `facts` stood in the request; empty where all are well formed.
  private var places: [Int] = []
  package let mode: AccountStatusAPI.ReportMode

  package init(_ received: [ReceivedFact], mode: AccountStatusAPI.ReportMode) {
    self.mode = mode
    facts.reserveCapacity(received.count)
    for (index, item) in received.enumerated() {
      switch item.fact {
      case .success(let fact):
        if !malformed.isEmpty { places.append(index) }
        facts.append(fact)
      case .failure(let error):
        if malformed.isEmpty { places = Array(0..<index) }
        malformed.append(FactRefusal(index: index, item, error))
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

  /// Whether the ledger is to be asked at all.
  package var isWorthAsking: Bool { !facts.isEmpty && (mode == .each || malformed.isEmpty) }

  /// One result per fact of the request, with the ledger's answer, and the position they are at;
  /// throws when nothing was stored.
  package func results(
    with answer: Result<(ReportResult, LedgerToken), LedgerError>
  ) throws(RPCError) -> (results: [AccountStatusAPI.FactResult], token: LedgerToken) {
    let (outcome, token) = try answer.mapError(RPCError.unavailable).get()
    switch outcome {
    case .done(let outcomes):
      return (results(with: outcomes), token)
    case .refused(let refusals):
      throw .refused(
        refusals.map { FactRefusal($0.placed(at: place(of: $0.index))) }.boundingReasons(),
        because: refusals.first?.reason ?? .serverFault)
    }
  }

  /// One result per fact of the request; without outcomes of a ledger those of malformed facts.
  package func results(
    with outcomes: [AccountStatusLedger.FactResult] = []
  ) -> [AccountStatusAPI.FactResult] {
    var results: [AccountStatusAPI.FactResult] = []
    results.reserveCapacity(outcomes.count + malformed.count)
    var refusals = malformed[...]
    for (index, outcome) in outcomes.enumerated() {
      let place = place(of: index)
      while results.count < place, let refusal = refusals.popFirst() {
        results.append(.refused(refusal))
      }
      results.append(named(outcome, at: place))
    }
    results.append(contentsOf: refusals.map { .refused($0) })
    return results.boundingReasons()
  }

  private func place(of index: Int) -> Int { places.isEmpty ? index : places[index] }

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
