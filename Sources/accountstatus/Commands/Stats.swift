package import ArgumentParser
import JSONText

/// `stats`: the server's counts and latencies.
package struct Stats: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows calls, errors and latencies of each method since the start, and counters.",
    discussion: """
      Latencies run from the request readable to the reply queued.

      EXAMPLES
        accountstatus stats
        accountstatus stats -o json | jq '.counters[] | select(.name == "accounts")'
      """)

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let stats = try await server.ask("AdminService/GetStats")
    console.show(stats, as: global.output, text: text(stats))
    return .success
  }

  private func text(_ stats: JSONValue) -> String {
    let methods = stats.array("methods")
    let counters = stats.array("counters")
    let names = methods.map { $0.string("method") } + counters.map { $0.string("name") }
    let width = max(6, names.map(\.count).max() ?? 0)
    var lines: [String] = []
    if !methods.isEmpty {
      lines.append(row("METHOD", ["CALLS", "ERRORS", "P50", "P90", "P99", "P99.9"], width))
    }
    for method in methods {
      let latencies = ["p50", "p90", "p99", "p999"].map { LatencyText.short(method.string($0)) }
      lines.append(
        row(
          method.string("method"), [method.number("calls"), method.number("errors")] + latencies,
          width))
    }
    if !methods.isEmpty && !counters.isEmpty { lines.append("") }
    lines += counters.map { row($0.string("name"), [$0.number("value")], width) }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ cells: [String], _ width: Int) -> String {
    let padded = cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }
    return name.padded(width) + padded.joined()
  }
}
