import AccountStatusClient
import AccountStatusModel
import ArgumentParser
import Foundation

/// Reports one fact after another, with a pause between, and prints how long each took.
struct ReportSteadily: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reports facts one by one and prints their times, milliseconds, as one line of JSON.",
    discussion: "The scale command starts it, on accounts that it has made.",
    shouldDisplay: false)

  @Option(help: "The server's RPC socket.")
  var socket: String

  @Option(help: "Accounts of the workload.")
  var accounts: Int

  @Option(
    help: "The day that the workload takes for today.", transform: { try CalendarDay($0) })
  var today: CalendarDay

  @Option(help: "Reports made before.")
  var first: Int

  @Option(help: "How long to go on.")
  var seconds: Int

  func run() async throws {
    let workload = ScaleWorkload(count: accounts, today: today)
    let client = try AccountStatusClient(socket: socket)
    defer { client.close() }
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    var times: [Double] = []
    while ContinuousClock.now < end {
      let serial = first + times.count
      // Accounts that have paid and do not flip.
      let place = (1 + serial * 100) % max(accounts - 3, 1)
      let number = place / 100 * 100 + 1
      let fact = workload.harmlessFact(number, serial)
      let start = ContinuousClock.now
      _ = try await client.report([fact])
      times.append(start.duration(to: .now) / .milliseconds(1))
      try await Task.sleep(for: .milliseconds(5))
    }
    print(String(decoding: try JSONEncoder().encode(times), as: UTF8.self))
  }
}
