internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
internal import ExplanationText
package import TTRPC

/// The handler of `StatusService.ExplainStatus`. On the loop's thread, but for the explaining and
/// its wording: an explanation has up to some thousand sentences.
package final class ExplanationCalls {
  private let queries: QueryContext

  package init(_ queries: QueryContext) {
    self.queries = queries
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
    let edition = try queries.editions.edition(of: request.query)
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      let query = queries.editions.resolve(request.query, under: edition, at: queries.clock.now)
      let language = Language(tag: request.locale)
      let worded = { @Sendable explained in ExplainStatusResponse(explained, language) }
      queries.evaluator.explanation(of: request.accountID, query, worded) { result in
        responder.complete(
          with: result.map { response in
            var response = response
            response.token = token
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
