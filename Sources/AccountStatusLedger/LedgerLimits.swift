/// Every bound of the ledger, with its reason.
package struct LedgerLimits: Hashable, Sendable {
  /// Facts in one commit. FULL costs about half a millisecond whatever the group holds; beyond a
  /// thousand facts it no longer shows, while the last caller waits longer.
  package var factsPerCommit = 1024
  /// Accounts in one commit of due transitions or of evaluations anew.
  package var accountsPerChunk = 1000
  /// How long such a chunk, or one slice of a read, may keep a write waiting.
  package var sliceNanoseconds: UInt64 = 2_000_000
  /// How long a chunk may last while writes come one after the other: each waits for one, and for
  /// its commit.
  package var contendedSliceNanoseconds: UInt64 = 500_000
  /// How long after a write the next one is expected.
  package var writePauseNanoseconds: UInt64 = 100_000_000
  /// Facts read between two looks into the mailbox.
  package var factsPerSlice = 500
  /// Changes read between two such looks.
  package var changesPerSlice = 500
  /// Facts that the cache of accounts holds, at about a kilobyte each.
  package var cachedFacts = 200_000
  /// SQLite's page cache, in KiB. Reads beyond it come from the kernel's.
  package var pageCacheKiB = 64 * 1024
  /// Pages in the write-ahead log at which it is copied into the database. Each page costs a write
  /// then, so hot ones should gather; the copy stops writes for as long as it takes.
  package var logPages: Int32 = 4000
  /// Changes are kept while fewer positions than this follow them. A midnight may bring one for each
  /// account; a row takes about a hundred bytes.
  package var changesKept: UInt64 = 2_000_000
  /// Positions whose changes are deleted in one commit.
  package var positionsPerDeletion: UInt64 = 2000
  /// Before the first attempt to write again while the disk is full or failing; doubles with each.
  package var probeNanoseconds: UInt64 = 250_000_000
  /// Between two such attempts, at most. An attempt may check the whole file.
  package var longestProbeNanoseconds: UInt64 = 8_000_000_000

  /// The defaults.
  package init() {}
}

/// When a commit is durable.
package enum Durability: Hashable, Sendable {
  /// At the commit: synchronous=FULL. The only one the daemon uses.
  case full
  /// At the next checkpoint: synchronous=NORMAL. For the test that shows it losing facts.
  case atCheckpoint
}
