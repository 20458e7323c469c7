internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// The handler of GetHistory. On the loop's thread, but for the work, which a worker does: the
/// sweeps, and the encoding of what may be megabytes.
package final class HistoryCalls {
  private let queries: QueryContext

  package init(_ queries: QueryContext) {
    self.queries = queries
  }

  /// Adds the method to a router; `server` gives the server that the answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(LedgerService.getHistory) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try getHistory(context, payload, responder)
      }
    }
  }

  private func getHistory(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try GetHistoryRequest.decodeRequest(payload)
    // Time that passes between two pages changes neither: what is learned meanwhile is newer.
    let before = try pageStart(request.pageToken) { Instant(pageToken: $0) }
    let edition = try queries.editions.edition(of: request.query)
    queries.begin(atLeast: request.atLeast, context, responder) { [queries] _ in
      let question = HistoryQuestion(
        edition: edition, asOf: request.query.asOf ?? queries.clock.now,
        knownAt: request.query.knownAt,
        before: before, limit: request.pageLimit)
      // What the worker encodes carries the token of what it was given.
      let work = { @Sendable snapshot in question.answer(from: snapshot)?.encoded() }
      queries.evaluator.compute(about: request.accountID, work) { result in
        switch result {
        case .failure(let error): responder.fail(error)
        case .success(let message??): responder.send(encoded: message)
        case .success: responder.fail(.notFound(request.accountID))
        }
      }
    }
  }
}

/// What is asked of an account's history, and how a worker answers it.
private struct HistoryQuestion: Sendable {
  let edition: PolicyEdition
  let asOf: Instant
  let knownAt: Instant?
  /// Only corrections recorded before it, and nothing else; nil: the first page.
  let before: Instant?
  /// Of corrections.
  let limit: Int

  /// Nil: the account is not registered then.
  func answer(from snapshot: AccountSnapshot) -> GetHistoryResponse? {
    let facts = snapshot.facts
    guard let registeredAt = facts.registeredAt(knownAt: knownAt), registeredAt <= asOf else {
      return nil
    }
    let page = corrections(
      of: facts, edition: edition, asOf: asOf, knownAt: knownAt, before: before, limit: limit)
    let history =
      before == nil ? history(of: facts, edition: edition, asOf: asOf, knownAt: knownAt) : nil
    return GetHistoryResponse(
      history: history ?? AccountHistory(), corrections: page.corrections,
      nextPageToken: page.before?.pageToken ?? "", asOf: asOf,
      policyEdition: edition.name, token: snapshot.token.encoded)
  }
}
