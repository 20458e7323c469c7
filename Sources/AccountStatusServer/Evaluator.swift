internal import AccountStatusLedger
package import AccountStatusModel
internal import Dispatch
package import TTRPC

/// Answers queries by evaluation: the ledger gives the facts, a worker evaluates, the loop goes on.
///
/// Bounded: past `Limits.maximumPending` it refuses, so that a burst of expensive questions cannot
/// eat the memory. On the loop's thread only, but for the work itself.
package final class Evaluator {
  package typealias Completion = (Result<AccountStatus, RPCError>) -> Void

  /// What comes back from a worker.
  package struct Finished: Sendable {
    fileprivate let ticket: UInt64
    fileprivate let evaluation: Evaluation
  }

  /// Questions under way at once; each holds an account's facts.
  package static let maximumPending = 4096

  private let link: LedgerLink
  private let finished: @Sendable (Finished) -> Void
  private let workers = DispatchQueue(label: "evaluation", attributes: .concurrent)
  private var waiting: [UInt64: (Evaluation) -> Void] = [:]
  private var lastTicket: UInt64 = 0

  /// `finished` brings a worker's result back to the loop, which passes it to `receive`.
  package init(link: LedgerLink, finished: @escaping @Sendable (Finished) -> Void) {
    self.link = link
    self.finished = finished
  }

  /// Evaluates an account; NOT_FOUND when it is not registered then.
  package func answer(
    _ query: EvaluationQuery, about account: AccountID, _ completion: @escaping Completion
  ) {
    evaluate(query, account) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let evaluation):
        guard let status = evaluation?.status else {
          return completion(.failure(.notFound(account)))
        }
        addProviderNotice(to: status, evaluation?.providers ?? [], query, completion)
      }
    }
  }

  /// Takes a worker's result, on the loop.
  package func receive(_ finished: Finished) {
    waiting.removeValue(forKey: finished.ticket)?(finished.evaluation)
  }

  /// One hop: whether a provider's account is suspended, not why.
  private func addProviderNotice(
    to status: AccountStatus, _ providers: [AccountID], _ query: EvaluationQuery,
    _ completion: @escaping Completion
  ) {
    guard let provider = providers.first, status.state != .closed, status.state != .notCovered
    else { return completion(.success(status)) }
    evaluate(query, provider) { [self] result in
      switch result {
      case .failure(let error):
        completion(.failure(error))
      case .success(let evaluation) where evaluation?.status?.state == .suspended:
        var status = status
        status.standing.notices.insert(.providerSuspended)
        completion(.success(status))
      case .success:
        addProviderNotice(to: status, Array(providers.dropFirst()), query, completion)
      }
    }
  }

  private func evaluate(
    _ query: EvaluationQuery, _ account: AccountID,
    _ completion: @escaping (Result<Evaluation?, RPCError>) -> Void
  ) {
    guard waiting.count + link.pendingCount < Self.maximumPending else {
      return completion(.failure(.tooManyQuestions))
    }
    link.snapshot(of: account) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(.unavailable(error)))
      case .success(nil): completion(.success(nil))
      case .success(let snapshot?):
        lastTicket += 1
        let ticket = lastTicket
        waiting[ticket] = { completion(.success($0)) }
        workers.async { [finished] in
          let evaluation = Evaluation(query, of: account, from: snapshot)
          finished(Finished(ticket: ticket, evaluation: evaluation))
        }
      }
    }
  }
}
