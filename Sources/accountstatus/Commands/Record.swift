import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText

/// `record`: writes the facts that a server has down, so that another can be told them.
package struct Record: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Writes down the facts of accounts, for `replay` into another server.",
    discussion: """
      One fact a line, in the order in which they were stored, as the server has them: with the \
      sequence, when it was recorded and by whom. Of the accounts named, else of all that match now. \
      What is recorded while it runs is left out, so that what is written is what was known at one \
      instant; --known-at chooses an earlier one. Accounts with facts and no registration are not \
      in the lists: name them. A reseller's notices depend on its provider: record both. The facts \
      are held in memory until all have come.

      Exit status: 0 all written, 2 nothing is known about some of the accounts named.

      EXAMPLES
        accountstatus record northwind >northwind.jsonl
        accountstatus record --state suspended >suspended.jsonl
        accountstatus record --known-at 2026-11-01 >october.jsonl
      """)

  @Argument(
    help: ArgumentHelp("Accounts. (default: all that match)", valueName: "id"),
    transform: Parse.accountID)
  var ids: [AccountID] = []

  @OptionGroup var filter: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Only what was known by then. (default: now, by the server's clock)", valueName: "time"),
    transform: Parse.instant)
  var knownAt: Instant?

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard ids.isEmpty || !filter.isGiven else {
      throw ValidationError("name accounts, or say which match; not both")
    }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let now = try await server.now()
    var recording = Recording(until: min(knownAt ?? now, now))
    var isComplete = true
    let accounts = try await accounts(server, now)
    for (index, account) in accounts.enumerated() {
      do {
        try await recording.add(account, server)
      } catch let error as AccountStatusError where error.kind == .notFound {
        // One that was listed a moment ago has its registration.
        console.error(error.message)
        isComplete = false
      }
      console.progress("\(index + 1) of \(counted(accounts.count, "account"))")
    }
    console.progress("")
    recording.print(global.output, console)
    return isComplete ? .success : .notFound
  }

  /// The ids of the accounts to record.
  private func accounts(_ server: Server, _ now: Instant) async throws -> [String] {
    guard ids.isEmpty else { return ids.map(\.text) }
    var found: [String] = []
    try await server.eachPage(
      of: "StatusService/ListStatuses", filter.members(from: now), size: 1000
    ) { page in
      found += page.array("statuses").map { $0.string("accountId") }
    }
    return found
  }
}

extension FilterOptions {
  /// Whether anything is asked for.
  fileprivate var isGiven: Bool { suspendsWithin != nil || !members(from: nil).isEmpty }
}

/// Facts of several accounts on their way into the order in which they were stored.
private struct Recording {
  /// What was recorded later is left out.
  let until: Instant
  private var facts: [(sequence: UInt64, fact: JSONValue)] = []
  private var accounts: Set<String> = []

  init(until: Instant) {
    self.until = until
  }

  /// Takes the facts of an account.
  mutating func add(_ account: String, _ server: Server) async throws {
    var found: [JSONValue] = []
    try await server.eachPage(
      of: "LedgerService/ListFacts", [.init("accountId", .string(account))], size: 1000
    ) { page in
      found += page.array("facts")
    }
    for fact in found where try Instant(fact.string("recordedAt")) <= until {
      guard let sequence = UInt64(fact.number("sequence")) else {
        throw AccountStatusError(.unreadableReply, "the server gave a fact without its sequence")
      }
      facts.append((sequence, fact))
      accounts.insert(account)
    }
  }

  func print(_ format: OutputFormat, _ console: Console) {
    // For people as well a line is the fact itself: the file is for programs.
    var listing = Listing(format, console, isStreamed: true)
    for (_, fact) in facts.sorted(by: { $0.sequence < $1.sequence }) {
      listing.add(fact, text: fact.text())
    }
    listing.finish()
    console.note(
      "\(counted(facts.count, "fact")) of \(counted(accounts.count, "account")), as known at "
        + "\(until)")
  }
}
