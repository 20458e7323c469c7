import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText
import ProtobufJSON

/// `watch`: a line for every change.
package struct Watch: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Tells every change of accounts as it is committed, until Ctrl-C.",
    discussion: """
      Of all accounts, or of those named, registered or not. When the server restarts, or the \
      connection breaks, it goes on by itself behind what it told last: nothing is missed, and \
      nothing is told twice. At the end it prints a token on the standard error; --from TOKEN goes \
      on behind it, for as long as the server keeps the changes since.

      With --exec a command of the shell is run for every change, one at a time and in order, with \
      the change as a line of JSON on its standard input; one that fails is reported, and the watch \
      goes on. An account whose changes come faster than that is told less often, always with its \
      newest status, and with the one told before as `previous`.

      Exit status: 0 after Ctrl-C, 4 no server answers at the start.

      EXAMPLES
        accountstatus watch
        accountstatus watch northwind contoso -o jsonl
        accountstatus watch --initial -o jsonl
        accountstatus watch --exec 'jq -r .accountId >>changed.txt'
        accountstatus watch --from "$TOKEN"
      """)

  @Argument(
    help: ArgumentHelp("Accounts to watch; all where none is given.", valueName: "id"),
    transform: Parse.accountID)
  var ids: [AccountID] = []

  @Option(
    help: ArgumentHelp(
      "Go on behind this token of an earlier watch; empty: begin anew.", valueName: "token"))
  var from: String?

  @Option(
    help: ArgumentHelp("Run a command of the shell for every change.", valueName: "command"))
  var exec: String?

  @Flag(help: "Tell first how every account stands, each like a change without a `previous`.")
  var initial = false

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    guard let token = Base64.bytes(of: from ?? "") else {
      throw FormError(field: "--from", "is not a token; give one as this command printed it")
    }
    let changes = server.openWatch(ids, token)
    return try await Interrupt.catching { interrupt in
      let telling = Task {
        var teller = ChangeTeller(
          changes, console, format: global.output, command: exec.map { ChildCommand($0) },
          tellsRecords: initial)
        return try await teller.tell()
      }
      let stopper = Task {
        while interrupt?.isRaised == false {
          guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
        telling.cancel()
      }
      defer { stopper.cancel() }
      return try await telling.value
    }
  }
}

/// Prints what a watch tells, and runs a command for it, until its task is cancelled.
struct ChangeTeller {
  private var changes: any ChangeStream
  private let console: Console
  private let command: ChildCommand?
  private let tellsRecords: Bool
  private var listing: Listing
  private var hasHeard = false
  private var isInFirstSnapshot = true

  init(
    _ changes: any ChangeStream, _ console: Console, format: OutputFormat, command: ChildCommand?,
    tellsRecords: Bool
  ) {
    self.changes = changes
    self.console = console
    self.command = command
    self.tellsRecords = tellsRecords
    listing = Listing(format, console, isStreamed: true)
  }

  mutating func tell() async throws -> ExitStatus {
    do {
      while !Task.isCancelled { try await take(try await changes.next()) }
    } catch let error as AccountStatusError where error.kind == .cancelled {
      // Ctrl-C.
    } catch {
      listing.finish()
      throw error
    }
    listing.finish()
    if !changes.token.isEmpty { console.note("token \(changes.token)") }
    return .success
  }

  private mutating func take(_ event: ToldEvent) async throws {
    switch event {
    case .change(let change): await show(change)
    case .record(let status):
      guard tellsRecords else { break }
      await show(
        .object([
          "accountId": .string(status.string("accountId")), "current": status,
          "revision": .string(status.number("revision")),
        ]))
    case .snapshotBegan:
      if hasHeard, !isInFirstSnapshot {
        console.note("changes were missed: the server no longer keeps them")
      }
    case .snapshotEnded: isInFirstSnapshot = false
    case .resumed: isInFirstSnapshot = false
    case .progress: break
    case .disconnected(let error):
      // A mistyped socket is an error, not a server to wait for.
      guard hasHeard else { throw error }
      if error.reason != "WATCH_TOO_SLOW" { console.note("\(error.message); going on by itself") }
      return
    }
    hasHeard = true
  }

  private mutating func show(_ change: JSONValue) async {
    let line = ChangeText(change, isColored: console.isColored).line
    listing.add(change, text: line)
    guard let command else { return }
    let outcome = await command.run(input: change.text() + "\n")
    if outcome != .exited(0) {
      console.error("the command for \(change.string("accountId")) \(outcome)")
    }
  }
}
