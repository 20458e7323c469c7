package import AccountStatusLedger
package import AccountStatusModel
package import CStatusTable
internal import Glibc

/// Every account's current status in memory: the status table, and what lists need beside it.
///
/// Written and read on the loop's thread only, from what the ledger has committed. A record holds
/// the answer before and after its next change by time, so a read is right at its instant whether
/// the ledger has caught up with the clock or not.
package final class StatusIndex {
  let writer: OpaquePointer
  package let table: UnsafePointer<status_table>
  /// The accounts by id, for lists.
  let order: OpaquePointer
  /// What lists ask about each record.
  let traits = TraitColumn()
  /// How many accounts are in each state.
  package private(set) var tally = StateTally()
  /// Since when reinstatement states hold, by record number, where that is not since the account
  /// was suspended: somebody has asked for reinstatement, or decided on it.
  private var reinstatementSpans: [UInt32: ReinstatementSpan] = [:]
  /// Records that the rules in force have not decided yet.
  private var undecided: Set<UInt32> = []
  /// The latest instant that any record begins at.
  private(set) var latestStart = Instant(nanoseconds: .min)
  /// Searches under way, each of an instant that may be past by now. Meanwhile a record that is
  /// written keeps what could be told of it before.
  var searchCount = 0

  /// Since when the reinstatement states of both halves of a record hold.
  private struct ReinstatementSpan {
    let flipAt: Instant
    let untilFlip: Instant?
    let fromFlip: Instant?
  }

  /// What the table shows at least.
  package private(set) var token = LedgerToken(
    storeID: StoreID(bytes: [UInt8](repeating: 0, count: 16)), epoch: 0, position: 0)
  /// What point reads use; its buffers are this object's.
  private let state: UnsafeMutablePointer<PointReadState>
  private let parts: UnsafeMutablePointer<PointReadReplyParts>
  private let found: UnsafeMutablePointer<status_table_status>
  private let tokenBuffer: UnsafeMutableRawBufferPointer

  package init(edition: String, capacity: UInt32) throws(StartError) {
    var properties = status_table_properties()
    properties.capacity = capacity
    properties.known_capabilities = WordSet<Capability>.all.bits
    properties.known_reasons = UInt32(WordSet<ReasonCode>.all.bits)
    properties.known_notices = UInt32(WordSet<Notice>.all.bits)
    var created: OpaquePointer?
    let result = status_table_create(&properties, &created)
    guard result == 0, let created else {
      throw StartError("cannot make the status table: \(describe(errno: -result))")
    }
    var createdOrder: OpaquePointer?
    guard status_table_order_create(&createdOrder) == 0, let createdOrder else {
      status_table_destroy(created)
      throw StartError("cannot make the order of accounts: \(describe(errno: ENOMEM))")
    }
    writer = created
    table = status_table_view(created)
    order = createdOrder
    parts = .allocate(capacity: 1)
    found = .allocate(capacity: 1)
    found.initialize(to: status_table_status())
    tokenBuffer = .allocate(byteCount: LedgerToken.encodedLength, alignment: 1)
    state = .allocate(capacity: 1)
    state.initialize(to: PointReadState(table: table, parts: parts, status: found))
    var name = edition
    name.withUTF8 { name in
      status_table_set_edition(created, name.baseAddress, name.count)
      parts.initialize(
        to: PointReadReplyParts(
          edition: UnsafeRawBufferPointer(name), tokenCapacity: LedgerToken.encodedLength))
    }
  }

  deinit {
    status_table_order_destroy(order)
    status_table_destroy(writer)
    parts.pointee.deallocate()
    parts.deinitialize(count: 1)
    parts.deallocate()
    found.deallocate()
    state.deinitialize(count: 1)
    state.deallocate()
    tokenBuffer.deallocate()
  }

  /// Answers point reads, for as long as the index lives.
  package var pointReads: PointReads { PointReads(state: state) }

  /// The token as clients get it.
  package var encodedToken: [UInt8] { Array(state.pointee.token) }

  /// Accounts that have a record.
  package var count: Int { Int(status_table_count(table)) }

  /// Whether the rules in force have decided every account, but for some that they cannot.
  package func isDecided(but exceptions: Set<AccountID>) -> Bool {
    undecided.isEmpty
      || undecided.isSubset(of: exceptions.compactMap { recordNumber(of: $0) })
  }
}

// MARK: - Reading

extension StatusIndex {
  /// Reads one account's answer by its id as text.
  package func read(
    _ id: AccountID, at now: Instant
  ) -> (status_table_result, status_table_status) {
    var status = status_table_status()
    var text = id.text
    let result = text.withUTF8 {
      status_table_read(table, $0.baseAddress, $0.count, now.nanoseconds, &status)
    }
    return (result, status)
  }
}

// MARK: - Publishing

extension StatusIndex {
  /// Makes room for so many accounts, so that publishing them costs no growth on the way.
  package func reserve(accounts: Int) {
    // What it cannot have at once it may get bit by bit, or fail for want of when it has to.
    _ = status_table_reserve(writer, UInt32(clamping: accounts))
  }

