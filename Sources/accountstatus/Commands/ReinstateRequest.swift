import AccountStatusModel
package import ArgumentParser

/// `reinstate request`: files the support request.
package struct ReinstateRequest: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Files the support request for an account's reinstatement.",
    discussion: """
      Only a global admin may ask. Exit status: 0 filed, 1 refused.

      EXAMPLES
        accountstatus reinstate request northwind
        accountstatus reinstate request northwind --request-id 615110700000001 --name "Global admin"
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    help: ArgumentHelp("The request's id. (default: made of its time)", valueName: "id"),
    transform: Parse.identifier)
  var requestID: Identifier?

  @Option(help: "Who asks.")
  var name = ""

  @Option(
    help: ArgumentHelp(
      "\(Role.allCases.map(\.kebab).joined(separator: ", ")). (default: global-admin)",
      valueName: "role"),
    completion: .list(Role.allCases.map(\.kebab)),
    transform: { text throws -> Role in try Parse.word(text) })
  var role: Role?

  @OptionGroup var fact: FactOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let instant = try await fact.effectiveAt(server)
    let request = try requestID ?? Identifier("reinstatement-\(instant)")
    await noteIfUnregistered(id, server, console)
    return try await report(
      .supportRequestOpened(
        SupportRequest(
          requestID: request, purpose: .reinstatement, requesterName: name,
          role: role ?? .globalAdmin)),
      of: id, as: "support-request/\(request)/opened", at: instant, server, console)
  }
}
