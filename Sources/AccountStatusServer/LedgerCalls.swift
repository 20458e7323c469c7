internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
package import TTRPC

/// The handlers of `LedgerService`. On the loop's thread.
package final class LedgerCalls {
  private let link: LedgerLink
  private let index: StatusIndex
  private let freshness: Freshness
  /// The recorder of each connection, by its slot; read from /proc once per connection.
  private var recorders: [UInt32: (generation: UInt32, recorder: Recorder)] = [:]

  package init(link: LedgerLink, index: StatusIndex, freshness: Freshness) {
    self.link = link
    self.index = index
    self.freshness = freshness
  }

  /// Adds the service to a router; `server` gives the server that the answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(LedgerService.reportFacts) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try reportFacts(context, payload, responder)
      }
    }
    router.unary(LedgerService.listFacts) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try listFacts(context, payload, responder)
      }
    }
    router.stream(LedgerService.importFacts) { [self] context, stream in
      FactImport(stream: stream, link: link, recorder: recorder(of: context))
    }
  }

  private func reportFacts(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ReceivedReport.decodeRequest(payload)
    guard !request.facts.isEmpty else {
      throw RPCError(FormError(field: "facts", "is empty; send 1 to 1000 facts"))
    }
    var report = Report(request.facts, mode: request.mode)
    guard report.isWorthAsking else {
      guard report.mode == .each else { throw .refused(report.refusals) }
      responder.send(ReportFactsResponse(results: report.finished, token: index.encodedToken))
      return
    }
    let mode: AccountStatusLedger.ReportMode = report.mode == .each ? .each : .allOrNothing
    link.report(report.facts, mode: mode, recorder: recorder(of: context)) { result in
      do throws(RPCError) {
        let token = try report.complete(with: result)
        responder.send(ReportFactsResponse(results: report.finished, token: token.encoded))
      } catch {
        responder.fail(error)
      }
    }
  }

  private func listFacts(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ListFactsRequest.decodeRequest(payload)
    let after = try FactPageToken.sequence(request.pageToken)
    let limit = request.pageLimit
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [link] error in
      if let error { return responder.fail(error) }
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

/// Where a page of facts begins: behind the sequence that the token spells.
private enum FactPageToken {
  static func sequence(_ token: String) throws(RPCError) -> UInt64 {
    if token.isEmpty { return 0 }
    guard let sequence = UInt64(token) else { throw .foreignPageToken(token) }
    return sequence
  }
}

/// One bulk import: chunks in, an answer to each after its commit.
///
/// Takes in at most `maximumUnanswered` chunks; more stay in the stream's bounded queue, so that a
/// client that ignores the limit is held back by the runtime, not by memory.
private final class FactImport: StreamHandler {
  static let maximumUnanswered = 8

  private let stream: ResponseStream
  private let link: LedgerLink
  private let recorder: Recorder
  private var unanswered = 0
  private var isHalfClosed = false
  private var isDraining = false
  private var isOver = false

  init(stream: ResponseStream, link: LedgerLink, recorder: Recorder) {
    self.stream = stream
    self.link = link
    self.recorder = recorder
  }

  func received(_ message: UnsafeRawBufferPointer) {
    guard !isOver, !isDraining else { return }
    do throws(RPCError) {
      let chunk = try ReceivedChunk.decodeRequest(message)
      let report = Report(chunk.facts, mode: .each)
      unanswered += 1
      if unanswered == Self.maximumUnanswered { stream.pauseReceiving() }
      // Also a chunk without a good fact goes through the ledger: answers keep their order.
      link.report(report.facts, mode: .each, recorder: recorder) { [self] result in
        finish(chunk.chunk, report, result)
      }
    } catch {
      end(error)
    }
  }

  func halfClosed() {
    isHalfClosed = true
    finishIfDone()
  }

  func cancelled() {
    isOver = true
  }

  /// Takes in nothing more: what the ledger has is answered, then the client resumes elsewhere.
  func stopping(_ reason: StopReason, _ stream: ResponseStream) {
    guard reason == .draining, !isOver else { return }
    isDraining = true
    stream.pauseReceiving()
    finishIfDone()
  }

  private func finish(
    _ chunk: UInt64, _ report: Report,
    _ result: Result<(ReportResult, LedgerToken), LedgerError>
  ) {
    guard !isOver else { return }
    var report = report
    let token: LedgerToken
    do throws(RPCError) {
      token = try report.complete(with: result)
    } catch {
      return end(error)
    }
    stream.send(
      ImportFactsResponse(chunk: chunk, results: report.finished, token: token.encoded))
    if unanswered == Self.maximumUnanswered, !isDraining { stream.resumeReceiving() }
    unanswered -= 1
    finishIfDone()
  }

  private func finishIfDone() {
    guard unanswered == 0, !isOver else { return }
    if isHalfClosed {
      isOver = true
      stream.finish()
    } else if isDraining {
      end(
        RPCError(
          .shuttingDown, "the server is shutting down; resume after the last answered chunk",
          details: [.retryInfo(after: .seconds(1))]))
    }
  }

  private func end(_ error: RPCError) {
    isOver = true
    stream.fail(error)
  }
}
