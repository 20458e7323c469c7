import AccountStatusModel
package import ArgumentParser
import JSONText

/// `replay`: tells a server what another one knew, at the instants at which that one learned it.
package struct Replay: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Reports a recording's facts to another server, in step with its clock.",
    discussion: """
      Reads what `record` wrote. With --step-clock the server's manual clock is set to each \
      fact's recordedAt before the fact is reported, so that questions about what was known when \
      (--known-at, histories, corrections) get the same answers as from the first server. Without \
      it everything is learned now. Who reported a fact is not replayed: that is you.

      The server is best started with the clock at the first fact's recordedAt, or before. A \
      replay that was cut short is run again: what is known already counts once. A fact that would \
      be recorded later than it was ends a replay in step.

      Exit status: 0 all stored, 1 some refused, 70 the clock is past a fact that is not known.

      EXAMPLES
        accountstatusd --ephemeral --clock manual --now 2026-05-01T00:00:00Z
        accountstatus replay northwind.jsonl --step-clock
        accountstatus replay northwind.jsonl --step-clock --until 2026-11-15T09:00:00Z
      """)

  @Argument(
    help: ArgumentHelp("File to read, or - for the standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @Flag(help: "Set the server's manual clock to the instant at which each fact was recorded.")
  var stepClock = false

  @Option(
    help: ArgumentHelp(
      "Leave out what was recorded later; with --step-clock the clock stands there at the end.",
      valueName: "time"),
    transform: Parse.instant)
  var until: Instant?

  @OptionGroup package var bulk: BulkOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package var patience: Duration? { bulk.patience }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    var clock = stepClock ? try await SteppedClock(server) : nil
    return try await Interrupt.catching { interrupt in
      try await InputFile.read(file, interrupt: interrupt) { input in
        var report = FactReport(server, console, format: global.output, interrupt: interrupt)
        report.progress.total = input.byteCount
        let missed = try await replay(input, into: &report, &clock, console)
        if missed == nil, interrupt?.isRaised != true, let until {
          try await report.flush()
          try await clock?.move(to: until)
        }
        let status = try await report.finish()
        if let clock { console.note("the clock stands at \(clock.now)") }
        guard let missed else { return status }
        console.error(missed.description)
        return .failure
      }
    }
  }

  /// Reports the facts; what ended it before the last one, if anything did.
  private func replay(
    _ input: InputFile, into report: inout FactReport, _ clock: inout SteppedClock?,
    _ console: Console
  ) async throws -> MissedInstant? {
    var later = 0
    do {
      try await report.add(linesOf: input) { report, fact, place in
        let recordedAt = try? Instant(fact.string("recordedAt"))
        if let recordedAt, let until, recordedAt > until {
          later += 1
        } else if clock == nil {
          try await report.add(fact, from: place)
        } else if let recordedAt {
          try await clock?.prepare(for: fact, recordedAt, from: place, &report)
          try await report.add(fact, from: place)
        } else {
          try await report.refuse(
            "has no recordedAt, the instant to set the clock to; `record` writes it", from: place)
        }
      }
    } catch let error as MissedInstant {
      return error
    }
    if later > 0 { console.note("\(counted(later, "fact")) recorded later left out") }
    return nil
  }
}
