internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import AccountStatusRules
internal import ExplanationText
package import TTRPC

/// The handler of `StatusService.ExplainStatus`. On the loop's thread, but for the explaining and
/// its wording: an explanation has up to some thousand sentences.
package final class ExplanationCalls {
  private let index: StatusIndex
  private let evaluator: Evaluator
  private let freshness: Freshness
  private let editions: EditionCatalogue
  private let clock: any LedgerClock

  package init(
    index: StatusIndex, evaluator: Evaluator, freshness: Freshness, editions: EditionCatalogue,
    clock: any LedgerClock
  ) {
    self.index = index
    self.evaluator = evaluator
    self.freshness = freshness
    self.editions = editions
    self.clock = clock
  }

  /// Adds the method to a router; `server` gives the server that late answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(StatusService.explainStatus) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try explainStatus(context, payload, responder)
      }
    }
  }

  private func explainStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ExplainStatusRequest.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      let query = editions.resolve(request.query, under: edition, at: clock.now)
      let language = Language(tag: request.locale)
      let worded = { @Sendable explained in ExplainStatusResponse(explained, language) }
      evaluator.explanation(of: request.accountID, query, worded) { [index] result in
        responder.complete(
          with: result.map { response in
            var response = response
            response.token = index.encodedToken
            return response
          })
      }
    }
  }
}

extension ExplainStatusResponse {
  /// All but the token.
  fileprivate init(_ explained: ExplainedStatus, _ language: Language) {
    let catalogue = MessageCatalogue.of(language)
    self.init(
      status: explained.status, locale: language.rawValue,
      explanation: explained.explanation.worded { catalogue.text($0) }, token: [])
  }
}
