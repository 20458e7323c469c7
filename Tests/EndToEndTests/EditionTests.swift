import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Policy editions as files: the operator's own, and a change of the default one.
@Suite struct EditionTests {
  @Test func `an edition that was shown, changed and put into the directory is in force`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let plain = try Served()
    let shown = try run(
      "accountstatus",
      ["--socket", plain.server.socket, "editions", "show", "2020-06", "-o", "json"])
    #expect(shown.status == 0)
    let source = "\(repository)/Sources/AccountStatusRules/Editions/2020-06.json"
    #expect(shown.out == (try String(contentsOfFile: source, encoding: .utf8)))
    try shown.out.replacing("\"2020-06\"", with: "\"acme-1\"")
      .replacing("\"days\": 60", with: "\"days\": 30")
      .write(toFile: directory.file("acme-1.json"), atomically: false, encoding: .utf8)

    let served = try Served(arguments: [
      "--policy-editions", directory.path, "--policy-edition", "acme-1",
    ])
    try await served.register()
    try await served.issueInvoice()
    let early = try await served.client.getStatus("northwind")
    #expect(early.nextTransition?.at == "2026-09-30T00:00:00Z")
    #expect(early.value.policyEdition == "acme-1")
    _ = try await served.client.setClock(to: "2026-09-30T00:00:00Z")
    let status = try await served.client.getStatus("northwind", view: .full)
    #expect(status.state == .suspended)
    #expect(status.since == "2026-09-30T00:00:00Z")

    let other = try run(
      "accountstatus",
      ["--socket", served.server.socket, "get", "northwind", "--edition", "2020-06", "-o", "json"])
    #expect(other.out.contains("\"state\": \"ACCOUNT_STATE_ACTIVE\""))
    #expect(other.out.contains("\"at\": \"2026-10-30T00:00:00Z\""))

