package import ArgumentParser

/// `report`: sends facts, one JSON object a line.
package struct Report: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Reports facts: JSON objects of accountstatus.v1.Fact, one a line.",
    discussion: """
      Each fact has its own result, on a line of its own; a fact that is known already counts once, \
      so a report that was cut short can be sent again. When the server restarts meanwhile, the \
      report goes on where it was, for as long as --patience. Ctrl-C stops after what is on its way.

      Exit status: 0 all stored, 1 some refused, 4 the server did not come back, 130 stopped by \
      Ctrl-C.

      EXAMPLES
        accountstatus report facts.jsonl
        producer | accountstatus report -
        echo '{"accountId":"northwind","source":"bank","factId":"P-7","effectiveAt":\
      "2026-11-02T10:00:00Z","paymentReceived":{"paymentId":"P-7","amount":{"currencyCode":"EUR",\
      "units":"1000"},"allocations":[{"invoiceId":"INV-1","amount":{"currencyCode":"EUR",\
      "units":"1000"}}]}}' | accountstatus report -
      """)

  @Argument(
    help: ArgumentHelp("File to read, or - for the standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @OptionGroup package var bulk: BulkOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package var patience: Duration? { bulk.patience }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    try await Interrupt.catching { interrupt in
      try await InputFile.read(file, interrupt: interrupt) { input in
        var report = FactReport(server, console, format: global.output, interrupt: interrupt)
        report.progress.total = input.byteCount
        try await report.add(linesOf: input)
        return try await report.finish()
      }
    }
  }
}
