import AccountStatusModel
package import ArgumentParser
import JSONText

/// `list`: the accounts that stand in some way, and what to work on next.
package struct List: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Lists accounts: all, or those that need something done.",
    discussion: """
      An account is listed when everything asked for holds. The list is by account; with \
      --suspends-within the next to be suspended comes first, with --older-than what has lasted \
      longest (of more than 10 000 accounts it is by account again).

      EXAMPLES
        accountstatus list --state suspended
        accountstatus list --suspends-within 14d
        accountstatus list --eligible
        accountstatus list --reinstatement in-review --older-than 5d
        accountstatus list --notice unallocated-payment -o jsonl
        accountstatus list --state suspended --as-of 2026-10-30 --known-at 2026-10-30
      """)

  /// Accounts that are put in order before they are printed: as many as fit in memory without
  /// thought.
  static let sortLimit = 10_000

  @OptionGroup var filter: FilterOptions
  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let base = filter.suspendsWithin == nil ? nil : try await present(server)
    let request = filter.members(from: base) + query.members
    var output = ListOutput(
      StatusRows(filter, isColored: console.isColored), sortsBy: filter.order, global.output,
      console)
    try await server.eachPage(of: "StatusService/ListStatuses", request, size: 1000) { page in
      for status in page.array("statuses") { output.add(status) }
    }
    output.finish()
    return .success
  }

  /// The instant that the list is about, by the server's clock.
  private func present(_ server: Server) async throws -> Instant {
    if let asOf = query.times.asOf { return asOf }
    return try await server.now()
  }
}

/// Which accounts `list` shows.
struct FilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "\(AccountState.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "state"),
    completion: .list(AccountState.allCases.map(\.kebab)),
    transform: { text throws -> AccountState in try Parse.word(text) })
  var state: AccountState?

  @Option(
    help: ArgumentHelp(
      "\(ReasonCode.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "reason"),
    completion: .list(ReasonCode.allCases.map(\.kebab)),
    transform: { text throws -> ReasonCode in try Parse.word(text) })
  var reason: ReasonCode?

  @Option(
    help: ArgumentHelp(
      "\(Self.notices.map(\.kebab).joined(separator: ", ")).", valueName: "notice"),
    completion: .list(Self.notices.map(\.kebab)),
    transform: { text throws -> Notice in try Parse.word(text) })
  var notice: Notice?

  @Flag(help: "Only those that an approval would reinstate: no reason holds any more.")
  var eligible = false

  @Option(
    help: ArgumentHelp(
      "\(ReinstatementState.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "state"),
    completion: .list(ReinstatementState.allCases.map(\.kebab)),
    transform: { text throws -> ReinstatementState in try Parse.word(text) })
  var reinstatement: ReinstatementState?

  @Option(
    help: ArgumentHelp(
      "The reinstatement state, where one is asked for, else the state, has lasted longer.",
      valueName: "time"),
    transform: Parse.duration)
  var olderThan: Duration?

  @Option(
    help: ArgumentHelp(
      "They will be suspended by then, unless something happens.", valueName: "time"),
    transform: Parse.duration)
  var suspendsWithin: Duration?

  /// Lists know all notices but this one, which is looked up when answering.
  private static let notices = Notice.allCases.filter { $0 != .providerSuspended }

  func validate() throws {
    if notice == .providerSuspended {
      throw ValidationError(
        "no list knows --notice provider-suspended; `accountstatus get ID` shows it")
    }
    let isWaiting = reinstatement.map { $0 != .none } ?? false
    if let state, state != .suspended {
      if eligible { throw Self.onlySuspended("--eligible", state) }
      if isWaiting { throw Self.onlySuspended("--reinstatement", state) }
      if reason != nil { throw Self.onlySuspended("--reason", state) }
    }
    if suspendsWithin != nil, state == .suspended || eligible || isWaiting || reason != nil {
      throw ValidationError(
        "--suspends-within asks for accounts that are not suspended yet; leave out "
          + "--state suspended, --reason, --eligible and --reinstatement")
    }
    if eligible, reason != nil {
      throw ValidationError("of an account that is eligible no reason holds; leave out --reason")
    }
    if reinstatement == ReinstatementState.none, olderThan != nil {
      throw ValidationError(
        "--reinstatement none begins at no instant; use --older-than with --state or another "
          + "--reinstatement")
    }
  }

  private static func onlySuspended(_ option: String, _ state: AccountState) -> ValidationError {
    ValidationError(
      "\(option) asks for suspended accounts; it cannot go with --state \(state.kebab)")
  }

  /// The members of a request; `present`: from when on `--suspends-within` counts.
  func members(from present: Instant?) -> [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    func add(_ name: String, _ value: String?) {
      if let value { members.append(.init(name, .string(value))) }
    }
    add("state", state.map { "ACCOUNT_STATE_\($0.contractName)" })
    add("reason", reason.map { "REASON_CODE_\($0.contractName)" })
    add("notice", notice.map { "NOTICE_\($0.contractName)" })
    if eligible { members.append(.init("eligible", .bool(true))) }
    add("reinstatementState", reinstatement.map { "REINSTATEMENT_STATE_\($0.contractName)" })
    add("olderThan", olderThan.map { "\(Self.secondsText($0))s" })
    if let suspendsWithin, let present {
      // Exactly at the end of the time is within it.
      let span = Self.nanoseconds(suspendsWithin)
      add(
        "suspendsBefore",
        min(present.adding(nanoseconds: span).adding(nanoseconds: 1), Instant.range.upperBound)
          .description)
    }
    return members
  }

  /// By what the list is put in order.
  var order: ListOrder {
    if suspendsWithin != nil { return .nextTransition }
    if olderThan == nil { return .account }
    return reinstatement == nil ? .since : .reinstatementSince
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: Instant.nanosecondsPerSecond)
    return overflow ? .max : whole + attoseconds / 1_000_000_000
  }

  /// Whole seconds and the milliseconds that the command line can say.
  private static func secondsText(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if milliseconds == 0 { return "\(seconds)" }
    let digits = "\(1000 + milliseconds)".dropFirst()
    return "\(seconds).\(digits)"
  }
}
