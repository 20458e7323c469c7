package import AccountStatusLedger
package import AccountStatusModel
internal import Dispatch
internal import Synchronization
package import TTRPC

/// Answers what must be computed from an account's facts: the ledger gives the facts, a worker
/// computes, the loop goes on.
///
/// Bounded: past `maximumPending` it refuses, so that a burst of expensive questions cannot eat
/// the memory. On the loop's thread only, but for the work itself.
package final class Evaluator {
  package typealias Completion = (Result<AccountStatus, RPCError>) -> Void

  /// What comes back from a worker: whose result is ready.
  package struct Finished: Sendable {
    fileprivate let ticket: UInt64
  }

  /// Questions under way at once; each holds an account's facts.
  package static let maximumPending = 4096

  private let link: LedgerLink
  private let finished: @Sendable (Finished) -> Void
  private let workers = DispatchQueue(label: "evaluation", attributes: .concurrent)
  private var waiting: [UInt64: () -> Void] = [:]
  private var lastTicket: UInt64 = 0

  /// `finished` brings a worker's result back to the loop, which passes it to `receive`.
  package init(link: LedgerLink, finished: @escaping @Sendable (Finished) -> Void) {
    self.link = link
    self.finished = finished
  }

  /// Runs a pure function of everything known of an account on a worker, and the completion on
  /// the loop: with its value, or nil when nothing is known of the account.
  package func compute<Value: Sendable>(
    about account: AccountID, _ body: @escaping @Sendable (AccountSnapshot) -> Value,
    _ completion: @escaping (Result<Value?, RPCError>) -> Void
  ) {
    guard waiting.count + link.pendingCount < Self.maximumPending else {
      return completion(.failure(.tooManyQuestions))
    }
    link.snapshot(of: account) { [self] result in
      switch result {
      case .failure(let error): completion(.failure(.unavailable(error)))
      case .success(nil): completion(.success(nil))
      case .success(let snapshot?): compute({ body(snapshot) }, { completion(.success($0)) })
      }
    }
  }

  /// Takes a worker's result, on the loop.
  package func receive(_ finished: Finished) {
    waiting.removeValue(forKey: finished.ticket)?()
  }

  /// Runs any work on a worker, and the completion on the loop. Where too much is under way the
  /// work is done here and now: it costs the loop what it would cost without workers.
  package func compute<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value, _ completion: @escaping (Value) -> Void
  ) {
    guard waiting.count < Self.maximumPending else { return completion(body()) }
    lastTicket += 1
    let ticket = lastTicket
    let result = WorkResult<Value>()
    waiting[ticket] = { completion(result.take()) }
    workers.async { [finished] in
      result.set(body())
      finished(Finished(ticket: ticket))
    }
  }
}

/// A place for one value, filled by a worker and emptied by the loop.
private final class WorkResult<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func set(_ result: Value) {
    value.withLock { $0 = result }
  }

  func take() -> Value {
    value.withLock { value in
      guard let result = value else { preconditionFailure("the worker says that it is ready") }
      value = nil
      return result
    }
  }
}

// MARK: - Statuses

extension Evaluator {
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

  /// One hop: whether a provider's account is suspended, not why.
  func addProviderNotice(
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
    compute(about: account, { Evaluation(query, of: account, from: $0) }, completion)
  }
}
