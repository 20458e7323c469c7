/// What stops the ledger, or keeps it from answering. The message is for operators: it names the
/// file, says what is wrong and what to do.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  package enum Code: Hashable, Sendable {
    /// The directory is missing, or the file cannot be opened or written.
    case cannotOpen
    /// Another process holds the file.
    case inUse
    /// The file is no SQLite database, or belongs to another program.
    case notALedger
    /// A newer version of the program wrote the file.
    case tooNew
    /// What the file holds contradicts itself.
    case corrupt
    /// The connection did not take a setting that durability rests on.
    case notDurable
    /// The disk, or the quota, is full.
    case diskFull
    /// Reading or writing failed.
    case inputOutput
    /// The ledger has been stopped.
    case stopped
    /// SQLite reported something else.
    case unexpected
  }

  /// What kind of trouble it is.
  package var code: Code
  /// What is wrong and what to do.
  package var message: String

  /// Describes trouble.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// One line for people.
  package var description: String { message }
}
