package import ArgumentParser
import JSONText

/// `editions`: the policy editions, or one of them.
package struct Editions: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Lists the policy editions that the server knows, or shows one.",
    discussion: """
      An edition is a dated set of rules; every answer names the one it was decided by. Yours are \
      files in the directory that `accountstatusd --policy-editions` names.

      EXAMPLES
        accountstatus editions
        accountstatus editions 2022-03
        accountstatus editions show 2020-06 -o json > acme-1.json
      """,
    subcommands: [EditionsList.self, EditionsShow.self], defaultSubcommand: EditionsList.self)

  package init() {}
}

/// `editions list`: the policy editions.
package struct EditionsList: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the policy editions by name; this is meant where no subcommand is named.",
    discussion: """
      EXAMPLES
        accountstatus editions
        accountstatus editions -o json | jq -r '.[] | select(.isDefault).name'
      """)

  @Argument(help: ArgumentHelp("An edition to show, as `show` does.", valueName: "name"))
  var name: String?

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    if let name { return try await show(edition: name, of: server, on: console) }
    var listing = Listing(global.output, console)
    for edition in try await server.ask("AdminService/ListEditions").array("editions") {
      let mark = edition.flag("isDefault") ? "default" : ""
      listing.add(
        edition,
        text: "\(edition.string("name").padded(16))  \(mark.padded(7))  "
          + EditionText.origin(edition))
    }
    listing.finish()
    return .success
  }
}

/// `editions show`: one policy edition.
package struct EditionsShow: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows a policy edition: the rules in words, or with -o json its file.",
    discussion: """
      With -o json it prints what the edition's file holds, to the letter. Saved under another \
      name, with that name in it, it is the start of an edition of your own.

      EXAMPLES
        accountstatus editions show 2020-06
        accountstatus editions show 2020-06 -o json > acme-1.json
      """)

  @Argument(help: ArgumentHelp("The edition. (default: the server's default)", valueName: "name"))
  var name: String?

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    try await show(edition: name, of: server, on: console)
  }
}

extension ServerCommand {
  /// Shows an edition; nil: the server's default.
  fileprivate func show(
    edition name: String?, of server: Server, on console: Console
  ) async throws -> ExitStatus {
    let reply = try await server.ask(
      "AdminService/GetEdition", ["name": .string(name ?? "")], showsDefaults: true)
    let edition = reply["edition"] ?? .null
    console.show(
      edition, as: global.output,
      text: EditionText(edition: edition, summary: reply["summary"] ?? .null).text)
    return .success
  }
}
