import AccountStatusModel
package import ArgumentParser
import JSONText

/// `billing`: what an account owes, and how it came to that.
package struct Billing: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Shows the billing page: balances, months, invoices, payments.",
    discussion: """
      Open invoices come first, in the order in which they are to be paid. A month is shown as it \
      stood at its end; on a terminal each has a bar of what was open then. As JSON it is \
      GetBillingResponse, with the invoices of all pages unless --invoices says otherwise. Exit \
      status: 0 found, 2 not registered.

      EXAMPLES
        accountstatus billing northwind
        accountstatus billing northwind --months 24 --as-of 2026-12-31
        accountstatus billing northwind -o json | jq '.invoices[] | select(.daysPastDue > 60)'
      """)

  private static let pageSize = 1000
  /// Invoices shown as text unless more are asked for.
  private static let standardCount = 20

  @Argument(help: "The account.", transform: Parse.accountID)
  var id: AccountID

  @Option(
    help: ArgumentHelp(
      "Months of history, 1 to 120, the current one included. (default: 12)", valueName: "n"))
  var months: Int?

  @Option(
    help: ArgumentHelp(
      "The most invoices to show. (default: 20 as text, all as JSON)", valueName: "n"))
  var invoices: Int?

  @OptionGroup var times: TimeOptions
  @OptionGroup var freshness: FreshnessOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package func validate() throws {
    guard months.map({ (1...120).contains($0) }) ?? true else {
      throw ValidationError("--months is 1 to 120")
    }
    guard invoices.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--invoices is at least 1")
    }
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let count = invoices ?? (global.output == .text ? Self.standardCount : .max)
    let reply = try await billing(server, upTo: count)
    console.show(
      reply, as: global.output, text: BillingText(reply, of: id, for: console).text)
    return .success
  }

  /// The answer with the invoices of as many pages as are asked for.
  private func billing(_ server: Server, upTo count: Int) async throws -> JSONValue {
    var members: [JSONObject.Member] = []
    var invoices: [JSONValue] = []
    var pageToken = ""
    repeat {
      let size = min(count - invoices.count, Self.pageSize)
      let page = try await server.ask("LedgerService/GetBilling", request(size, pageToken))
      if pageToken.isEmpty, case .object(let object) = page {
        members = object.members.filter { $0.name != "invoices" && $0.name != "nextPageToken" }
      }
      invoices += page.array("invoices")
      pageToken = page.string("nextPageToken")
    } while !pageToken.isEmpty && invoices.count < count
    members.append(.init("invoices", .array(invoices)))
    if !pageToken.isEmpty { members.append(.init("nextPageToken", .string(pageToken))) }
    return .object(JSONObject(members))
  }

  private func request(_ size: Int, _ pageToken: String) -> JSONObject {
    var members: [JSONObject.Member] = [
      .init("accountId", .string(id.text)), .init("pageSize", .number(JSONNumber(size))),
      .init("pageToken", .string(pageToken)),
    ]
    if let months { members.append(.init("months", .number(JSONNumber(months)))) }
    return JSONObject(members + times.members + freshness.members)
  }
}
