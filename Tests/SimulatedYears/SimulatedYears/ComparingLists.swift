import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable

extension Simulation {
  /// An account in a list, as it is shown.
  private struct Listed: Equatable {
    var account: AccountID
    var answer: BasicAnswer
    var revision: UInt64?
  }

  /// Every kind of list, page by page, against the answer of every account.
  mutating func compareLists() throws {
    let now = clock.now
    var all: [Listed] = []
    for account in expected.accounts.sorted(by: { $0.id < $1.id }) {
      guard let answer = account.answer(at: now) else { continue }
      // A record that holds no longer is evaluated, and its revision with it.
      let isShown = account.isHolding(at: now)
      let revision = account.revision + (now < account.flipAt ? 0 : 1)
      all.append(
        Listed(account: account.id, answer: answer, revision: isShown ? revision : nil))
    }
    for (what, filter, matches) in lists(days: random.number(0...40)) {
      try comparisons.equal(
        .list, list(filter), all.filter { matches($0.answer) }, "\(what) at \(now)")
    }
  }

  /// Lists by everything that they can ask for, and what each means.
  private func lists(
    days: Int64
  ) -> [(String, StatusFilter, (BasicAnswer) -> Bool)] {
    let now = clock.now
    let age = days * Instant.nanosecondsPerDay
    var lists: [(String, StatusFilter, (BasicAnswer) -> Bool)] = [
      ("all", StatusFilter(), { _ in true }),
      ("eligible", StatusFilter(isEligible: true), { $0.isEligibleForReinstatement }),
      (
        "suspended within \(days) days",
        StatusFilter(suspendsBefore: now.adding(nanoseconds: age)),
        { $0.nextState == .suspended && $0.nextTransitionAt < now.adding(nanoseconds: age) }
      ),
      (
        "suspended for more than \(days) days",
        StatusFilter(state: .suspended, olderThan: .nanoseconds(age)),
        { $0.state == .suspended && now.nanoseconds - $0.since.nanoseconds > age }
      ),
    ]
    for state in AccountState.allCases {
      lists.append(("\(state)", StatusFilter(state: state), { $0.state == state }))
    }
    for reason in ReasonCode.allCases {
      lists.append(("\(reason)", StatusFilter(reason: reason), { $0.reasons.contains(reason) }))
    }
    for notice in Notice.allCases where notice != .providerSuspended {
      lists.append(("\(notice)", StatusFilter(notice: notice), { $0.notices.contains(notice) }))
    }
    for state in ReinstatementState.allCases {
      lists.append(
        ("\(state)", StatusFilter(reinstatementState: state), { $0.reinstatementState == state }))
      lists.append(
        (
          "\(state) for more than \(days) days",
          StatusFilter(reinstatementState: state, olderThan: .nanoseconds(age)),
          {
            guard $0.reinstatementState == state, let since = $0.reinstatementSince else {
              return false
            }
            return now.nanoseconds - since.nanoseconds > age
          }
        ))
    }
    return lists
  }

  /// The accounts of a list; those whose record holds no longer are evaluated, as the server does.
  private func list(_ filter: StatusFilter) throws -> [Listed] {
    var found: [Listed] = []
    var last: AccountID?
    repeat {
      let page = server.index.list(filter, after: last, limit: 100, at: clock.now)
      for entry in page.entries {
        guard entry.result == .STATUS_TABLE_STALE else {
          found.append(
            Listed(
              account: entry.accountID, answer: BasicAnswer(entry.standing),
              revision: entry.revision))
          continue
        }
        guard let standing = expected[entry.accountID]?.standing(at: clock.now),
          filter.matches(standing, asOf: clock.now)
        else { continue }
        found.append(Listed(account: entry.accountID, answer: BasicAnswer(standing), revision: nil))
      }
      last = page.continuation
    } while last != nil
    return found
  }
}

extension ExpectedAccount {
  /// Whether the record that the ledger made last answers for an instant.
  fileprivate func isHolding(at instant: Instant) -> Bool {
    guard isCurrent, let validFrom else { return false }
    return validFrom <= instant && instant < validUntil
  }
}
