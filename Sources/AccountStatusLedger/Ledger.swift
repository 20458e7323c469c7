package import AccountStatusModel
package import AccountStatusRules

/// Facts on disk, and the answers they decide.
///
/// A handle to one thread that owns the store. Requests go in through a mailbox, in any number and
/// from any thread; what becomes of them comes out through `deliver`, called on that thread. Writes
/// that arrive while a commit runs form the next one.
///
/// Guarantees: nothing is delivered before it is durable (synchronous=FULL); deliveries come in
/// commit order; every request gets exactly one answer, after `stop` included.
package final class Ledger: Sendable {
  /// What a ledger needs from outside.
  package struct Configuration: Sendable {
    /// The SQLite file; made if it is missing. Its directory must exist.
    package var databasePath: String
    /// The editions known, and the default one.
    package var editions: EditionCatalogue
    /// Gives recorded_at and the present.
    package var clock: any LedgerClock
    /// Bounds of time and memory.
    package var limits = LedgerLimits()
    /// When a commit counts as durable. Anything but `full` is for tests that show the difference.
    package var durability = Durability.full
    /// Pages that the file may have, for tests of a full disk; nil: what the disk takes.
    package var maximumPages: Int64?

    /// Describes a ledger.
    package init(databasePath: String, editions: EditionCatalogue, clock: any LedgerClock) {
      self.databasePath = databasePath
      self.editions = editions
      self.clock = clock
    }
  }

  /// Identifies the store, and the version of its tables.
  package let identity: LedgerIdentity
  /// The position that the published rows show.
  package let openedAt: LedgerToken
  /// The first instant at which a transition is due, which may have passed; nil: none is known.
  package let firstTransitionAt: Instant?
  private let mailbox: Mailbox
  private let thread: LedgerThread
  private let deliver: @Sendable (Delivery) -> Void

  /// Opens or makes the store, checks it, and starts the thread.
  ///
  /// On the calling thread, before this returns, `expect` is called with how many rows are stored at
  /// most, then `publish` for every one; after it, `deliver` on the ledger's thread. Transitions
  /// that are due are left to `catchUp`; rows decided by other rules are decided anew in the
  /// background.
  package static func open(
    _ configuration: Configuration, expect: (_ accounts: Int) -> Void = { _ in },
    publish: (StatusRow) -> Void, deliver: @escaping @Sendable (Delivery) -> Void
  ) throws(LedgerError) -> Ledger {
    do throws(LedgerError) {
      let store = try SQLiteStore(
        path: configuration.databasePath,
        settings: SQLiteConnection.Settings(
          durability: configuration.durability,
          pageCacheKiB: configuration.limits.pageCacheKiB,
          maximumPages: configuration.maximumPages),
        limits: configuration.limits)
      return try Ledger(
        store, configuration, expect: expect, publish: publish, deliver: deliver)
    } catch {
      throw error.about(configuration.databasePath)
    }
  }

  private init(
    _ store: SQLiteStore, _ configuration: Configuration, expect: (_ accounts: Int) -> Void,
    publish: (StatusRow) -> Void, deliver: @escaping @Sendable (Delivery) -> Void
  ) throws(LedgerError) {
    let book = try AccountBook(
      store: store, edition: configuration.editions.default,
      cachedFacts: configuration.limits.cachedFacts)
    expect(Int(clamping: book.counters.lastAccount))
    var latestNow = Instant(nanoseconds: .min)
    var hasOtherRules = false
    try store.forEachAccount { account throws(LedgerError) in
      latestNow = max(latestNow, account.row.validFrom)
      hasOtherRules = hasOtherRules || !book.isCurrent(account)
      publish(book.presented(account))
    }
    let engine = LedgerEngine(
      store: store, book: book,
      background: BackgroundWork(
        rules: book.currentRules, latestNow: latestNow, hasOtherRules: hasOtherRules),
      retention: ChangeRetention(
        limits: configuration.limits, compactedThrough: try store.compactedThrough()),
      clock: configuration.clock, limits: configuration.limits, deliver: deliver)
    identity = store.identity
    openedAt = engine.token
    firstTransitionAt = try store.firstFlip(after: Instant(nanoseconds: .min))
    self.deliver = deliver
    let mailbox = Mailbox()
    self.mailbox = mailbox
    thread = try LedgerThread { engine.run(mailbox) }
  }

  deinit {
    mailbox.close()
  }

  /// Hands a request to the ledger. Never waits.
  package func submit(_ request: LedgerRequest) {
    if !mailbox.put(request) {
      deliver(.failed([request.id], LedgerError(.stopped, "the ledger is stopped")))
    }
  }

  /// Answers the requests submitted so far, closes the store and ends the thread. Returns when that
  /// is done; later requests fail at once. Not to be called from `deliver`.
  package func stop() {
    mailbox.close()
    thread.join()
  }
}
