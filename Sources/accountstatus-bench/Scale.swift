import AccountStatusClient
import AccountStatusModel
import ArgumentParser
import Foundation

/// Fills a ledger, starts it again, asks for lists, and suspends a tenth of it at one instant.
struct Scale: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Measures a daemon with very many accounts: import, restart, memory, lists, midnight.",
    discussion: """
      Accounts have three to ten facts each, all imported through ImportFacts. Then the daemon is \
      started again on what it stored. In the midnight a tenth of the accounts is suspended at one \
      instant, by facts that were stored before, while every answer is compared with what is true.

      EXAMPLES
        accountstatus-bench scale
        accountstatus-bench scale --quick --assert
        accountstatus-bench scale --accounts 100000 --directory /var/tmp -o json
      """)

  @Option(help: "The daemon to measure. Default: accountstatusd beside this program.")
  var daemon: String?

  @Option(help: "Accounts. Default: 1 000 000, or 20 000 when quick.")
  var accounts: Int?

  @Option(help: "Where the ledger is made, in a directory of its own that is removed at the end.")
  var directory = NSTemporaryDirectory()

  @Flag(help: "Few accounts and a short minute: shows that everything is right, not how fast.")
  var quick = false

  @Flag(help: "Exit with 1 when a requirement is missed; when quick, only those of rightness.")
  var assert = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output: OutputFormat = .text

  func validate() throws {
    guard (1000...10_000_000).contains(accounts ?? 1000) else {
      throw ValidationError("--accounts must be between 1000 and 10000000.")
    }
  }

  func run() async throws {
    let count = accounts ?? (quick ? 20_000 : 1_000_000)
    var template = Array("\(directory)/accountstatus-scale-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw BenchError("cannot make a directory in \(directory)", errno: errno)
    }
    let own = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: own) }

    let result = try await ScaleRun(
      daemon: daemon ?? siblingPath("accountstatusd"), directory: own, isQuick: quick,
      workload: ScaleWorkload(count: count, today: .today)
    ).measure()
    try emit(result, as: output)
    if assert, result.requirements.contains(where: { !$0.isMet }) { throw ExitCode(1) }
  }
}

extension CalendarDay {
  /// The UTC day of the wall clock.
  fileprivate static var today: CalendarDay {
    Instant(nanoseconds: Int64(Date().timeIntervalSince1970) * Instant.nanosecondsPerSecond).day
  }
}
