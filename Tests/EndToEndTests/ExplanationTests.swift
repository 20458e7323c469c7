import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Why, and the way back, from the daemon through the command line, in both languages.
@Suite struct ExplanationTests {
  /// Runs `accountstatus` against a daemon, in the environment's language.
  private func explain(
    _ served: Served, _ arguments: [String], language: String = "C"
  ) throws -> Output {
    try run(
      "accountstatus", ["--socket", served.server.socket, "explain"] + arguments,
      environment: ["LC_ALL": language])
  }

  @Test func `a suspension is explained from its invoice to the way back`() async throws {
    let served = try Served(now: "2026-11-02T09:00:00Z")
    try await served.register()
    try await served.issueInvoice()

    let english = try explain(served, ["northwind"])
    #expect(english.status == 0)
    #expect(english.out.hasPrefix("northwind  SUSPENDED\nSuspended since 2026-10-30T00:00:00Z"))
    #expect(english.out.contains("more than 60 days after its due date: (60 d, ∞)"))
    #expect(english.out.contains("1,000.00 EUR open, due 2026-08-30, 64 days past due."))
    #expect(english.out.contains("[ ] Pay 1,000.00 EUR on invoice INV-1"))

    let swedish = try explain(served, ["northwind"], language: "sv_SE.UTF-8")
    #expect(swedish.out.hasPrefix("northwind  INAKTIVERAT\nInaktiverat sedan 2026-10-30"))
    #expect(swedish.out.contains("mer än 60 dagar efter förfallodagen: (60 d, ∞)"))
    #expect(swedish.out.contains("[ ] Betala 1\u{a0}000,00 EUR på faktura INV-1"))
    // What is asked for beats the environment.
    #expect(
      try explain(served, ["northwind", "--locale", "en-GB"], language: "sv_SE").out
        == english.out)
  }

  @Test func `the steps are done one after the other, until the account is active`() async throws {
    let served = try Served(now: "2026-11-02T09:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    func open() async throws -> [RemediationCode] {
      try await served.client.explain("northwind", locale: "sv").explanation.steps
        .filter { !$0.isDone }.map(\.code)
    }
    #expect(
      try await open() == [.reviewBilling, .payInvoice, .fileSupportRequest, .contactSupport])
    try await served.report(
      .paymentReceived(
        paymentID: "P-1", amount: Money("EUR", units: 1000),
        allocations: [Allocation(invoiceID: "INV-1", amount: Money("EUR", units: 1000))]),
      at: "2026-11-02T09:00:00Z")
    #expect(try await open() == [.fileSupportRequest, .contactSupport])
    try await served.report(
      .supportRequestOpened(
        SupportRequest(requestID: "R-1", purpose: .reinstatement, role: .globalAdmin)),
      at: "2026-11-02T09:00:00Z")
    #expect(try await open() == [.awaitDecision, .contactSupport])
    try await served.report(
      .reinstatementDecided(
        ReinstatementDecision(decisionID: "D-1", requestID: "R-1", outcome: .approved)),
      at: "2026-11-02T09:00:00Z")
    let explained = try await served.client.explain("northwind")
    #expect(explained.status.state == .active && explained.explanation.steps.isEmpty)
    #expect(explained.language == "en")
  }

  @Test func `JSON is the contract's, and who is not known exits 2`() async throws {
    let served = try Served(now: "2026-11-02T09:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let json = try explain(served, ["northwind", "--locale", "sv", "-o", "json"])
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    #expect(object["locale"] as? String == "sv")
    let reason = try #require((object["reasons"] as? [[String: Any]])?.first)
    #expect(reason["articleSentence"] as? String == "3a")
    #expect(reason["interval"] as? String == "(60 d, ∞)")
    let subject = try #require((reason["subjects"] as? [[String: Any]])?.first)
    let fact = try #require((subject["facts"] as? [[String: Any]])?.first)
    #expect(fact["kind"] as? String == "invoiceIssued")
    let recorder = try #require(fact["recordedBy"] as? [String: Any])
    #expect(recorder["pid"] as? Int32 == ProcessInfo.processInfo.processIdentifier)

    let nobody = try explain(served, ["nobody"])
    #expect(nobody.status == 2 && nobody.out == "")
    #expect(nobody.error.contains("account nobody is not registered"))
  }
}
