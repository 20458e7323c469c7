internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
internal import CStatusTable
package import TTRPC

/// The handlers of `StatusService`. On the loop's thread.
///
/// Current BASIC answers come from the index, on the spot; everything else, and what the index
/// cannot say at this instant, is evaluated.
package final class StatusCalls {
  private let queries: QueryContext
  private let lists: StatusLists

  package init(_ queries: QueryContext) {
    self.queries = queries
    lists = StatusLists(queries)
  }

  /// Adds the service to a router; `server` gives the server that late answers go to.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    let pointReads = queries.index.pointReads
    let prepare: UnaryPreparation = { pointReads.prepare($0, $1) }
    router.unary(StatusService.getStatus, prepare: prepare) { [self] context, payload, reply in
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
    let (result, status) = queries.index.read(account, at: now)
    switch result {
    case .STATUS_TABLE_FOUND:
      completion(.success(basic(account, status, now)))
    case .STATUS_TABLE_NOT_FOUND:
      completion(.failure(.notFound(account)))
    default:
      queries.evaluator.answer(queries.editions.current(at: now), about: account) {
        completion($0.map(\.basicView))
      }
    }
  }

  private func basic(
    _ account: AccountID, _ status: status_table_status, _ now: Instant
  ) -> AccountStatus {
    AccountStatus(
      accountID: account, standing: status.standing, policyEdition: queries.editions.default.name,
      revision: status.revision, asOf: now)
  }
}

// MARK: - GetStatus

extension StatusCalls {
  private func getStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try GetStatusRequest.decodeRequest(payload)
    let edition = try queries.editions.edition(of: request.query)
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      ask(request.view, request.query, under: edition, about: request.accountID) { result in
        responder.complete(with: result.map { GetStatusResponse(status: $0, token: token) })
      }
    }
  }

  private func ask(
    _ view: StatusView, _ query: AccountStatusAPI.StatusQuery, under edition: PolicyEdition,
    about account: AccountID, _ completion: @escaping Evaluator.Completion
  ) {
    let now = queries.clock.now
    guard view == .full else { return currentAnswer(about: account, at: now, completion) }
    queries.evaluator.answer(
      queries.editions.resolve(query, under: edition, at: now), about: account, completion)
  }
}

// MARK: - BatchGetStatus

extension StatusCalls {
  private func batchGetStatus(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try BatchGetStatusRequest.decodeRequest(payload)
    let edition = try queries.editions.edition(of: request.query)
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      let batch = Gathering<BatchStatusResult>(count: request.accountIDs.count) { results in
        responder.send(BatchGetStatusResponse(results: results, token: token))
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
    let edition = try queries.editions.edition(of: request.query)
    let view: StatusView = request.query.isCurrent ? .basic : .full
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      ask(view, request.query, under: edition, about: request.accountID) { result in
        responder.complete(
          with: result.map { status in
            CheckCapabilityResponse(request.capabilities, of: status, edition, token: token)
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
