package import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText

/// `check`: whether an account may do something.
package struct Check: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Whether an account may do something.",
    discussion: """
      Of several capabilities all must be allowed. Exit status: 0 allowed, 1 denied, 2 not \
      registered, 3 the server has not reached --at-least, 4 no server answers.

      CAPABILITIES
        \(Capability.allCases.map(\.kebab).joined(separator: "\n  "))

      EXAMPLES
        accountstatus check northwind sell-new-licenses
        accountstatus check -q northwind sell-new-licenses add-addon && echo "place the order"
        accountstatus check northwind RENEW_EXISTING --as-of 2026-12-01
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Argument(
    help: ArgumentHelp("What it wants to do.", valueName: "capability"),
    completion: .list(Capability.allCases.map(\.kebab)),
    transform: { text throws -> Capability in try Parse.word(text) })
  var capabilities: [Capability]

  @OptionGroup var predicate: PredicateOptions
  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard (1...64).contains(capabilities.count) else {
      throw ValidationError("name 1 to 64 capabilities")
    }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let console = console.quieted(predicate.quiet)
    let request: [JSONObject.Member] = [
      .init("accountId", .string(id.text)),
      .init(
        "capabilities", .array(capabilities.map { .string("CAPABILITY_\($0.contractName)") })),
    ]
    let reply = try await server.ask(
      "StatusService/CheckCapability", JSONObject(request + query.members))
    console.show(reply, as: global.output, text: text(reply, console))
    let results = reply.array("results")
    let isAllowed = results.count == capabilities.count && results.allSatisfy { $0.flag("allowed") }
    return isAllowed ? .success : .no
  }

  private func text(_ reply: JSONValue, _ console: Console) -> String {
    let state = reply.word("state", "ACCOUNT_STATE_")
    var lines = reply.array("results").map { result in
      let verdict =
        result.flag("allowed")
        ? Color.green.paint("allowed", if: console.isColored)
        : Color.red.paint("denied ", if: console.isColored)
      return "\(verdict)  \(result.word("capability", "CAPABILITY_").kebab)"
        + "  (\(result.word("basis", "CAPABILITY_BASIS_").kebab))"
    }
    let reasons = reply.array("reasons").map { reason in
      ([reason.word("code", "REASON_CODE_").kebab] + reason.strings("subjects"))
        .joined(separator: " ")
    }
    lines.append(
      "\(id) is \(StatusText.painted(state, console.isColored))"
        + (reasons.isEmpty ? "" : ": \(reasons.joined(separator: ", "))"))
    if let next = reply["nextTransition"] {
      lines.append("good until \(next.string("at"))")
    }
    return lines.joined(separator: "\n")
  }

  package func exitWithoutAnswer(_ error: AccountStatusError, _ console: Console) -> ExitStatus? {
    predicate.exit(without: error, console)
  }
}
