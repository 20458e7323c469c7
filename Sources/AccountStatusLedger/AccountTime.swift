import AccountStatusModel
import AccountStatusRules

// What time alone does to accounts, and how a change is noted.

extension AccountBook {
  /// Writes what time alone did to an account: transitions due, a clock set back, other rules.
  func settleAndWrite(_ found: StoredAccount, now: Instant) throws(LedgerError) {
    let before = counters
    isHalfWritten = false
    do {
      let account = cache.find(found.row.accountID) ?? CachedAccount(found)
      try settle(account, now: now)
      try finishRequest(atOnce: true)
    } catch {
      abandonRequest(resuming: before)
      throw error
    }
  }

  /// Brings an account's row to the present. One change for every transition, in their order.
  func settle(_ account: CachedAccount, now: Instant) throws(LedgerError) {
    if !isCurrent(account.stored) {
      let outlook = try outlook(of: account, from: now)
      let previous = account.previousAnswer
      let found = presented(account.stored)
      let revision = account.withFacts {
        found.revision(decidedAnewFrom: $0, edition: edition, at: now)
      }
      take(outlook, for: account, from: now)
      // Changes between the two answers are counted, and not told.
      if revision != found.revision {
        noteChange(of: account, from: previous, counting: revision - found.revision)
      }
    } else if now < account.stored.row.validFrom {
      // The clock was set back.
      let outlook = try outlook(of: account, from: now)
      let current = try self.outlook(of: account, from: account.stored.row.validFrom).standing
      let previous = account.previousAnswer
      let isChange = current != outlook.standing
      take(outlook, for: account, from: now)
      if isChange { noteChange(of: account, from: previous) }
    } else {
      while account.stored.row.flipAt <= now { try flip(account) }
    }
  }

  /// Rolls a row on to its second answer.
  private func flip(_ account: CachedAccount) throws(LedgerError) {
    let previous = account.previousAnswer
    let flipAt = account.stored.row.flipAt
    if account.stored.row.validUntil == .distantFuture {
      // Time changes nothing after this flip, so the facts need not be read: at midnight many
      // accounts flip at once.
      touch(account)
      account.stored.row.flip()
      account.outlook = nil
    } else {
      take(try outlook(of: account, from: flipAt), for: account, from: flipAt)
    }
    noteChange(of: account, from: previous)
  }

  /// Makes an outlook the account's row.
  func take(_ outlook: consuming Outlook, for account: CachedAccount, from instant: Instant) {
    touch(account)
    account.stored.rules = rules
    account.stored.row.show(outlook, from: instant)
    account.outlook = outlook
  }

  /// Notes the change that made the account's row out of another.
  func noteChange(
    of account: CachedAccount, from previous: PreviousAnswer?, counting changed: UInt64 = 1,
    isPastChanged: Bool = false
  ) {
    account.stored.row.revision += changed
    counters.position += 1
    let change = StatusChange(
      position: counters.position, accountID: account.stored.row.accountID,
      revision: account.stored.row.revision, asOf: account.stored.row.validFrom,
      answer: account.stored.row.untilFlip, isPastChanged: isPastChanged, rules: rules,
      previous: previous)
    changes.append(change)
    changedAccounts.append(account.stored.number)
  }
}
