import AccountStatusModel
package import ArgumentParser

/// `register`: makes an account known.
package struct Register: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Registers an account; nothing counts for it before that.",
    discussion: """
      Exit status: 0 registered, also when it was before with the same content, 1 refused.

      EXAMPLES
        accountstatus register northwind --type direct-bill --cloud public --program csp
        accountstatus register tailspin --type indirect-reseller --type direct-bill \\
          --cloud us-government --program csp --effective-at 2026-01-01
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    name: .customLong("type"),
    help: ArgumentHelp(
      "\(PartnerType.allCases.map(\.kebab).joined(separator: ", ")); may be given several times.",
      valueName: "type"),
    completion: .list(PartnerType.allCases.map(\.kebab)),
    transform: { text throws -> PartnerType in try Parse.word(text) })
  var types: [PartnerType]

  @Option(
    help: ArgumentHelp(
      "\(Cloud.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "cloud"),
    completion: .list(Cloud.allCases.map(\.kebab)),
    transform: { text throws -> Cloud in try Parse.word(text) })
  var cloud: Cloud

  @Option(
    help: ArgumentHelp(
      "\(Program.allCases.map(\.kebab).joined(separator: ", ")).", valueName: "program"),
    completion: .list(Program.allCases.map(\.kebab)),
    transform: { text throws -> Program in try Parse.word(text) })
  var program: Program

  @Option(help: "The name to show.")
  var name = ""

  @Option(help: "Two letters, ISO 3166.")
  var country = ""

  @OptionGroup var fact: FactOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard !types.isEmpty else { throw ValidationError("give at least one --type") }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let registration = AccountRegistered(
      cloud: cloud, partnerTypes: WordSet(types), program: program, displayName: name,
      country: country)
    return try await report(
      .accountRegistered(registration), of: id, as: "registered",
      at: try await fact.effectiveAt(server), server, console)
  }
}
