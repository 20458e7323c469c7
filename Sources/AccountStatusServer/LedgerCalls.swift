internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
package import TTRPC

/// The handlers of `LedgerService`. On the loop's thread.
package final class LedgerCalls {
  private let link: LedgerLink
  private let queries: QueryContext
  /// The recorder of each connection, by its slot; read from /proc once per connection.
  private var recorders: [UInt32: (generation: UInt32, recorder: Recorder)] = [:]

  package init(_ queries: QueryContext, link: LedgerLink) {
    self.queries = queries
    self.link = link
  }

  /// Adds the service to a router; `server` gives the server that the answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(LedgerService.reportFacts) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        reportFacts(context, payload, responder)
      }
    }
    router.unary(LedgerService.listFacts) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try listFacts(context, payload, responder)
      }
    }
    router.stream(LedgerService.importFacts) { [self] context, stream in
      FactImport(
        stream: stream, link: link, evaluator: queries.evaluator, recorder: recorder(of: context))
    }
  }

  private func reportFacts(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) {
    let recorder = recorder(of: context)
    queries.evaluator.read(payload, Report.init(request:)) { [self] result in
      do throws(RPCError) {
        try store(try result.get(), recorder, responder)
      } catch {
        responder.fail(error)
      }
    }
  }

  private func store(
    _ report: Report, _ recorder: Recorder, _ responder: Responder
  ) throws(RPCError) {
    guard report.isWorthAsking else {
      guard report.mode == .each else { throw .refused(report.malformed) }
      return responder.send(
        ReportFactsResponse(results: report.results(), token: queries.index.encodedToken))
    }
    let mode: AccountStatusLedger.ReportMode = report.mode == .each ? .each : .allOrNothing
    link.report(report.facts, mode: mode, recorder: recorder) { answer in
      do throws(RPCError) {
        let (results, token) = try report.results(with: answer)
        responder.send(ReportFactsResponse(results: results, token: token.encoded))
      } catch {
        responder.fail(error)
      }
    }
  }

  private func listFacts(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ListFactsRequest.decodeRequest(payload)
    let after = try pageStart(request.pageToken) { UInt64($0) } ?? 0
    let limit = request.pageLimit
    queries.begin(atLeast: request.atLeast, context, responder) { [link] _ in
      link.facts(of: request.accountID, after: after, limit: limit) { result in
        switch result {
        case .failure(let error):
          responder.fail(.unavailable(error))
        case .success(let page) where page.facts.isEmpty && after == 0:
          responder.fail(.notFound(request.accountID))
        case .success(let page):
          let next = page.hasMore ? page.facts.last.map { String($0.sequence) } : nil
          responder.send(
            ListFactsResponse(
              facts: page.facts, nextPageToken: next ?? "", token: page.token.encoded))
        }
      }
    }
  }

  private func recorder(of context: borrowing CallContext) -> Recorder {
    let id = context.id
    if let known = recorders[id.slot], known.generation == id.generation { return known.recorder }
    let recorder = PeerProcess.recorder(of: context.peer)
    recorders[id.slot] = (id.generation, recorder)
    return recorder
  }
}
