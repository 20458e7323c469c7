package import AccountStatusModel
internal import Glibc

/// How a server is started, after flags, environment and file have been put together.
package struct ServerOptions: Sendable {
  /// nil: the default directory.
  package var runtimeDirectory: String?
  /// Where the status table is handed over; nil: `table.sock` in the runtime directory.
  package var tableSocket: String?
  /// nil: the default file.
  package var database: String?
  /// nil: the default edition.
  package var policyEdition: String?
  /// Directory with the operator's own editions; nil: the default one, where it exists.
  package var policyEditions: String?
  /// How long the loop may look for a call before it sleeps, where that pays; zero: not at all.
  package var spin = Duration.zero
  /// How many positions back changes are kept; nil: as many as the ledger's limits say.
  package var changesKept: UInt64?
  /// A temporary runtime directory and database, removed at exit; `TestingService` exists.
  package var isEphemeral = false
  /// Whether the end of standard input ends the server in order.
  package var exitsWithInput = false
  /// The instant at which a manual clock starts; nil: the system's clock.
  package var manualClock: Instant?
  /// The process's environment.
  package var environment: [String: String] = [:]

  package init() {}
}

extension ServerOptions {
  /// The longest spin. What takes longer than a millisecond is not worth waiting awake for.
  private static let longestSpin: Int64 = 1000

  /// A spin as it is written: a whole number of microseconds, `50us`, up to `1000us`; `0us` or `off`
  /// is none.
  package static func spin(_ text: String) throws(StartError) -> Duration {
    if text == "off" { return .zero }
    guard text.hasSuffix("us"), let count = Int64(text.dropLast(2)),
      (0...longestSpin).contains(count)
    else {
      throw StartError(
        "\"\(text)\" is no time to spin; give off, or microseconds up to \(longestSpin)us, as in 50us"
      )
    }
    return .microseconds(count)
  }

  /// The fewest positions: what a watch reads in some slices, so that it can go on at all.
  private static let fewestChangesKept: UInt64 = 1000

  /// A number of positions as it is written.
  package static func changesKept(_ text: String) throws(StartError) -> UInt64 {
    guard let count = UInt64(text), count >= fewestChangesKept, count <= UInt64(Int64.max) else {
      throw StartError(
        "\"\(text)\" is no number of changes to keep; give at least \(fewestChangesKept)")
    }
    return count
  }

  /// Where the database is when nobody says: the system's for root, else the user's own.
  ///
  /// The directory is made where it is missing, for this process's user only.
  package func defaultDatabase() throws(StartError) -> String {
    let directory: String
    if geteuid() == 0 {
      directory = "/var/lib/accountstatus"
    } else if let state = environment["XDG_STATE_HOME"], !state.isEmpty {
      directory = "\(state)/accountstatus"
    } else if let home = environment["HOME"], !home.isEmpty {
      directory = "\(home)/.local/state/accountstatus"
    } else {
      throw StartError(
        "there is no default place for the database, because neither XDG_STATE_HOME nor HOME is "
          + "set; give --database")
    }
    try makeDirectory(directory)
    return "\(directory)/ledger.sqlite"
  }

  private func makeDirectory(_ path: String) throws(StartError) {
    if access(path, F_OK) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeDirectory(String(path[..<slash]))
    }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw StartError(
        cannot: "make the directory", path, errno: errno, remedy: "make it, or give --database")
    }
  }
}
