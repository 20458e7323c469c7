internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
package import TTRPC

/// The handler of `GetBilling`. On the loop's thread; the view is made on a worker.
package final class BillingCalls {
  private let queries: QueryContext

  package init(_ queries: QueryContext) {
    self.queries = queries
  }

  /// Adds the method to a router; `server` gives the server that the answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(LedgerService.getBilling) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try getBilling(context, payload, responder)
      }
    }
  }

  private func getBilling(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try GetBillingRequest.decodeRequest(payload)
    let first = try pageStart(request.pageToken, BillingPageToken.init)
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      let query = BillingQuery(
        asOf: request.asOf ?? first?.asOf ?? queries.clock.now,
        knownAt: request.knownAt ?? first?.knownAt, months: request.monthCount,
        after: first?.after, limit: request.pageLimit)
      answer(query, about: request.accountID, token, responder)
    }
  }

  private func answer(
    _ query: BillingQuery, about account: AccountID, _ token: [UInt8], _ responder: Responder
  ) {
    let work: @Sendable (AccountSnapshot) -> Result<BillingPage?, RPCError> = { snapshot in
      do throws(RPCError) {
        return .success(try BillingPage(query, of: snapshot))
      } catch {
        return .failure(error)
      }
    }
    queries.evaluator.compute(about: account, work) { result in
      switch result {
      case .failure(let error), .success(.failure(let error)?):
        responder.fail(error)
      case .success(nil), .success(.success(nil)?):
        responder.fail(.notFound(account))
      case .success(.success(let page?)?):
        responder.send(
          GetBillingResponse(view: page.view, nextPageToken: page.nextToken, token: token))
      }
    }
  }
}
