import AccountStatusClient
import AccountStatusModel
package import ArgumentParser
import JSONText
import PartnerCenterImport

/// `import`: turns Partner Center's documents into facts and reports them.
package struct Import: ServerCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Imports Partner Center documents: what the ledger lacks of them.",
    discussion: """
      Reads Invoice, InvoiceSummary, LegalBusinessProfile, ServiceRequest, PartnerRelationship and \
      collections of them. The same document again imports nothing. A bad item is named with its \
      place in the document, and the good ones are imported.

      A partner relationship is a fact of the reseller's account. One that a later collection does \
      not hold stays as it is; one with another state than active ends.

      Exit status: 0 all imported, 1 some items rejected or facts refused.

      EXAMPLES
        accountstatus import --account northwind invoices.json
        accountstatus import --account northwind --dry-run invoices.json profile.json
        accountstatus import --account northwind --vetting-version last-finalized finalized.json
        accountstatus import --account northwind --observed-at 2026-11-02 invoices.json
        accountstatus import --account northwind --purpose reinstatement --role global-admin \
      request.json
        accountstatus import --account fabrikam indirect-resellers.json
      """)

  @Option(
    help: ArgumentHelp("Whose documents they are; they do not say.", valueName: "id"),
    transform: Parse.accountID)
  var account: AccountID

  @Argument(
    help: ArgumentHelp("Documents, or - for the standard input.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var files: [String]

  @Flag(help: "Print the facts in place of reporting them.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "When documents without a time were true. (default: now, by the server's clock)",
      valueName: "time"),
    transform: Parse.instant)
  var observedAt: Instant?

  @Option(
    help: ArgumentHelp(
      "Which vetting a profile describes: current or last-finalized.", valueName: "version"))
  var vettingVersion = VettingVersion.current

  @Option(
    help: ArgumentHelp(
      "What service requests ask for: reinstatement, appeal or other. (default: other)",
      valueName: "purpose"),
    completion: .list(SupportRequestPurpose.allCases.map(\.kebab)),
    transform: { text throws -> SupportRequestPurpose in try Parse.word(text) })
  var purpose: SupportRequestPurpose?

  @Option(
    help: ArgumentHelp(
      "In which role they were filed: global-admin, billing-admin or other.", valueName: "role"),
    completion: .list(Role.allCases.map(\.kebab)),
    transform: { text throws -> Role in try Parse.word(text) })
  var role: Role?

  @OptionGroup package var bulk: BulkOptions
  @OptionGroup package var global: GlobalOptions

  package init() {}

  package var patience: Duration? { bulk.patience }

  package func validate() throws {
    guard purpose != .reinstatement || role == .globalAdmin else {
      throw ValidationError(
        "Only a global admin may ask for reinstatement; add --role global-admin.")
    }
  }

  /// What the documents do not say.
  private var unstated: DocumentImporter.Unstated {
    var unstated = DocumentImporter.Unstated()
    unstated.vettingVersion = vettingVersion
    unstated.purpose = purpose
    unstated.role = role
    return unstated
  }

  package func run(_ server: Server, _ console: Console) async throws -> ExitStatus {
    let instant: Instant
    if let observedAt { instant = observedAt } else { instant = try await server.now() }
    var importer = DocumentImporter(
      accountID: account, observedAt: instant, unstated: unstated,
      ledger: try await owned(server, console))
    var facts: [(place: String, fact: Fact)] = []
    var rejected = 0
    for file in files {
      let source = Document(try await InputFile.read(file) { input in try input.rest() })
      for other in importer.accounts(in: source) {
        importer.add(try await server.factsIfAny(of: other) ?? [], of: other)
      }
      let document = importer.read(source)
      for remark in document.remarks { console.note("\(file): note: \(remark)") }
      for rejection in document.rejections { console.note("\(file): rejected: \(rejection)") }
      rejected += document.rejections.count
      facts += document.facts.map { (file, $0) }
    }
    if rejected > 0 {
      console.note("\(counted(rejected, "item")) rejected")
    }
    let status = try await dryRun ? show(facts, console) : report(facts, server, console)
    return status == .success && rejected > 0 ? .no : status
  }

  /// The facts of the account whose documents they are: facts may come before the registration.
  private func owned(
    _ server: Server, _ console: Console
  ) async throws(AccountStatusError) -> [Fact] {
    if let facts = try await server.factsIfAny(of: account) { return facts }
    console.note(
      "nothing is known about \(account) yet: facts about it count once it is registered")
    return []
  }

  private func show(
    _ facts: [(place: String, fact: Fact)], _ console: Console
  ) throws -> ExitStatus {
    var listing = Listing(global.output, console)
    for part in facts.chunked(by: 1000) {
      for fact in try Contract.json(of: part.map(\.fact)) {
        listing.add(fact, text: FactText(fact).text)
      }
    }
    listing.finish()
    console.note(
      "dry run: \(counted(facts.count, "fact")) to report, none reported")
    return .success
  }

  private func report(
    _ facts: [(place: String, fact: Fact)], _ server: Server, _ console: Console
  ) async throws -> ExitStatus {
    try await Interrupt.catching { interrupt in
      var report = FactReport(server, console, format: global.output, interrupt: interrupt)
      report.progress.total = facts.count
      for part in facts.chunked(by: 1000) {
        for (json, fact) in zip(try Contract.json(of: part.map(\.fact)), part) {
          if interrupt?.isRaised == true { break }
          report.progress.done += 1
          try await report.add(json, from: fact.place)
        }
      }
      return try await report.finish()
    }
  }
}

extension Array {
  /// Its elements, so many at a time.
  fileprivate func chunked(by count: Int) -> some Sequence<ArraySlice<Element>> {
    stride(from: 0, to: self.count, by: count).lazy.map {
      self[$0..<Swift.min($0 + count, self.count)]
    }
  }
}

extension VettingVersion: ExpressibleByArgument {}
