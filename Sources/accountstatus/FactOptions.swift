import AccountStatusModel
import ArgumentParser

/// The options of the commands that report one fact.
struct FactOptions: ParsableArguments {
  /// The source of the facts that this program makes up.
  static let source: Identifier = "accountstatus"

  @Option(
    help: ArgumentHelp(
      "When it became true, RFC 3339 or a date. (default: now, by the server's clock)",
      valueName: "time"),
    transform: Parse.instant)
  var effectiveAt: Instant?

  /// The instant given, else the server's now.
  func effectiveAt(_ server: Server) async throws -> Instant {
    if let effectiveAt { return effectiveAt }
    return try await server.now()
  }
}

extension ServerCommand {
  /// Reports one fact under the id `ACCOUNT/name`, and prints what became of it.
  func report(
    _ kind: FactKind, of account: AccountID, as name: String, at instant: Instant,
    _ server: Server, _ console: Console
  ) async throws -> ExitStatus {
    let fact = Fact(
      accountID: account, source: FactOptions.source,
      factID: try Identifier("\(account)/\(name)"), effectiveAt: instant, kind: kind)
    var report = FactReport(single: server, console, format: global.output)
    for json in try Contract.json(of: [fact]) { try await report.add(json, from: account.text) }
    return try await report.finish()
  }
}
