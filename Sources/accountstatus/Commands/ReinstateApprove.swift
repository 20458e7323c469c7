import AccountStatusModel
package import ArgumentParser

/// `reinstate approve`: support lets the account back.
package struct ReinstateApprove: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approves an account's reinstatement; it ends the suspension.",
    discussion: """
      It is refused while a reason holds that is not waived. Exit status: 0 approved, 1 refused.

      EXAMPLES
        accountstatus reinstate approve northwind --note "INV-1 is paid"
        accountstatus reinstate approve northwind --request-id 615110700000001 --note "paid"
        accountstatus reinstate approve northwind --note "a plan was agreed" \\
          --waive billing-past-due:INV-1=2027-01-31
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    name: .customLong("waive"),
    help: ArgumentHelp(
      "Ignore a reason, of one subject or of all, until an instant; may be given several times.",
      valueName: "reason[:subject]=until"),
    transform: Parse.waiver)
  var waivers: [Waiver] = []

  @OptionGroup var decision: DecisionOptions
  @OptionGroup var fact: FactOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let instant = try await fact.effectiveAt(server)
    let decided = try decision.decisionID ?? Identifier("approval-\(instant)")
    await noteIfUnregistered(id, server, console)
    return try await report(
      .reinstatementDecided(
        ReinstatementDecision(
          decisionID: decided, requestID: decision.requestID, outcome: .approved,
          waivers: waivers, note: decision.note)),
      of: id, as: "decision/\(decided)", at: instant, server, console)
  }
}
