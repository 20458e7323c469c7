import AccountStatusModel
import Foundation
import JSONText
import Testing
import accountstatus

struct ImportTests {
  private let stub = StubServer { method, request in
    if method == "GetInfo" { return StubServer.info }
    guard case .array(let facts)? = request["facts"] else { return "{}" }
    let results = facts.map { _ in #"{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}"# }
    return #"{"results":[\#(results.joined(separator: ","))],"token":"AQ=="}"#
  }

  /// Imports a document of northwind.
  private func imported(
    _ document: String, _ arguments: [String] = [], on stub: StubServer
  ) async throws -> Outcome {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).json")
    try Data(document.utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    var outcome = try await run(
      ["import", "--account", "northwind", path.path] + arguments, on: stub)
    outcome.notes = outcome.notes.replacing(path.path, with: "FILE")
    outcome.output = outcome.output.replacing(path.path, with: "FILE")
    return outcome
  }

  private let invoices = #"""
    [{"id":"A","invoiceDate":"2026-07-01","totalCharges":10,"currencyCode":"EUR","mood":1},
    {"id":"B","invoiceDate":"soon","totalCharges":10,"currencyCode":"EUR"}]
    """#

  @Test func `good items are reported, bad ones named, and the exit says so`() async throws {
    let outcome = try await imported(invoices, on: stub)
    #expect(outcome.status == .no)
    #expect(
      outcome.output
        == "stored 1          FILE  partner-center/northwind/invoice/A/issued invoiceIssued\n")
    #expect(outcome.notes.contains("FILE: note: [0].mood: is not known and was left out\n"))
    #expect(outcome.notes.contains("FILE: rejected: [1].invoiceDate: \"soon\" is not a time"))
    #expect(outcome.notes.contains("1 stored, 0 known already, 0 refused\n"))
  }

  @Test func `documents may come before the registration, with a word about it`() async throws {
    let unknown = StubServer(facts: nil) { method, _ in
      method == "GetInfo"
        ? StubServer.info : #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#
    }
    let outcome = try await imported(
      #"{"id":"A","invoiceDate":"2026-07-01","totalCharges":10,"currencyCode":"EUR"}"#, on: unknown)
    #expect(outcome.status == .success)
    #expect(outcome.notes.hasPrefix("nothing is known about northwind yet"))
    #expect(outcome.notes.contains("1 stored, 0 known already, 0 refused\n"))
  }

  @Test func `a dry run prints the facts and reports none`() async throws {
    let outcome = try await imported(invoices, ["--dry-run", "-o", "jsonl"], on: stub)
    #expect(outcome.output.hasPrefix(#"{"accountId":"northwind","source":"partner-center","#))
    #expect(outcome.status == .no)
    #expect(stub.asked.map(\.method) == ["accountstatus.v1.AdminService/GetInfo"])
  }

  @Test func `what the ledger has is not reported again`() async throws {
    let known = StubServer(
      facts: [
        Fact(
          accountID: "northwind", source: "partner-center", factID: "northwind/invoice/A/issued",
          effectiveAt: "2026-07-01T00:00:00Z",
          kind: .invoiceIssued(
            InvoiceIssued(
              invoiceID: "A", issueDate: "2026-07-01", total: try Money("EUR", units: 10))))
      ], answer: { _, _ in StubServer.info })
    let outcome = try await imported(
      #"{"id":"A","invoiceDate":"2026-07-01","totalCharges":10,"currencyCode":"EUR"}"#, on: known)
    #expect(outcome.output == "")
    #expect(outcome.notes == "nothing new to report\n")
    #expect(outcome.status == .success)
  }

  @Test func `profiles take the instant and the vetting version`() async throws {
    let outcome = try await imported(
      #"{"vettingStatus":"rejected"}"#,
      [
        "--dry-run", "-o", "jsonl", "--observed-at", "2026-11-02", "--vetting-version",
        "last-finalized",
      ], on: stub)
    #expect(
      outcome.output.contains(
        #""effectiveAt":"2026-11-02T00:00:00Z","profileVerificationChanged":"#
          + #"{"lastFinalized":"VERIFICATION_STATE_REJECTED"}"#))
    #expect(stub.asked.isEmpty)
  }

  @Test func `a file that is missing stops the import before anything is reported`() async throws {
    let outcome = try await imported(invoices, ["/nowhere/b.json"], on: stub)
    #expect(outcome.status == .usage)
    #expect(!stub.asked.contains { $0.method.hasSuffix("ImportFacts") })
  }

  @Test func `a dry run says that nothing was reported`() async throws {
    #expect(
      try await imported(invoices, ["--dry-run"], on: stub).notes
        .hasSuffix("dry run: 1 fact to report, none reported\n"))
  }

  private let request = #"""
    {"id":"R","status":"attention_needed","createdDate":"2026-11-02T10:15:00Z",
    "lastModifiedDate":"2026-11-03T08:00:00Z","attributes":{"objectType":"ServiceRequest"}}
    """#

  @Test func `a service request takes its purpose and role from the command line`() async throws {
    let outcome = try await imported(
      request,
      ["--dry-run", "-o", "jsonl", "--purpose", "reinstatement", "--role", "global-admin"],
      on: stub)
    #expect(
      outcome.output.contains(
        #""purpose":"SUPPORT_REQUEST_PURPOSE_REINSTATEMENT","#
          + #""requestedBy":{"role":"ROLE_GLOBAL_ADMIN"}"#))
    let other = try await imported(request, ["--dry-run", "-o", "jsonl"], on: stub)
    #expect(other.output.contains(#""purpose":"SUPPORT_REQUEST_PURPOSE_OTHER""#))
  }

  @Test(arguments: [
    ["--purpose", "reinstatement"], ["--purpose", "begging"], ["--role", "king"],
  ])
  func `a purpose or role that cannot be is wrong usage`(arguments: [String]) {
    #expect(throws: (any Error).self) {
      try parse(["import", "--account", "northwind", "x.json"] + arguments)
    }
  }

  @Test func `a relationship is compared with the facts of the reseller`() async throws {
    let document = #"""
      {"items":[{"id":"tailspin","state":"Active","relationshipType":
      "is_indirect_cloud_solution_provider_of","attributes":{"objectType":"PartnerRelationship"}}]}
      """#
    let outcome = try await imported(document, on: stub)
    #expect(
      outcome.output
        == "stored 1          FILE  partner-center/tailspin/provider/northwind/000001 "
        + "providerLinked\n")
    let linked = StubServer(
      facts: [
        Fact(
          accountID: "tailspin", source: "crm", factID: "1", effectiveAt: "2026-07-01T00:00:00Z",
          kind: .providerLinked("northwind"))
      ], answer: { _, _ in StubServer.info })
    #expect(try await imported(document, on: linked).notes == "nothing new to report\n")
  }
}
