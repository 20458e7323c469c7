import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText

/// `reinstate`: the way back to good standing.
package struct Reinstate: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Asks for an account's reinstatement, or decides on it.",
    discussion: """
      EXAMPLES
        accountstatus reinstate request northwind --name "Global admin"
        accountstatus reinstate approve northwind --note "INV-1 is paid"
        accountstatus reinstate decline northwind --note "the invoice is still open"
      """,
    subcommands: [ReinstateRequest.self, ReinstateApprove.self, ReinstateDecline.self])

  package init() {}
}

/// The options of a decision.
struct DecisionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The request it decides. (default: every request filed before it)", valueName: "id"),
    transform: Parse.identifier)
  var requestID: Identifier?

  @Option(
    help: ArgumentHelp("The decision's id. (default: made of its time)", valueName: "id"),
    transform: Parse.identifier)
  var decisionID: Identifier?

  @Option(help: "Why, for people: the history shows it with who decided.")
  var note: String

  func validate() throws {
    guard note.contains(where: { !$0.isWhitespace }) else {
      throw ValidationError("--note is empty; say why")
    }
  }
}

extension ServerCommand {
  /// Says so when an account is not registered: a fact about it may come first, but an id with a
  /// slip in it is likelier.
  func noteIfUnregistered(_ id: AccountID, _ server: Server, _ console: Console) async {
    do {
      let request = JSONObject([JSONObject.Member("accountId", .string(id.text))])
      _ = try await server.ask("StatusService/GetStatus", request)
    } catch let error as AccountStatusError where error.kind == .notFound {
      console.note("note: \(id) is not registered; check the id. This counts once it is.")
    } catch {
      // The report that follows says what is wrong.
    }
  }
}
