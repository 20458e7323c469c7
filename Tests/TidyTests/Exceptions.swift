// What the rules do not hold for, each with its reason. One place, so that it is seen when it grows.

enum Exceptions {
  /// Source files without a test file of their own, by path or by folder (ending in a slash).
  static let untested: [String: String] = [
    // Programs: run as programs by the end-to-end tests.
    "Sources/accountstatusd/Daemon.swift": "run as a program by EndToEndTests",
    "Sources/accountstatusd/main.swift": "run as a program by EndToEndTests",
    "Sources/accountstatus/": "run as a program by EndToEndTests",
    "Sources/accountstatus-bench/": "run as a program by make bench; its workload is CBenchmark's",
    "Clients/Swift/Examples/": "run as programs by AccountStatusClientTests",

    "Sources/AccountStatusModel/BillingView.swift": "values without behaviour; BillingTests",

    // The vocabulary.
    "Sources/AccountStatusModel/AccountHistory.swift":
      "values without behaviour; EpisodeRecordTests and CorrectionsTests",

    // The contract in Swift.
    "Sources/AccountStatusAPI/CMessage.swift": "a table of generated types; every message uses it",
    "Sources/AccountStatusAPI/MessageArena.swift": "under every encoded message; see MessageTests",
    "Sources/AccountStatusAPI/Conversions.swift": "field by field in FactDecodingTests",
    "Sources/AccountStatusAPI/PageLimit.swift": "seen through requests in StatusMessagesTests",
    "Sources/AccountStatusAPI/RPCStatusConversion.swift": "a batch's errors in StatusMessagesTests",
    "Sources/AccountStatusAPI/Sending.swift": "every reply of the scripted and the real server",

    // The ledger.
    "Sources/AccountStatusLedger/AccountTime.swift": "the part of AccountBook that time drives",
    "Sources/AccountStatusLedger/Delivery.swift": "values without behaviour; LedgerEngineTests",
    "Sources/AccountStatusLedger/LedgerError.swift": "a value; SQLiteConnectionTests meet each",
    "Sources/AccountStatusLedger/LedgerLimits.swift": "numbers; LedgerEngineTests lower them",
    "Sources/AccountStatusLedger/LedgerRequest.swift": "values without behaviour; LedgerTests",
    "Sources/AccountStatusLedger/LedgerStore.swift": "a protocol; SQLiteStoreTests",
    "Sources/AccountStatusLedger/SQLite/SQLiteError.swift":
      "from SQLite's codes, in SQLiteConnectionTests and SQLiteStoreTests",
    "Sources/AccountStatusLedger/SQLite/SQLiteInsertion.swift":
      "every fact and change goes through it, in groups of every size; AccountWritesTests",
    "Sources/AccountStatusLedger/SQLite/SQLiteStatement.swift":
      "every row goes through it; SQLiteStoreTests",
    "Sources/AccountStatusLedger/SQLite/SQLiteStatements.swift":
      "a table of SQL; SQLiteSchemaTests look at its plans",

    "Sources/AccountStatusServer/CommitObserver.swift": "a protocol; StatusWatchTests",

    // The Swift client.
    "Clients/Swift/Sources/AccountStatusClient/Answer.swift":
      "values without behaviour, returned in AccountStatusClientTests",
    "Clients/Swift/Sources/AccountStatusClient/WatchSession.swift":
      "driven by StatusWatch; WatchHistoryTests check all that it tells",
    "Clients/Swift/Sources/AccountStatusClient/ReportedFacts.swift":
      "values without behaviour, returned in AccountStatusClientTests and FactImportTests",
  ]

  /// Tests that let time pass, though none waits for something to have happened by then.
  static let letTimePass: [String: String] = [
    "Tests/EndToEndTests/DurabilityTests.swift": "the server is killed at a random moment",
    "Tests/EndToEndTests/WatchHistoryTests.swift": "some of those who watch are slow on purpose",
  ]

  /// Files with functions longer than the limit.
  static let longFunctions: [String: String] = [
    "Sources/AccountStatusLedger/SQLite/SQLiteStatements.swift":
      "a table of SQL, one statement after another"
  ]

  /// Files longer than the limit.
  static let longFiles: [String: String] = [
    "Clients/Python/src/accountstatus/types.py": "written from proto/, a class a message"
  ]
}
