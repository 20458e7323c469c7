package import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText

/// `is-active`: whether an account is active.
package struct IsActive: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "is-active",
    abstract: "Whether an account is active.",
    discussion: """
      Exit status: 0 active, 1 suspended, closed or not covered, 2 not registered, 3 the server has \
      not reached --at-least, 4 no server answers.

      EXAMPLES
        accountstatus is-active northwind
        accountstatus is-active -q northwind || echo "hold the order"
        accountstatus is-active northwind --as-of 2026-10-30 --known-at 2026-10-30
        accountstatus is-active -q --timeout 200ms --on-unavailable allow northwind
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @OptionGroup var predicate: PredicateOptions
  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let console = console.quieted(predicate.quiet)
    let request = [JSONObject.Member("accountId", .string(id.text))] + query.members
    let reply = try await server.ask("StatusService/GetStatus", JSONObject(request))
    let status = reply["status"] ?? .object([:])
    console.show(status, as: global.output, text: text(status, console))
    return status.word("state", "ACCOUNT_STATE_") == "ACTIVE" ? .success : .no
  }

  private func text(_ status: JSONValue, _ console: Console) -> String {
    let state = status.word("state", "ACCOUNT_STATE_")
    let reasons = status.array("reasons").map { $0.word("code", "REASON_CODE_").kebab }
    return "\(id)  \(StatusText.painted(state, console.isColored))  since \(status.string("since"))"
      + (reasons.isEmpty ? "" : "  \(reasons.joined(separator: ", "))")
  }

  package func exitWithoutAnswer(_ error: AccountStatusError, _ console: Console) -> ExitStatus? {
    predicate.exit(without: error, console)
  }
}
