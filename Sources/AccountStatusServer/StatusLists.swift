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
  private let index: StatusIndex
  private let evaluator: Evaluator
  private let freshness: Freshness
  private let editions: EditionCatalogue
  private let clock: any LedgerClock

  init(
    index: StatusIndex, evaluator: Evaluator, freshness: Freshness, editions: EditionCatalogue,
    clock: any LedgerClock
  ) {
    self.index = index
    self.evaluator = evaluator
    self.freshness = freshness
    self.editions = editions
    self.clock = clock
  }

  func answer(
    _ context: borrowing CallContext, _ payload: UnsafeRawBufferPointer, _ responder: Responder
  ) throws(RPCError) {
    let request = try ListStatusesRequest.decodeRequest(payload)
    let edition = try editions.edition(of: request.query)
    let after = try pageStart(request.pageToken) { try? AccountID($0) }
    freshness.wait(for: request.atLeast, deadline: context.deadline) { [self] error in
      if let error { return responder.fail(error) }
      if request.query.isCurrent {
        listCurrent(request, after, responder)
      } else {
        listEvaluated(request, under: edition, after, responder)
      }
    }
  }

  /// From the index; what it cannot say at this instant is evaluated.
  private func listCurrent(
    _ request: ListStatusesRequest, _ after: AccountID?, _ responder: Responder
  ) {
    let now = clock.now
    let page = index.list(request.filter, after: after, limit: request.pageLimit, at: now)
    let stale = page.entries.filter { $0.result == .STATUS_TABLE_STALE }.map(\.accountID)
    evaluator.answers(editions.current(at: now), about: stale) { [self] result in
      switch result {
      case .failure(let error): responder.fail(error)
      case .success(let evaluated):
        var missing = evaluated.makeIterator()
        let statuses = page.entries.compactMap { entry in
          entry.result == .STATUS_TABLE_STALE
            ? missing.next()?.flatMap { $0.matching(request.filter) } : status(entry, now)
        }
        send(statuses, page.continuation, responder)
      }
    }
  }

  /// By evaluation. A page is of so many accounts, whether they match or not.
  private func listEvaluated(
    _ request: ListStatusesRequest, under edition: PolicyEdition, _ after: AccountID?,
    _ responder: Responder
  ) {
    let query = editions.resolve(request.query, under: edition, at: clock.now)
    let (accounts, continuation) = index.accounts(after: after, limit: request.pageLimit)
    evaluator.answers(query, about: accounts) { [self] result in
      switch result {
      case .failure(let error): responder.fail(error)
      case .success(let evaluated):
        let statuses = evaluated.compactMap { $0?.matching(request.filter) }
        send(statuses, continuation, responder)
      }
    }
  }

  private func send(
    _ statuses: [AccountStatus], _ continuation: AccountID?, _ responder: Responder
  ) {
    responder.send(
      ListStatusesResponse(
        statuses: statuses, nextPageToken: continuation?.text ?? "", token: index.encodedToken))
  }

  private func status(_ entry: StatusIndex.Entry, _ now: Instant) -> AccountStatus {
    AccountStatus(
      accountID: entry.accountID, standing: entry.standing, policyEdition: editions.default.name,
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
