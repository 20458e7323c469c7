package import AccountStatusModel
internal import CStatusTable

// Records as snapshots tell them: what was committed last, whatever time has changed since.

extension StatusIndex {
  /// An account as its last change left it.
  package enum CommittedRecord {
    case status(AccountStatus)
    /// It is not registered, or not known.
    case none
    /// The rules in force have not decided it yet.
    case undecided(AccountID)
  }

  /// Numbers of records are below this.
  package var recordCount: UInt32 { status_table_count(table) }

  /// The number of an account's record; nil: it never had one. It stays the same.
  package func recordNumber(of account: AccountID) -> UInt32? {
    var text = account.text
    var number: UInt32 = 0
    let result = text.withUTF8 { status_table_find(table, $0.baseAddress, $0.count, &number) }
    return result == 0 ? number : nil
  }

  /// What a record says up to its next change by time, even where that is due: it is about the last
  /// instant, up to `now`, of which that is true. The change itself is told when it is committed.
  package func committedRecord(
    _ number: UInt32, edition: String, at now: Instant
  ) -> CommittedRecord {
    withUnsafeTemporaryAllocation(byteCount: Int(STATUS_TABLE_ID_MAX), alignment: 8) { id in
      var status = status_table_status()
      var length = 0
      // Before every record's begin: what is read then is its first half.
      let result = status_table_read_number(
        table, number, .min, id.baseAddress, &length, &status)
      guard result == .STATUS_TABLE_STALE else { return .none }
      let account = AccountID(
        checked: String(decoding: UnsafeRawBufferPointer(rebasing: id[..<length]), as: UTF8.self))
      guard status.from < status.until else { return .undecided(account) }
      guard status.answer.state != 0 else { return .none }
      let asOf = Instant(
        nanoseconds: max(status.from, min(now.nanoseconds, status.until - 1)))
      var standing = status.standing
      standing.reinstatementSince = reinstatementSince(of: standing, number, at: asOf)
      return .status(
        AccountStatus(
          accountID: account, standing: standing, policyEdition: edition,
          revision: status.revision, asOf: asOf))
    }
  }
}
