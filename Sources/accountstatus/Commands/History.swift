import AccountStatusModel
package import ArgumentParser
import JSONText

/// `history`: what happened to an account, and what was learned too late.
package struct History: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows what happened to an account: facts, suspensions, decisions, corrections.",
    discussion: """
      In the order of time: every fact with its source and who reported it, every suspension with \
      what ended it, and every correction, which is what was learned too late and the answers \
      about the past that it changed. Corrections of less than a minute in all come of reports \
      that take their time; they are left out of the text unless --all is given. As JSON it is \
      GetHistoryResponse, with the corrections of all pages and without the facts. Exit status: 0 \
      found, 2 not registered.

      EXAMPLES
        accountstatus history northwind
        accountstatus history northwind --as-of 2026-11-01 --known-at 2026-11-01
        accountstatus history northwind -o json | jq .corrections
      """)

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Flag(help: "Corrections of less than a minute as well.")
  var all = false

  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let history = try await history(server, console)
    guard global.output == .text else {
      console.show(history, as: global.output, text: "")
      return .success
    }
    let facts = try await facts(server)
    let text = HistoryText(
      of: id, history, facts, knownAt: query.times.knownAt, showsAll: all,
      isColored: console.isColored)
    for line in text.lines { console.print(line) }
    for note in text.notes { console.note(note) }
    return .success
  }

  /// The whole answer, made of its pages.
  private func history(_ server: Server, _ console: Console) async throws -> JSONValue {
    var whole: [JSONObject.Member] = []
    var corrections: [JSONValue] = []
    try await server.eachPage(
      of: "LedgerService/GetHistory", account + query.members, size: 1000
    ) { page in
      if whole.isEmpty, case .object(let object) = page {
        whole = object.members.filter { !["corrections", "nextPageToken"].contains($0.name) }
      }
      corrections += page.array("corrections")
      console.progress("\(corrections.count) corrections")
    }
    console.progress("")
    if !corrections.isEmpty { whole.append(.init("corrections", .array(corrections))) }
    return .object(JSONObject(whole))
  }

  private func facts(_ server: Server) async throws -> [JSONValue] {
    var facts: [JSONValue] = []
    try await server.eachPage(
      of: "LedgerService/ListFacts", account + query.freshness.members, size: 500
    ) { page in
      facts += page.array("facts")
    }
    return facts
  }

  private var account: [JSONObject.Member] { [.init("accountId", .string(id.text))] }
}
