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
  /// Store facts. Answered in a `Delivery.committed`.
  case report(Report)
  /// Everything known of an account. Answered by `Delivery.facts`.
  case facts(RequestID, AccountID)
  /// One page of an account's facts, in the order they were stored, those with a sequence greater
  /// than `after`. Answered by `Delivery.factPage`.
  case listFacts(RequestID, AccountID, after: UInt64, limit: Int)
  /// Changes at positions greater than `after`, in order, at most `limit` and at most a slice of
  /// them. Answered by `Delivery.changePage`.
  case listChanges(RequestID, after: UInt64, limit: Int)
  /// Commit every transition due by the clock's present, also after the clock was set back.
  /// Answered by `Delivery.caughtUp`, once all have been delivered.
  case catchUp(RequestID)
}

/// Facts to store, judged in this order, each seeing those before it, at one recorded_at.
///
/// A class, because it is passed on several times before it is committed, and a reference is passed
/// on for less than a dozen texts.
package final class Report: Sendable {
  /// Names the request.
  package let id: RequestID
  /// What is reported.
  package let facts: [Fact]
  /// What a bad fact does to its neighbours.
  package let mode: ReportMode
  /// Who reports.
  package let recorder: Recorder

  /// Describes a report.
  package init(_ id: RequestID, facts: [Fact], mode: ReportMode, recorder: Recorder) {
    self.id = id
    self.facts = facts
    self.mode = mode
    self.recorder = recorder
  }
}

extension LedgerRequest {
  /// Store facts.
  package static func report(
    _ id: RequestID, facts: [Fact], mode: ReportMode, recorder: Recorder
  ) -> LedgerRequest {
    .report(Report(id, facts: facts, mode: mode, recorder: recorder))
  }

  /// Its name.
  package var id: RequestID {
    switch self {
    case .report(let report): report.id
    case .facts(let id, _), .listFacts(let id, _, _, _), .listChanges(let id, _, _),
      .catchUp(let id):
      id
    }
  }
}
