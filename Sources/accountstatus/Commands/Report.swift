package import ArgumentParser
import JSONText

/// `report`: sends facts, one JSON object a line.
package struct Report: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Reports facts: JSON objects of accountstatus.v1.Fact, one a line.",
    discussion: """
      Each fact has its own result, on a line of its own; a fact that is known already counts once, \
      so a report that was cut short can be sent again. Exit status: 0 all stored, 1 some refused.

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

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    try await InputFile.read(file) { input in
      var report = FactReport(server, console, format: global.output)
      var number = 0
      while let line = try input.nextLine() {
        number += 1
        // A blank line holds no fact.
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
        let place = "line \(number)"
        let fact: JSONValue
        do throws(JSONSyntaxError) {
          fact = try JSONValue(parsing: line)
        } catch {
          report.refuse("column \(error.position.column): \(error.message)", from: place)
          continue
        }
        try await report.add(fact, from: place)
      }
      return try await report.finish()
    }
  }
}
