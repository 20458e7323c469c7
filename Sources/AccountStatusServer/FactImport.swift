internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import TTRPC

/// One bulk import: chunks in, an answer to each after its commit.
///
/// Takes in at most `maximumUnanswered` chunks; more stay in the stream's bounded queue, so that a
/// client that ignores the limit is held back by the runtime, not by memory.
final class FactImport: StreamHandler {
  static let maximumUnanswered = 8

  private let stream: ResponseStream
  private let link: LedgerLink
  private let evaluator: Evaluator
  private let recorder: Recorder
  /// Chunks taken in and not answered.
  private var unanswered = 0
  /// Whether a chunk is being read.
  private var isReading = false
  private var isHolding = false
  private var isHalfClosed = false
  private var isDraining = false
  private var isOver = false

  init(stream: ResponseStream, link: LedgerLink, evaluator: Evaluator, recorder: Recorder) {
    self.stream = stream
    self.link = link
    self.evaluator = evaluator
    self.recorder = recorder
  }

  func received(_ message: UnsafeRawBufferPointer) {
    guard !isOver, !isDraining else { return }
    unanswered += 1
    isReading = true
    evaluator.read(message, Self.read) { [self] result in
      isReading = false
      guard !isOver else { return }
      switch result {
      case .success(let (chunk, report)): store(chunk, report)
      case .failure(let error): end(error)
      }
      hold()
    }
    hold()
  }

  @Sendable private static func read(
    _ message: UnsafeRawBufferPointer
  ) throws(RPCError) -> (UInt64, Report) {
    let chunk = try ReceivedChunk.decodeRequest(message)
    return (chunk.chunk, Report(chunk.facts, mode: .each))
  }

  private func store(_ chunk: UInt64, _ report: Report) {
    // Also a chunk without a good fact goes through the ledger: answers keep their order.
    link.report(report.facts, mode: .each, recorder: recorder) { [self] result in
      finish(chunk, report, result)
    }
  }

  /// Holds further chunks back while one is read, so that they keep their order, and while as many
  /// as may be are with the ledger.
  private func hold() {
    guard !isOver else { return }
    let holds = isReading || unanswered >= Self.maximumUnanswered || isDraining
    guard holds != isHolding else { return }
    isHolding = holds
    if holds { stream.pauseReceiving() } else { stream.resumeReceiving() }
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
    hold()
    finishIfDone()
  }

  private func finish(
    _ chunk: UInt64, _ report: Report,
    _ answer: Result<(ReportResult, LedgerToken), LedgerError>
  ) {
    guard !isOver else { return }
    do throws(RPCError) {
      let (results, token) = try report.results(with: answer)
      stream.send(ImportFactsResponse(chunk: chunk, results: results, token: token.encoded))
    } catch {
      return end(error)
    }
    unanswered -= 1
    hold()
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
