internal import AccountStatusAPI
internal import AccountStatusLedger
internal import AccountStatusModel
internal import AccountStatusRules
internal import CStatusTable
internal import TTRPC

/// Answers ListStatuses: current answers from the index, all others evaluated page by page.
///
/// Always by account id, and a page token is the id that the page ended with: so an account that
/// is in the list all the time is listed once, whatever changes meanwhile. On the loop's thread.
final class StatusLists {
  private let queries: QueryContext

  init(_ queries: QueryContext) {
    self.queries = queries
  }

  func answer(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ListStatusesRequest.decodeRequest(payload)
    let edition = try queries.editions.edition(of: request.query)
    let after = try pageStart(request.pageToken) { try? AccountID($0) }
    queries.begin(atLeast: request.atLeast, context, responder) { [self] token in
      if request.query.isCurrent {
        listCurrent(request, after, token, responder)
      } else {
        listEvaluated(request, under: edition, after, token, responder)
      }
    }
  }

  /// From the index; what it cannot say at this instant is evaluated.
  private func listCurrent(
    _ request: ListStatusesRequest, _ after: AccountID?, _ token: [UInt8], _ responder: Responder
  ) {
    let now = queries.clock.now
    let search = ListSearch(queries, request.filter, limit: request.pageLimit, at: now)
    search.begin(after: after) { [self] page in
      let stale = page.entries.filter { $0.result == .STATUS_TABLE_STALE }.map(\.accountID)
      queries.evaluator.answers(queries.editions.current(at: now), about: stale) { result in
        switch result {
        case .failure(let error): responder.fail(error)
        case .success(let evaluated):
          var missing = evaluated.makeIterator()
          let statuses = page.entries.compactMap { entry in
            entry.result == .STATUS_TABLE_STALE
              ? missing.next()?.flatMap { $0.matching(request.filter) } : self.status(entry, now)
          }
          self.send(statuses, page.continuation, token, responder)
        }
      }
    }
  }

  /// By evaluation. A page is of so many accounts, whether they match or not.
  private func listEvaluated(
    _ request: ListStatusesRequest, under edition: PolicyEdition, _ after: AccountID?,
    _ token: [UInt8], _ responder: Responder
  ) {
    let query = queries.editions.resolve(request.query, under: edition, at: queries.clock.now)
    let (accounts, continuation) = queries.index.accounts(after: after, limit: request.pageLimit)
    queries.evaluator.answers(query, about: accounts) { [self] result in
      switch result {
      case .failure(let error): responder.fail(error)
      case .success(let evaluated):
        let statuses = evaluated.compactMap { $0?.matching(request.filter) }
        send(statuses, continuation, token, responder)
      }
    }
  }

  /// A thousand statuses take a worker a millisecond to encode, and would take the loop the same.
  private func send(
    _ statuses: [AccountStatus], _ continuation: AccountID?, _ token: [UInt8],
    _ responder: Responder
  ) {
    let response = ListStatusesResponse(
      statuses: statuses, nextPageToken: continuation?.text ?? "", token: token)
    queries.evaluator.compute({ response.encoded() }, { responder.send(encoded: $0) })
  }

  private func status(_ entry: StatusIndex.Entry, _ now: Instant) -> AccountStatus {
    AccountStatus(
      accountID: entry.accountID, standing: entry.standing,
      policyEdition: queries.editions.default.name,
      revision: entry.revision, asOf: now)
  }
}

extension AccountStatus {
  /// The answer as lists show it, if it is in the list.
  fileprivate func matching(_ filter: StatusFilter) -> AccountStatus? {
    guard filter.matches(standing, asOf: asOf) else { return nil }
    var listed = basicView
    listed.knownAt = knownAt
    listed.standing.reinstatementSince = standing.reinstatementSince
    return listed
  }
}
