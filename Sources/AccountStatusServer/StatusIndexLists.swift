package import AccountStatusModel
package import CStatusTable

// Lists of the index, by account id.

extension StatusIndex {
  /// One account of a list.
  package struct Entry {
    package let accountID: AccountID
    /// STALE: only its evaluation can tell whether it matches.
    package let result: status_table_result
    /// BASIC, and since when the reinstatement state holds.
    package let standing: Standing
    package let revision: UInt64
  }

  /// A part of a list.
  package struct Page {
    package var entries: [Entry] = []
    /// Where the next part begins: behind this account. nil: there is no more.
    package var continuation: AccountID?
  }

  /// What one call may cost, so that it does not hold up the loop. A page that would cost more is
  /// short.
  package struct Effort {
    /// Accounts passed over: some nanoseconds each.
    package var accounts: Int
    /// Records read: some hundred nanoseconds each.
    package var reads: Int

    package init(accounts: Int = .max, reads: Int = .max) {
      self.accounts = accounts
      self.reads = reads
    }
  }

  /// The accounts that match, by id, from behind an id on.
  ///
  /// The traits tell which records are worth reading; what is read decides. An entry that is
  /// STALE may match or not.
  ///
  /// - limit: how many to return at most.
  /// - readsAll: whether traits tell nothing; nil: as it is now.
  package func list(
    _ filter: StatusFilter, after id: AccountID?, limit: Int, at now: Instant,
    effort: Effort = Effort(), readsAll: Bool? = nil
  ) -> Page {
    let readsAll = readsAll ?? isAhead(of: now)
    let wanted = RecordTraits.Wanted(filter, at: now)
    var left = effort
    var cursor = cursor(after: id)
    var page = Page()
    var last: UInt32?
    var run: UnsafePointer<UInt32>?
    while case let length = status_table_order_run(order, &cursor, &run), length > 0 {
      for number in UnsafeBufferPointer(start: run, count: length) {
        if page.entries.count == limit || left.accounts == 0 || left.reads == 0 {
          page.continuation = last.flatMap(accountID)
          return page
        }
        left.accounts -= 1
        last = number
        guard readsAll || traits[number].mayMatch(wanted) else { continue }
        left.reads -= 1
        if let entry = entry(number, filter, at: now) { page.entries.append(entry) }
      }
    }
    return page
  }

  /// Whether records begin later than it is now, because the clock was set back: until the ledger
  /// has decided them anew, every one has to be read.
  func isAhead(of now: Instant) -> Bool { now < latestStart }

  /// Every account that has a record, whatever it says, by id, from behind an id on.
  package func accounts(
    after id: AccountID?, limit: Int
  ) -> (ids: [AccountID], continuation: AccountID?) {
    var cursor = cursor(after: id)
    var ids: [AccountID] = []
    var number: UInt32 = 0
    while status_table_order_next(order, &cursor, &number) {
      if ids.count == limit { return (ids, ids.last) }
      if let id = accountID(of: number) { ids.append(id) }
    }
    return (ids, nil)
  }

  private func cursor(after id: AccountID?) -> status_table_cursor {
    var text = id?.text ?? ""
    return text.withUTF8 { status_table_order_after(order, table, $0.baseAddress, $0.count) }
  }

  private func accountID(of number: UInt32) -> AccountID? {
    read(number, at: Instant(nanoseconds: 0)) { result, id, _ in
      result == .STATUS_TABLE_BUSY ? nil : AccountID(checked: String(decoding: id, as: UTF8.self))
    }
  }

  /// The record as an entry, unless it does not match.
  private func entry(_ number: UInt32, _ filter: StatusFilter, at now: Instant) -> Entry? {
    read(number, at: now) { result, id, status in
      guard result == .STATUS_TABLE_FOUND || result == .STATUS_TABLE_STALE else { return nil }
      var standing = status.standing
      if result == .STATUS_TABLE_FOUND {
        standing.reinstatementSince = reinstatementSince(of: standing, number, at: now)
        guard filter.matches(standing, asOf: now) else { return nil }
      }
      return Entry(
        accountID: AccountID(checked: String(decoding: id, as: UTF8.self)), result: result,
        standing: standing, revision: status.revision)
    }
  }

  private func read<Value>(
    _ number: UInt32, at now: Instant,
    _ body: (status_table_result, UnsafeRawBufferPointer, status_table_status) -> Value
  ) -> Value {
    withUnsafeTemporaryAllocation(byteCount: Int(STATUS_TABLE_ID_MAX), alignment: 8) { id in
      var status = status_table_status()
      var length = 0
      let result = status_table_read_number(
        table, number, now.nanoseconds, id.baseAddress, &length, &status)
      return body(result, UnsafeRawBufferPointer(rebasing: id[..<length]), status)
    }
  }
}
