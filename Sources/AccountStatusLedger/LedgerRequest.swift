package import AccountStatusModel

/// Names a request; chosen by the caller, returned with the result.
package struct RequestID: Hashable, Sendable {
  /// The caller's number.
  package var number: UInt64

  /// Names a request.
  package init(_ number: UInt64) {
    self.number = number
  }
}

/// What happens to the good facts of a request that holds a bad one.
package enum ReportMode: Hashable, Sendable {
  /// Nothing is stored.
  case allOrNothing
  /// Every fact has its own result.
  case each
}

/// What the ledger can be asked. Its form and the caller's rights are already checked.
package enum LedgerRequest: Sendable {
  /// Store facts, judged in this order, each seeing those before it, at one recorded_at.
  /// Answered in a `Delivery.committed`.
  case report(RequestID, facts: [Fact], mode: ReportMode, recorder: Recorder)
  /// Everything known of an account. Answered by `Delivery.facts`.
  case facts(RequestID, AccountID)
  /// One page of an account's facts, in the order they were stored, those with a sequence greater
  /// than `after`. Answered by `Delivery.factPage`.
  case listFacts(RequestID, AccountID, after: UInt64, limit: Int)
  /// Commit every transition due by the clock's present, also after the clock was set back.
  /// Answered by `Delivery.caughtUp`, once all have been delivered.
  case catchUp(RequestID)
}

extension LedgerRequest {
  /// Its name.
  package var id: RequestID {
    switch self {
    case .report(let id, _, _, _), .facts(let id, _), .listFacts(let id, _, _, _),
      .catchUp(let id):
      id
    }
  }
}
