import AccountStatusModel
package import ArgumentParser
import JSONText

/// `get`: the status of accounts.
package struct Get: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows the status of accounts: state, reasons, what they may do, what comes next.",
    discussion: """
      Exit status: 0 all found, 2 some not registered.

      EXAMPLES
        accountstatus get northwind
        accountstatus get northwind contoso -o jsonl
        accountstatus get northwind --as-of 2026-12-01
        accountstatus get northwind --known-at 2026-11-01T12:00:00Z --edition 2016-11
      """)

  /// The most ids of one call.
  private static let batch = 1000

  @Argument(help: ArgumentHelp("Accounts to show.", valueName: "id"), transform: Parse.accountID)
  var ids: [AccountID]

  @OptionGroup var query: QueryOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    var listing = Listing(global.output, console, isSingle: ids.count == 1)
    var isFirst = true
    var status = ExitStatus.success
    for start in stride(from: 0, to: ids.count, by: Self.batch) {
      let part = ids[start..<min(start + Self.batch, ids.count)]
      let request: [JSONObject.Member] = [
        .init("accountIds", .array(part.map { .string($0.text) })),
        .init("view", .string("STATUS_VIEW_FULL")),
      ]
      let reply = try await server.ask(
        "StatusService/BatchGetStatus", JSONObject(request + query.members))
      for result in reply.array("results") {
        guard let found = result["status"] else {
          console.error(message(of: result))
          status = .notFound
          continue
        }
        let text = StatusText(found, isColored: console.isColored).text
        listing.add(found, text: isFirst ? text : "\n\(text)")
        isFirst = false
      }
    }
    listing.finish()
    return status
  }

  private func message(of result: JSONValue) -> String {
    let id = result.string("accountId")
    let message = result["error"]?.string("message") ?? "the server gave no status"
    return message.contains(id) ? message : "\(id): \(message)"
  }
}
