internal import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusRules
package import TTRPC

/// What queries are answered from, and how each of them begins. On the loop's thread.
package struct QueryContext {
  let index: StatusIndex
  let evaluator: Evaluator
  let freshness: Freshness
  let editions: EditionCatalogue
  let clock: any LedgerClock
  let loop: EventLoop

  /// Joins the parts.
  package init(
    index: StatusIndex, evaluator: Evaluator, freshness: Freshness, editions: EditionCatalogue,
    clock: any LedgerClock, loop: EventLoop
  ) {
    self.index = index
    self.evaluator = evaluator
    self.freshness = freshness
    self.editions = editions
    self.clock = clock
    self.loop = loop
  }

  /// Goes on when the index shows what a query's `at_least` names; fails the call when that cannot
  /// be. `body` gets the token of the answer, taken before the answer is worked out: one taken when
  /// it is ready could name writes that it does not know of.
  package func begin(
    atLeast: [UInt8], _ context: borrowing CallContext, _ responder: Responder,
    _ body: @escaping (_ token: [UInt8]) -> Void
  ) {
    freshness.wait(for: atLeast, deadline: context.deadline) { [index] error in
      if let error { return responder.fail(error) }
      body(index.encodedToken)
    }
  }
}

extension Router {
  /// Adds every service that answers queries or takes facts; `server` gives the server that late
  /// answers go to.
  package mutating func addServices(
    _ queries: QueryContext, link: LedgerLink, _ server: @escaping () -> RPCServer
  ) {
    StatusCalls(queries).register(in: &self, server)
    ExplanationCalls(queries).register(in: &self, server)
    SimulationCalls(queries).register(in: &self, server)
    LedgerCalls(queries, link: link).register(in: &self, server)
    HistoryCalls(queries).register(in: &self, server)
    BillingCalls(queries).register(in: &self, server)
    EditionCalls(editions: queries.editions).register(in: &self, server)
  }
}
