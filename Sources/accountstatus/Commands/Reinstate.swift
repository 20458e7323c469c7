import AccountStatusModel
package import ArgumentParser

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
