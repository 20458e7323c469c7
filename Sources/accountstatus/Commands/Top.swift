import AccountStatusClient
package import ArgumentParser
import Glibc
import JSONText

/// `top`: what the server is doing, live.
package struct Top: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows what the server is doing: accounts, calls, latencies, what changes next.",
    discussion: """
      On a terminal it redraws until Ctrl-C; elsewhere it prints one reading after the other. Rates \
      are those of the last interval, latencies those since the server's start. While no server \
      answers it says so and goes on asking; with --once it exits with 4.

      EXAMPLES
        accountstatus top
        accountstatus top --interval 5s
        accountstatus top --once -o json | jq .callsPerSecond
        accountstatus top -o jsonl >>load.jsonl
      """)

  @Option(
    help: ArgumentHelp("Time between two readings. (default: 1s)", valueName: "duration"),
    transform: Parse.duration)
  var interval: Duration = .seconds(1)

  @Flag(help: "Print one reading, of one interval, and stop.")
  var once = false

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard once || global.output != .json else {
      throw ValidationError("-o json is one document: add --once, or use -o jsonl")
    }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    try await Interrupt.catching { interrupt in
      try await run(server, console, interrupt)
    }
  }

  /// The first reading has to succeed: a mistyped socket is an error, not a server to wait for.
  private func run(
    _ server: Server, _ console: Console, _ interrupt: Interrupt?
  ) async throws -> ExitStatus {
    let isLive = !once && global.output == .text && console.width != nil
    let screen = isLive ? LiveScreen(write: console.draw) : nil
    defer { screen?.leave() }
    var last: ActivitySample? = try await sample(server)
    while await pause(interrupt) {
      do {
        let next = try await sample(server)
        if let last { show(Activity(from: last, to: next), screen, console) }
        last = next
      } catch let error as AccountStatusError
        where !once && [.unavailable, .deadlineExceeded].contains(error.kind)
      {
        last = nil
        if let screen { screen.show([error.message]) } else { console.error(error.message) }
      }
      if once { break }
    }
    return .success
  }

  private func sample(_ server: Server) async throws -> ActivitySample {
    let info = try await server.ask("AdminService/GetInfo")
    return ActivitySample(info: info, stats: try await server.ask("AdminService/GetStats"))
  }

  /// Waits for an interval; false: the user has had enough.
  private func pause(_ interrupt: Interrupt?) async -> Bool {
    let step = Duration.milliseconds(50)
    let end = ContinuousClock.now + interval
    while interrupt?.isRaised != true {
      let left = end - ContinuousClock.now
      guard left > .zero else { return true }
      guard (try? await Task.sleep(for: min(step, left))) != nil else { return false }
    }
    return false
  }

  private func show(_ activity: Activity, _ screen: LiveScreen?, _ console: Console) {
    if let screen {
      let text = ActivityText(activity, width: console.width, isColored: console.isColored)
      return screen.show(text.lines(height: console.height))
    }
    let text = ActivityText(activity, width: console.width, isColored: console.isColored)
    console.show(
      activity.json, as: global.output,
      text: text.lines().joined(separator: "\n") + (once ? "" : "\n"))
  }
}
