import AccountStatusModel
import ArgumentParser
import Glibc
import SimulatedYears

/// Lives through years of reports, and compares the server with a straight evaluation.
@main
struct SimulatedYearsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulated-years",
    abstract: "Lives through years of reports, and compares every answer with a straight one.",
    discussion: """
      Prints the seed first. Ends with 1 at the first difference, and prints the account's facts and
      the command that replays it; also with 1 when something that can occur never did, unless the
      simulation was made shorter.
      """)

  @Option(help: "What everything that happens is drawn from; without one, the clock says.")
  var seed: UInt64?
  @Option(help: "How many partner accounts there are.")
  var accounts = 500
  @Option(help: "How many days pass.")
  var days = 5 * 365 + 1
  @Option(help: "Stop after so many steps.")
  var steps: Int?
  @Option(help: "Where to make a temporary directory for the ledger; default: in memory.")
  var directory: String?

  func run() throws {
    let seed = seed ?? UInt64(time(nil))
    print("seed \(seed): \(accounts) accounts, \(days) days")
    let scratch = try ScratchDirectory(in: directory)
    defer { withExtendedLifetime(scratch) {} }
    do {
      var simulation = try Simulation(
        Simulation.Options(
          seed: seed, accounts: accounts, days: days, steps: steps, directory: scratch.path))
      try simulation.run(progress)
      try conclude(simulation)
    } catch let failure as Failure {
      print(failure)
      throw ExitCode(1)
    }
  }

  private func progress(_ simulation: Simulation) {
    print(
      "\(simulation.now.day), step \(simulation.steps): \(simulation.comparisons.total) comparisons"
    )
    fflush(nil)
  }

  private func conclude(_ simulation: Simulation) throws {
    print(simulation.census.description)
    for (subject, count) in simulation.comparisons.listing { print("\(count) \(subject)") }
    print(
      "seed \(seed ?? simulation.options.seed): \(simulation.steps) steps, "
        + "\(simulation.comparisons.total) comparisons, no difference")
    let missing = simulation.census.missing
    guard accounts >= 500, days >= 5 * 365, steps == nil, !missing.isEmpty else { return }
    print("never occurred: \(missing.joined(separator: ", "))")
    throw ExitCode(1)
  }
}
