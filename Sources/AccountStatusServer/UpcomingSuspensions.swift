package import AccountStatusAPI
package import AccountStatusModel
internal import CStatusTable
package import TTRPC

/// The accounts that time alone will suspend next, for people who watch.
///
/// Found by looking through the traits of every record, some milliseconds for a million; so what was
/// found is kept for a second. On the loop's thread.
package final class UpcomingSuspensions {
  /// How many are shown.
  private static let limit = 10
  /// How long they are taken as they are.
  private static let keptFor = Duration.seconds(1)

  private let index: StatusIndex
  private let clock: () -> MonotonicInstant
  private var entries: [UpcomingSuspension] = []
  private var expiry = MonotonicInstant(nanoseconds: .min)

  package init(
    index: StatusIndex, clock: @escaping () -> MonotonicInstant = MonotonicInstant.now
  ) {
    self.index = index
    self.clock = clock
  }

  /// The next ones after an instant of the wall clock, by instant, then account.
  package func entries(after now: Instant) -> [UpcomingSuspension] {
    let time = clock()
    if time >= expiry {
      entries = index.suspensions(after: now, limit: Self.limit)
      expiry = time.advanced(by: Self.keptFor)
    }
    return entries
  }
}

extension StatusIndex {
  /// The earliest suspensions by time alone, by instant, then account.
  ///
  /// Among those of the last day that is looked at, which accounts are in it is left to chance: all
  /// suspensions of a day fall at its beginning.
  package func suspensions(after now: Instant, limit: Int) -> [UpcomingSuspension] {
    var entries = earliest(limit).compactMap { suspension(of: $0, after: now) }
    entries.sort { ($0.at, $0.accountID) < ($1.at, $1.accountID) }
    return entries
  }

  /// The numbers of the records whose suspension is due first, to the day.
  private func earliest(_ limit: Int) -> [UInt32] {
    var best: [(day: UInt16, number: UInt32)] = []
    var last = RecordTraits.never
    for number in 0..<UInt32(clamping: count) {
      let day = traits[number].suspensionDay
      guard day < last else { continue }
      let place = best.firstIndex { $0.day > day } ?? best.count
      best.insert((day, number), at: place)
      if best.count > limit { best.removeLast() }
      if best.count == limit, let worst = best.last { last = worst.day }
    }
    return best.map(\.number)
  }

  private func suspension(of number: UInt32, after now: Instant) -> UpcomingSuspension? {
    withUnsafeTemporaryAllocation(byteCount: Int(STATUS_TABLE_ID_MAX), alignment: 8) { id in
      var status = status_table_status()
      var length = 0
      let result = status_table_read_number(
        table, number, now.nanoseconds, id.baseAddress, &length, &status)
      guard result == .STATUS_TABLE_FOUND,
        status.answer.next_state == AccountState.suspended.rawValue
      else { return nil }
      let text = String(decoding: UnsafeRawBufferPointer(rebasing: id[..<length]), as: UTF8.self)
      return UpcomingSuspension(
        accountID: AccountID(checked: text), at: Instant(nanoseconds: status.answer.next_at))
    }
  }
}
