import AccountStatusModel
package import ArgumentParser
import JSONText

/// `list`: the accounts in a state or with a reason.
package struct List: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Lists accounts by id, all or those in a state or with a reason.",
    discussion: """
      EXAMPLES
        accountstatus list --state suspended
        accountstatus list --reason billing-past-due -o jsonl
        accountstatus list -o jsonl | jq -r .accountId
      """)

  @Option(
    help: ArgumentHelp("active, suspended, closed or not-covered.", valueName: "state"),
    completion: .list(AccountState.allCases.map(\.kebab)),
    transform: { text throws -> AccountState in try Parse.word(text) })
  var state: AccountState?

  @Option(
    help: ArgumentHelp(
      "\(ReasonCode.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "reason"),
    completion: .list(ReasonCode.allCases.map(\.kebab)),
    transform: { text throws -> ReasonCode in try Parse.word(text) })
  var reason: ReasonCode?

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    var listing = Listing(global.output, console)
    var count = 0
    var pageToken = ""
    repeat {
      let page = try await server.ask("StatusService/ListStatuses", request(pageToken))
      for status in page.array("statuses") {
        if count == 0 && global.output == .text {
          console.print(
            row("ACCOUNT", "STATE", "STATE", "SINCE", "REASONS"))
        }
        listing.add(status, text: row(status, console))
        count += 1
      }
      pageToken = page.string("nextPageToken")
    } while !pageToken.isEmpty
    listing.finish()
    if global.output == .text { console.note(count == 1 ? "1 account" : "\(count) accounts") }
    return .success
  }

  private func request(_ pageToken: String) -> JSONObject {
    var members: [JSONObject.Member] = [
      .init("pageSize", .number(JSONNumber(1000))), .init("pageToken", .string(pageToken)),
    ]
    if let state {
      members.append(.init("state", .string("ACCOUNT_STATE_\(state.contractName)")))
    }
    if let reason {
      members.append(.init("reason", .string("REASON_CODE_\(reason.contractName)")))
    }
    return JSONObject(members)
  }

  private func row(_ status: JSONValue, _ console: Console) -> String {
    let state = status.word("state", "ACCOUNT_STATE_")
    var why = status.array("reasons").map { $0.word("code", "REASON_CODE_").kebab }
    if status.flag("eligibleForReinstatement") { why.append("eligible for reinstatement") }
    if let next = status["nextTransition"] {
      why.append("\(next.word("toState", "ACCOUNT_STATE_")) at \(next.string("at"))")
    }
    return row(
      status.string("accountId"), state, StatusText.painted(state, console.isColored),
      status.string("since"), why.joined(separator: ", "))
  }

  private func row(
    _ id: String, _ state: String, _ shown: String, _ since: String, _ why: String
  ) -> String {
    let padding = String(repeating: " ", count: max(0, 11 - state.count))
    let line = "\(id.padded(24))  \(shown)\(padding)  \(since.padded(20))  \(why)"
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  /// The text, with spaces behind it up to a width.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
