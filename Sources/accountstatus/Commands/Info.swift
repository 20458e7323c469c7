package import ArgumentParser
import JSONText

/// `info`: the server about itself.
package struct Info: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows the server's version, sockets, ledger, editions and clock.",
    discussion: """
      EXAMPLES
        accountstatus info
        accountstatus info -o json | jq -r .policyEdition
      """)

  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let info = try await server.ask("AdminService/GetInfo")
    console.show(info, as: global.output, text: text(info))
    return .success
  }

  private func text(_ info: JSONValue) -> String {
    var lines = [
      ("version", info.string("version")),
      ("process", "\(info.number("pid")), since \(info.string("startedAt"))"),
      ("socket", info.string("rpcSocket")),
      ("table", info["tableSocket"] == nil ? "none" : info.string("tableSocket")),
      ("ledger", "\(info.string("database")), schema \(info.number("storeVersion"))"),
      ("editions", editions(info)),
      ("clock", info.string("now") + (info.flag("manualClock") ? ", set by hand" : "")),
    ]
    if info.flag("ephemeral") { lines.append(("ephemeral", "its data goes when it stops")) }
    let readOnly = info.string("readOnlyBecause")
    if !readOnly.isEmpty { lines.append(("read-only", readOnly)) }
    return lines.map { "\($0.0.padded(9))  \($0.1)" }.joined(separator: "\n")
  }

  private func editions(_ info: JSONValue) -> String {
    let chosen = info.string("policyEdition")
    return info.strings("policyEditions")
      .map { $0 == chosen ? "\($0) (default)" : $0 }.joined(separator: ", ")
  }
}
