import AccountStatusModel
package import ArgumentParser

/// `reinstate decline`: support does not let the account back.
package struct ReinstateDecline: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "decline",
    abstract: "Declines an account's reinstatement; it stays suspended and may ask again.",
    discussion: """
      Exit status: 0 declined, 1 refused.

      EXAMPLES
        accountstatus reinstate decline northwind --note "the invoice is still open"
        accountstatus reinstate decline northwind --request-id 615110700000001 \\
          --note "the invoice is still open"
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @OptionGroup var decision: DecisionOptions
  @OptionGroup var fact: FactOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let instant = try await fact.effectiveAt(server)
    let decided = try decision.decisionID ?? Identifier("decline-\(instant)")
    await noteIfUnregistered(id, server, console)
    return try await report(
      .reinstatementDecided(
        ReinstatementDecision(
          decisionID: decided, requestID: decision.requestID, outcome: .declined,
          note: decision.note)),
      of: id, as: "decision/\(decided)", at: instant, server, console)
  }
}
