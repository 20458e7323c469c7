import AccountStatusModel

// How what was worked out in memory gets to the store, or is undone.

extension AccountBook {
  /// Comes before every change of an account, so that it can be undone.
  func touch(_ account: CachedAccount) {
    if account.before != nil { return }
    account.before = account.stored
    touched.append(account)
    if account.stored.number == 0 {
      counters.lastAccount += 1
      account.stored.number = counters.lastAccount
    }
  }

  /// The request at hand is worked out: it is left to the next `flush`, or written here.
  func finishRequest(atOnce: Bool) throws(LedgerError) {
    unflushedFacts.append(contentsOf: newFacts)
    for account in touched where !account.isUnflushed {
      account.isUnflushed = true
      unflushedAccounts.append(account)
    }
    if atOnce { try flush() }
    for account in touched {
      cache.reckon(account)
      if !account.isWritten {
        account.isWritten = true
        writtenAccounts.append(account)
      }
    }
    forgetRequest()
  }

  /// Gives the store everything that it does not have yet. Comes before the commit, and before
  /// the store is asked for what it would miss.
  ///
  /// When it throws, the transaction, or the savepoint of the request at hand, has to be undone.
  func flush() throws(LedgerError) {
    if unflushedAccounts.isEmpty { return }
    isHalfWritten = true
    guard try store.insert(unflushedFacts) else {
      throw LedgerError(.corrupt, "an identity is taken by a fact that cannot be found")
    }
    for account in unflushedAccounts {
      if account.isNew {
        try store.insertAccount(account.stored)
      } else {
        try store.updateAccount(
          account.stored, keepsFlip: account.storedFlipAt == account.stored.row.flipAt)
      }
    }
    try store.insert(changes[flushedChanges...], of: changedAccounts[flushedChanges...])
    flushedChanges = changes.count
    for account in unflushedAccounts {
      account.isNew = false
      account.storedFlipAt = account.stored.row.flipAt
    }
    forgetUnflushed()
    isHalfWritten = false
  }

  /// Undoes the request at hand in memory.
  func abandonRequest(resuming before: StoreCounters) {
    for account in touched { account.undo() }
    changes.removeLast(changes.count - earlierChanges)
    changedAccounts.removeLast(changedAccounts.count - earlierChanges)
    if isHalfWritten { forgetUnflushed() }
    forgetRequest()
    counters = before
  }

  func forgetRequest() {
    for account in touched { account.before = nil }
    touched.removeAll(keepingCapacity: true)
    newFacts.removeAll(keepingCapacity: true)
    if !newNames.isEmpty { newNames.removeAll(keepingCapacity: true) }
    earlierChanges = changes.count
  }

  func forgetUnflushed() {
    for account in unflushedAccounts { account.isUnflushed = false }
    unflushedAccounts.removeAll(keepingCapacity: true)
    unflushedFacts.removeAll(keepingCapacity: true)
  }

  func forgetChanges() {
    changes.removeAll(keepingCapacity: true)
    changedAccounts.removeAll(keepingCapacity: true)
    flushedChanges = 0
    earlierChanges = 0
  }
}
