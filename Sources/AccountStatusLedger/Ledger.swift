package import AccountStatusModel
package import AccountStatusRules

/// Facts on disk, and the answers they decide.
///
/// A handle to one thread that owns the store. Requests go in through a mailbox, in any number and
/// from any thread; what becomes of them comes out through `deliver`, called on that thread. Writes
/// that arrive while a commit runs form the next one.
///
/// Guarantees: nothing is delivered before it is durable (synchronous=FULL); deliveries come in
/// commit order; every request gets exactly one answer, `stop` included.
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

    /// Describes a ledger.
    package init(databasePath: String, editions: EditionCatalogue, clock: any LedgerClock) {
      self.databasePath = databasePath
      self.editions = editions
      self.clock = clock
    }
  }

  /// What stays the same while a ledger is open.
  package struct Identity: Hashable, Sendable {
    /// Identifies the store.
    package var storeID: StoreID
    /// Schema version of the file.
    package var schemaVersion: Int32
  }

  /// Opens or makes the store, checks it, and starts the thread.
  ///
  /// `publish` is called on the calling thread for every stored row, before this returns. It is
  /// followed by `deliver`s on the ledger's thread. Transitions that are due are left to
  /// `catchUp`; rows of other rules are evaluated anew in the background.
  package static func open(
    _ configuration: Configuration, publish: (StatusRow) -> Void,
    deliver: @escaping @Sendable (Delivery) -> Void
  ) throws(LedgerError) -> Ledger

  package let identity: Identity
  /// The position that the published rows show.
  package let openedAt: LedgerToken
  /// The first instant at which a transition is due; nil: none is known.
  package let firstTransitionAt: Instant?

  /// Hands a request to the ledger. Never blocks.
  package func submit(_ request: LedgerRequest)

  /// Finishes the requests submitted so far, closes the store and ends the thread. Blocks until
  /// then; later requests are answered with `stopped`.
  package func stop()
}