    let editions = try await served.client.listEditions()
    #expect(editions.filter(\.isDefault).map(\.name) == ["acme-1"])
    #expect(editions.first { $0.name == "acme-1" }?.file == directory.file("acme-1.json"))
    let edition = try await served.client.getEdition()
    #expect(edition.csp.billing?.pastDue == DayThreshold(.moreThan, days: 30))
    let text = try run("accountstatus", ["--socket", served.server.socket, "editions", "acme-1"])
    #expect(text.out.contains("more than 30 days past its due date: (30 d, ∞)"))
  }

  @Test func `files that cannot be used stop the start, all of them named`() throws {
    let directory = try TemporaryDirectory()
    let source = "\(repository)/Sources/AccountStatusRules/Editions/2020-06.json"
    let text = try String(contentsOfFile: source, encoding: .utf8)
    for (name, content) in [
      ("2020-06", text.replacing("60", with: "61")), ("2027-01", text),
      ("a", text.replacing("\"2020-06\"", with: "\"a\"").replacing("60", with: "-3")),
    ] {
      try content.write(
        toFile: directory.file("\(name).json"), atomically: false, encoding: .utf8)
    }
    let output = try run("accountstatusd", ["--ephemeral", "--policy-editions", directory.path])
    #expect(output.status == 1)
    let lines = output.error.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("accountstatusd: fatal: the policy editions in") == true)
    #expect(
      lines.dropFirst().map { $0.contains(".json:19:17: csp.billing.pastDue.days: ") } == [
        true, false, true, false,
      ])
    #expect(output.error.contains("2027-01.json:2:11: name: \"2020-06\": must be \"2027-01\""))
    #expect(
      output.error.contains("a.json:19:17: csp.billing.pastDue.days: -3: must be 0 to 36 500"))

    let missing = try run(
      "accountstatusd", ["--ephemeral"],
      environment: ["ACCOUNTSTATUSD_POLICY_EDITIONS": directory.file("missing")])
    #expect(missing.status == 1)
    #expect(missing.error.contains("\(directory.file("missing")): No such file or directory"))
    let unknown = try run("accountstatusd", ["--ephemeral", "--policy-edition", "acme-1"])
    #expect(unknown.status == 1)
    #expect(unknown.error.contains("known are 2016-11, 2017-01, 2020-06, 2022-03"))
  }

  /// 5 000 accounts decided by 2020-06, then by the rules of 2016-11 with 30 days: every way to ask
  /// has the new answer at once, and while the ledger decides them anew, over kill -9.
  @Test func `a changed default edition is in force at once, and stays so`() async throws {
    let directory = try TemporaryDirectory()
    let changed = [
      "--policy-editions", try editions(in: directory), "--policy-edition", "strict-1",
    ]
    let today = Instant(nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000).day
    let lives = Lives(today: today)
    let first = try durable(directory)
    let reporter = try AccountStatusClient(socket: first.socket)
    for try await chunk in reporter.importFacts(lives.facts) {
      for result in chunk.results {
        guard case .stored = result else { throw Unexpected("\(result)") }
      }
    }
    var revisions = try await check(lives, reporter, edition: "2020-06", atLeast: [:])
    first.kill()

    // Killed again and again while the ledger is at work, then left to finish.
    for _ in 0..<3 {
      let server = try durable(directory, changed)
      let client = try AccountStatusClient(socket: server.socket)
      try await checkOne(of: lives, client)
      server.kill()
    }
    let server = try durable(directory, changed)
    let client = try AccountStatusClient(socket: server.socket)
    let before = revisions
    for _ in 0..<3 {
      revisions = try await check(lives, client, edition: "strict-1", atLeast: revisions)
    }
    // The edition is part of every answer: each changed, and each once.
    for (account, revision) in revisions { #expect(revision == (before[account] ?? 0) + 1) }
    #expect(server.stop() == 0)

    // Nothing is left to be decided, and nothing is counted twice.
    let again = try durable(directory, changed)
    let last = try AccountStatusClient(socket: again.socket)
    #expect(try await check(lives, last, edition: "strict-1", atLeast: revisions) == revisions)
  }

  /// Makes the directory with `strict-1`.
  private func editions(in directory: TemporaryDirectory) throws -> String {
    let path = directory.file("editions")
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false)
    let source = "\(repository)/Sources/AccountStatusRules/Editions/2016-11.json"
    try String(contentsOfFile: source, encoding: .utf8)
      .replacing("2016-11", with: "strict-1").replacing("60", with: "30")
      .write(toFile: "\(path)/strict-1.json", atomically: false, encoding: .utf8)
    return path
  }

  private func durable(
    _ directory: TemporaryDirectory, _ arguments: [String] = []
  ) throws -> ServerProcess {
    try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"),
      arguments: arguments)
  }

  /// One account of each kind, asked in every way.
  private func checkOne(of lives: Lives, _ client: AccountStatusClient) async throws {
    for kind in 0..<Lives.kinds {
      let account = lives.accounts[kind]
      let state = lives.state(of: kind, under: "strict-1")
      #expect(try await client.getStatus(account).state == state)
      #expect(try await client.getStatus(account, view: .full).state == state)
      let check = try await client.check([.sellNewLicenses], of: account)
      #expect(check.isAllowed == (state == .active))
    }
  }

  /// Every account in every view and list; returns the revisions.
  private func check(
    _ lives: Lives, _ client: AccountStatusClient, edition: String,
    atLeast: [AccountID: UInt64]
  ) async throws -> [AccountID: UInt64] {
    try await checkLists(lives, client, edition: edition)
    var revisions = atLeast
    for view in [StatusView.basic, .full] {
      let batch = try await client.getStatuses(lives.accounts, view: view, timeout: .seconds(60))
      for (number, entry) in batch.value.enumerated() {
        let status = try entry.result.get()
        guard status.state == lives.state(of: number, under: edition),
          status.policyEdition == edition, status.revision >= revisions[entry.accountID] ?? 0
        else { throw Unexpected("\(entry.accountID) under \(edition): \(status)") }
        revisions[entry.accountID] = status.revision
      }
    }
    return revisions
  }

  private func checkLists(
    _ lives: Lives, _ client: AccountStatusClient, edition: String
  ) async throws {
    for state in [AccountState.suspended, .active] {
      let listed = try await client.listStatuses(
        state: state, pageSize: 1000, timeout: .seconds(60)
      ).all()
      let expected = lives.accounts.indices.filter { lives.state(of: $0, under: edition) == state }
      #expect(listed.map(\.accountID) == expected.map { lives.accounts[$0] })
      #expect(listed.allSatisfy { $0.state == state && $0.policyEdition == edition })
    }
  }
}

/// What a test did not expect to be told.
private struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Accounts of four kinds: with nothing, past due for 30 days but not for 60, past due for both, and
/// with a profile that was rejected, which is no reason before 2020.
private struct Lives {
  static let kinds = 4
  let accounts = (0..<5000).map { AccountID(stringLiteral: "life-\(10_000 + $0)") }
  let today: CalendarDay

  func state(of number: Int, under edition: String) -> AccountState {
    switch number % Self.kinds {
    case 0: .active
    case 1: edition == "2020-06" ? .active : .suspended
    case 2: .suspended
    default: edition == "2020-06" ? .suspended : .active
    }
  }

  var facts: [Fact] {
    accounts.enumerated().flatMap { number, account -> [Fact] in
      let registration = fact(
        account, "r",
        .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
      switch number % Self.kinds {
      case 0: return [registration]
      case 1: return [registration, invoice(account, daysPastDue: 45)]
      case 2: return [registration, invoice(account, daysPastDue: 100)]
      default:
        return [
          registration,
          fact(
            account, "p",
            .profileVerificationChanged(ProfileVerification(overall: .rejected))),
        ]
      }
    }
  }

  private func fact(_ account: AccountID, _ id: String, _ kind: FactKind) -> Fact {
    Fact(
      accountID: account, source: "life", factID: Identifier(stringLiteral: "\(account)/\(id)"),
      effectiveAt: "2020-01-01T00:00:00Z", kind: kind)
  }

  private func invoice(_ account: AccountID, daysPastDue: Int32) -> Fact {
    let due = today.adding(days: -daysPastDue)
    return fact(
      account, "i",
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-1", issueDate: due, statedDueDate: due,
          total: Money("EUR", billionths: 100 * Money.billionthsPerUnit))))
  }
}
