import AccountStatusClient
import ArgumentParser

/// The options of the commands that answer by their exit status.
struct PredicateOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print nothing; the exit status is the answer.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "The answer when no server gives one.",
      discussion: "allow exits 0 and deny exits 1 in place of 4.", valueName: "allow|deny"))
  var onUnavailable: Fallback?

  /// What to answer without a server.
  enum Fallback: String, ExpressibleByArgument, CaseIterable {
    case allow
    case deny
  }

  /// The exit without an answer; `nil` for the ordinary one.
  func exit(without error: AccountStatusError, _ console: Console) -> ExitStatus? {
    guard let onUnavailable, ExitStatus(error) == .unavailable else { return nil }
    if !quiet { console.note("no answer, so \(onUnavailable.rawValue) as --on-unavailable says") }
    return onUnavailable == .allow ? .success : .no
  }
}

extension Console {
  /// The console of a predicate: a quiet one prints errors only.
  func quieted(_ isQuiet: Bool) -> Console {
    isQuiet ? Console(print: { _ in }, note: note) : self
  }
}