  /// Takes a row that the ledger has committed.
  ///
  /// A row that the rules in force did not decide is kept, but as one that holds at no instant:
  /// readers fall back to evaluation until the ledger has evaluated it anew.
  package func publish(_ row: StatusRow) {
    latestStart = max(latestStart, row.validFrom)
    var record = status_table_record()
    record.valid_from = row.validFrom.nanoseconds
    record.flip_at = row.isCurrent ? row.flipAt.nanoseconds : record.valid_from
    record.valid_until = row.isCurrent ? row.validUntil.nanoseconds : record.valid_from
    record.revision = row.revision
    record.until_flip = status_table_answer(row.untilFlip)
    record.from_flip = status_table_answer(row.fromFlip)
    var text = row.accountID.text
    text.withUTF8 { id in
      let result = status_table_put(writer, id.baseAddress, id.count, &record)
      // The ledger's ids, instants and enum numbers were checked on arrival; memory is the only
      // thing that can be missing, and without it no answer would be safe.
      precondition(result == 0, "cannot publish \(row.accountID): \(describe(errno: -result))")
      var number: UInt32 = 0
      if status_table_find(table, id.baseAddress, id.count, &number) == 0 {
        index(row, as: number)
      }
    }
  }

  /// Lets lists find the accounts that were published for the first time.
  package func takeInNewAccounts() {
    let result = status_table_order_update(order, table)
    precondition(result == 0, "cannot order the accounts: \(describe(errno: -result))")
  }

  /// Says that everything up to a commit has been published.
  package func advance(to token: LedgerToken) {
    takeInNewAccounts()
    self.token = token
    setPosition(token)
    tokenBuffer.copyBytes(from: token.encoded)
    state.pointee.setPosition(token, encoded: UnsafeRawBufferPointer(tokenBuffer))
  }

  /// Tells readers of the table which instant counts instead of the wall clock.
  package func setManualClock(_ now: Instant) {
    status_table_set_manual_now(writer, now.nanoseconds)
    state.pointee.setManualNow(now.nanoseconds)
  }

  private func index(_ row: StatusRow, as number: UInt32) {
    var told = RecordTraits(row)
    if searchCount > 0 { told.formUnion(traits[number]) }
    traits[number] = told
    if !row.isCurrent {
      undecided.insert(number)
    } else if !undecided.isEmpty {
      undecided.remove(number)
    }
    let answer = row.validFrom < row.flipAt ? row.untilFlip : row.fromFlip
    tally.set(answer?.state, of: number)
    let isUsual = [row.untilFlip, row.fromFlip].allSatisfy {
      $0?.reinstatementSince == nil || $0?.reinstatementSince == $0?.since
    }
    if !isUsual {
      reinstatementSpans[number] = ReinstatementSpan(
        flipAt: row.flipAt, untilFlip: row.untilFlip?.reinstatementSince,
        fromFlip: row.fromFlip?.reinstatementSince)
    } else if !reinstatementSpans.isEmpty {
      reinstatementSpans[number] = nil
    }
  }

  /// Since when the reinstatement state of a record's answer holds; nil: it is `none`.
  func reinstatementSince(of standing: Standing, _ number: UInt32, at now: Instant) -> Instant? {
    if let span = reinstatementSpans[number] {
      return now < span.flipAt ? span.untilFlip : span.fromFlip
    }
    return standing.reinstatementState == .none ? nil : standing.since
  }
}

extension status_table_answer {
  /// A BASIC answer as the table's numbers; nil becomes the answer without a state.
  fileprivate init(_ answer: BasicAnswer?) {
    self.init()
    next_at = Instant.distantFuture.nanoseconds
    guard let answer else { return }
    state = answer.state.rawValue
    next_state = answer.nextState?.rawValue ?? 0
    next_at = answer.nextTransitionAt.nanoseconds
    reinstatement_state = answer.reinstatementState.rawValue
    eligible = answer.isEligibleForReinstatement
    reasons = UInt32(answer.reasons.bits)
    notices = UInt32(answer.notices.bits)
    capabilities = answer.capabilities.bits
    since = answer.since.nanoseconds
  }
}

extension status_table_status {
  /// The answer as a standing whose reasons carry their code only.
  package var standing: Standing {
    Standing(
      state: AccountState(rawValue: answer.state) ?? .notCovered,
      since: Instant(nanoseconds: answer.since),
      reasons: WordSet<ReasonCode>(bits: UInt64(answer.reasons)).words.map { Reason(code: $0) },
      capabilities: WordSet(bits: answer.capabilities),
      notices: WordSet(bits: UInt64(answer.notices)),
      nextTransition: AccountState(rawValue: answer.next_state).map {
        NextTransition(at: Instant(nanoseconds: answer.next_at), toState: $0)
      },
      isEligibleForReinstatement: answer.eligible,
      reinstatementState: ReinstatementState(rawValue: answer.reinstatement_state) ?? .none)
  }
}
