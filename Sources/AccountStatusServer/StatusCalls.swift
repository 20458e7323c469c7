internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import AccountStatusRules
internal import CStatusTable
package import TTRPC

/// The handlers of `StatusService`. On the loop's thread.
///
/// Current BASIC answers come from the index, on the spot; everything else, and what the index
/// cannot say at this instant, is evaluated.
package final class StatusCalls {
  private let index: StatusIndex
  private let evaluator: Evaluator
  private let freshness: Freshness
  private let editions: EditionCatalogue
  private let clock: any LedgerClock
  private let lists: StatusLists

  package init(
    index: StatusIndex, evaluator: Evaluator, freshness: Freshness, editions: EditionCatalogue,
    clock: any LedgerClock
  ) {
    self.index = index
    self.evaluator = evaluator
    self.freshness = freshness
    self.editions = editions
    self.clock = clock
    lists = StatusLists(
      index: index, evaluator: evaluator, freshness: freshness, editions: editions, clock: clock)
  }

  /// Adds the service to a router; `server` gives the server that late answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    let pointReads = index.pointReads
    router.unary(StatusService.getStatus) { [self] context, payload, reply in
      if pointReads.answer(context, payload, &reply) { return }
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try getStatus(context, payload, responder)
      }
    }
    router.unary(StatusService.batchGetStatus) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try batchGetStatus(context, payload, responder)
      }
    }
    router.unary(StatusService.checkCapability) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try checkCapability(context, payload, responder)
      }
    }
    router.unary(StatusService.listStatuses) { [lists] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try lists.answer(context, payload, responder)
      }
    }
  }

  /// A current BASIC answer: from the index, or evaluated where the index cannot say.
  private func currentAnswer(
    about account: AccountID, at now: Instant, _ completion: @escaping Evaluator.Completion
  ) {
    let (result, status) = index.read(account, at: now)
    switch result {
    case .STATUS_TABLE_FOUND:
      completion(.success(basic(account, status, now)))
    case .STATUS_TABLE_NOT_FOUND:
      completion(.failure(.notFound(account)))
    default:
      evaluator.answer(editions.current(at: now), about: account) {
        completion($0.map(\.basicView))
      }
    }
  }

  private func basic(
    _ account: AccountID, _ status: status_table_status, _ now: Instant
  ) -> AccountStatus {
    AccountStatus(
      accountID: account, standing: status.standing, policyEdition: editions.default.name,
      revision: status.revision, asOf: now)
  }
}

// MARK: - GetStatus

extension StatusCalls {
  private func getStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try GetStatusRequest.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      ask(request.view, request.query, under: edition, about: request.accountID) {
        [index] result in
        responder.complete(
          with: result.map { GetStatusResponse(status: $0, token: index.encodedToken) })
      }
    }
  }

  private func ask(
    _ view: StatusView, _ query: AccountStatusAPI.StatusQuery, under edition: PolicyEdition,
    about account: AccountID, _ completion: @escaping Evaluator.Completion
  ) {
    let now = clock.now
    guard view == .full else { return currentAnswer(about: account, at: now, completion) }
    evaluator.answer(
      editions.resolve(query, under: edition, at: now), about: account, completion)
  }
}

// MARK: - BatchGetStatus

extension StatusCalls {
  private func batchGetStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try BatchGetStatusRequest.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      let batch = Gathering<BatchStatusResult>(count: request.accountIDs.count) { [index] results in
        responder.send(BatchGetStatusResponse(results: results, token: index.encodedToken))
      }
      for (place, text) in request.accountIDs.enumerated() {
        do throws(FormError) {
          ask(request.view, request.query, under: edition, about: try AccountID(text)) { result in
            batch.set(place, BatchStatusResult(accountID: text, result: result))
          }
        } catch {
          let failure = RPCError(error.within("accountIds[\(place)]"))
          batch.set(place, BatchStatusResult(accountID: text, result: .failure(failure)))
        }
      }
      batch.completeIfEmpty()
    }
  }
}

/// Results that come one by one, in any order, and go on together in their own.
package final class Gathering<Element> {
  private var elements: [Element?]
  private var missing: Int
  private let completion: ([Element]) -> Void

  package init(count: Int, _ completion: @escaping ([Element]) -> Void) {
    elements = Array(repeating: nil, count: count)
    missing = count
    self.completion = completion
  }

  /// Takes the result of a place, once.
  package func set(_ place: Int, _ element: Element) {
    elements[place] = element
    missing -= 1
    if missing == 0 { completion(elements.compactMap(\.self)) }
  }

  /// Nothing was asked for: goes on at once.
  package func completeIfEmpty() {
    if elements.isEmpty { completion([]) }
  }
}

// MARK: - CheckCapability

extension StatusCalls {
  private func checkCapability(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try CheckCapabilityRequest.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    let view: StatusView = request.query.isCurrent ? .basic : .full
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      ask(view, request.query, under: edition, about: request.accountID) { [index] result in
        responder.complete(
          with: result.map { status in
            CheckCapabilityResponse(
              request.capabilities, of: status, edition, token: index.encodedToken)
          })
      }
    }
  }
}

extension CheckCapabilityResponse {
  fileprivate init(
    _ capabilities: [Capability], of status: AccountStatus, _ edition: PolicyEdition,
    token: [UInt8]
  ) {
    let results = capabilities.map { capability in
      CapabilityResult(
        capability: capability, isAllowed: status.capabilities.contains(capability),
        basis: edition.capabilities.ruling(on: capability, in: status.state).basis)
    }
    self.init(
      results: results, state: status.state,
      reasons: results.allSatisfy(\.isAllowed) ? [] : status.reasons, revision: status.revision,
      nextTransition: status.nextTransition, asOf: status.asOf, token: token)
  }
}

extension AccountStatus {
  /// The answer without what only the FULL view has.
  var basicView: AccountStatus {
    var copy = self
    copy.knownAt = nil
    copy.standing.reasons = standing.reasons.map { Reason(code: $0.code) }
    copy.standing.nextTransition = standing.nextTransition.map {
      NextTransition(at: $0.at, toState: $0.toState)
    }
    copy.standing.reinstatementSince = nil
    copy.standing.notices.remove(.providerSuspended)
    return copy
  }
}
