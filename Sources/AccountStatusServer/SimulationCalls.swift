internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// The handler of `SimulateStatus`. On the loop's thread; the facts are judged on a worker.
///
/// The ledger is only read: what is simulated is added to a copy.
package final class SimulationCalls {
  private let queries: QueryContext

  package init(_ queries: QueryContext) {
    self.queries = queries
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
    let edition = try queries.editions.edition(of: request.query)
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      let query = queries.editions.resolve(request.query, under: edition, at: queries.clock.now)
      simulate(query, request.facts, about: request.accountID) { [self] result in
        switch result {
        case .failure(let error): responder.fail(error)
        case .success(let simulated): complete(simulated, query, token, responder)
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
    let evaluator = queries.evaluator
    evaluator.compute(about: account, work) { result in
      switch result {
      case .failure(let error): completion(.failure(error))
      case .success(let simulated?): completion(.success(simulated))
      case .success(nil): evaluator.compute({ work(nil) }, { completion(.success($0)) })
      }
    }
  }

  private func complete(
    _ simulated: SimulatedStatus, _ query: EvaluationQuery, _ token: [UInt8],
    _ responder: Responder
  ) {
    guard simulated.isWorthTelling else { return responder.fail(.notFound(simulated.account)) }
    addNotice(to: simulated.actual, query) { [self] actual in
      addNotice(to: simulated.simulated, query) { hypothetical in
        do throws(RPCError) {
          responder.send(
            SimulateStatusResponse(
              actual: try actual.get(), simulated: try hypothetical.get(),
              results: simulated.results, transitions: simulated.transitions,
              token: token))
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
    queries.evaluator.addProviderNotice(to: status, evaluation.providers, query) {
      completion($0.map(Optional.some))
    }
  }
}
