internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import AccountStatusRules
package import TTRPC

/// The handler of `SimulateStatus`. On the loop's thread; the facts are judged on a worker.
///
/// The ledger is only read: what is simulated is added to a copy.
package final class SimulationCalls {
  private let evaluator: Evaluator
  private let index: StatusIndex
  private let freshness: Freshness
  private let editions: EditionCatalogue
  private let clock: any LedgerClock

  package init(
    evaluator: Evaluator, index: StatusIndex, freshness: Freshness, editions: EditionCatalogue,
    clock: any LedgerClock
  ) {
    self.evaluator = evaluator
    self.index = index
    self.freshness = freshness
    self.editions = editions
    self.clock = clock
  }

  /// Adds the method to a router; `server` gives the server that the answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(StatusService.simulateStatus) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try simulateStatus(context, payload, responder)
      }
    }
  }

  private func simulateStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ReceivedSimulation.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      let query = editions.resolve(request.query, under: edition, at: clock.now)
      simulate(query, request.facts, about: request.accountID) { [self] result in
        switch result {
        case .failure(let error): responder.fail(error)
        case .success(let simulated): complete(simulated, query, responder)
        }
      }
    }
  }

  /// An account that nobody knows may be registered by the facts.
  private func simulate(
    _ query: EvaluationQuery, _ facts: [ReceivedFact], about account: AccountID,
    _ completion: @escaping (Result<SimulatedStatus, RPCError>) -> Void
  ) {
    let work: @Sendable (AccountSnapshot?) -> SimulatedStatus = { snapshot in
      SimulatedStatus(query, facts, of: account, on: snapshot)
    }
    evaluator.compute(about: account, work) { [evaluator] result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let simulated?): completion(.success(simulated))
      case .success(nil): evaluator.compute({ work(nil) }, { completion(.success($0)) })
      }
    }
  }

  private func complete(
    _ simulated: SimulatedStatus, _ query: EvaluationQuery, _ responder: Responder
  ) {
    guard simulated.isWorthTelling else { return responder.fail(.notFound(simulated.account)) }
    addNotice(to: simulated.actual, query) { [self] actual in
      addNotice(to: simulated.simulated, query) { [index] hypothetical in
        do throws(RPCError) {
          responder.send(
            SimulateStatusResponse(
              actual: try actual.get(), simulated: try hypothetical.get(),
              results: simulated.results, transitions: simulated.transitions,
              token: index.encodedToken))
        } catch {
          responder.fail(error)
        }
      }
    }
  }

  private func addNotice(
    to evaluation: Evaluation, _ query: EvaluationQuery,
    _ completion: @escaping (Result<AccountStatus?, RPCError>) -> Void
  ) {
    guard let status = evaluation.status else { return completion(.success(nil)) }
    evaluator.addProviderNotice(to: status, evaluation.providers, query) {
      completion($0.map(Optional.some))
    }
  }
}
