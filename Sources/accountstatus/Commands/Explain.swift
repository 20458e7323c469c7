import AccountStatusModel
package import ArgumentParser
import ExplanationText
import Glibc
import JSONText

/// `explain`: why an account stands where it stands, and the way back.
package struct Explain: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Explains the status of an account: the rules, numbers and facts, and what to do.",
    discussion: """
      Exit status: 0 found, 2 not registered.

      EXAMPLES
        accountstatus explain northwind
        accountstatus explain northwind --locale sv
        accountstatus explain northwind --as-of 2026-12-01 -o json
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    help: ArgumentHelp(
      "The language of the explanation: en or sv, as a BCP 47 tag. (default: the environment's)",
      valueName: "tag"),
    completion: .list(["en", "sv"]))
  var locale: String?

  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let language = Language { name in getenv(name).map { String(cString: $0) } }
    let request: [JSONObject.Member] = [
      .init("accountId", .string(id.text)),
      .init("locale", .string(locale ?? language.rawValue)),
    ]
    let reply = try await server.ask(
      "StatusService/ExplainStatus", JSONObject(request + query.members))
    console.show(
      reply, as: global.output, text: ExplanationLines(reply, isColored: console.isColored).text)
    return .success
  }
}
