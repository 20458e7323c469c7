import ArgumentParser

/// Measures the daemon against the least that a server could do.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accountstatus-bench",
    abstract: "Measures accountstatusd against servers in C that do less.",
    discussion: """
      Every figure of a comparison comes from one run: the systems take turns, round by round, and
      a ratio is the median of the rounds' own ratios. Absolute figures depend on the machine.
      """,
    subcommands: [
      Get.self, Report.self, Start.self, Evaluate.self, Scale.self, Generate.self, Serve.self,
      ReportSteadily.self, Table.self, Spin.self, WatchChanges.self,
    ])
}

/// What the comparing commands have in common.
struct ComparisonOptions: ParsableArguments {
  @Option(help: "The daemon to measure. Default: accountstatusd beside this program.")
  var daemon: String?

  @Option(help: "Accounts, in mixed states.")
  var accounts: UInt32 = 20_000

  @Option(help: "Rounds; every system is measured once in each.")
  var rounds: Int?

  @Flag(help: "One short round: shows that everything works, not how fast.")
  var quick = false

  @Flag(help: "Exit with 1 when a required ratio is missed.")
  var assert = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  /// The daemon's path.
  var daemonPath: String { daemon ?? siblingPath("accountstatusd") }

  /// Rounds asked for, else as many as give a steady median.
  var roundCount: Int { max(1, rounds ?? (quick ? 1 : 5)) }

  func validate() throws {
    guard accounts > 0, accounts <= 10_000_000 else {
      throw ValidationError("--accounts must be between 1 and 10000000.")
    }
  }

  /// Prints a comparison, and fails if it must meet its requirements and does not.
  func conclude(_ comparison: some Comparison) throws {
    try emit(comparison, as: output)
    if assert, comparison.requirements.contains(where: { !$0.isMet }) { throw ExitCode(1) }
  }
}
