import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// The lists that a support person works off, from a real daemon through the program.
@Suite struct WorkListTests {
  private func accountstatus(_ served: Served, _ line: String) throws -> Output {
    try run(
      "accountstatus",
      ["--socket", served.server.socket] + line.split(separator: " ").map(String.init))
  }

  /// The accounts of a list, in its order.
  private func listed(_ served: Served, _ line: String) throws -> [String] {
    let output = try accountstatus(served, "list \(line) -o jsonl")
    #expect(output.status == 0, "\(output.error)")
    return try output.out.split(separator: "\n").map { line in
      let status = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return status?["accountId"] as? String ?? ""
    }
  }

  private func pay(_ served: Served, _ account: AccountID, at instant: Instant) async throws {
    let amount = try Money("EUR", units: 1000)
    try await served.report(
      .paymentReceived(
        paymentID: "PAY-1", amount: amount,
        allocations: [Allocation(invoiceID: "INV-1", amount: amount)]),
      of: account, at: instant)
  }

  private func askForReinstatement(
    _ served: Served, _ account: AccountID, at instant: Instant
  ) async throws {
    try await served.report(
      .supportRequestOpened(
        SupportRequest(requestID: "R-1", purpose: .reinstatement, role: .globalAdmin)),
      of: account, at: instant)
  }

  @Test func `who will be suspended is listed to the second`() async throws {
    let served = try Served(now: "2026-10-16T00:00:00Z")
    try await served.register("alder")
    try await served.issueInvoice(of: "alder")
    try await served.register("birch")
    try await served.report(
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-1", issueDate: "2026-06-20", total: try Money("EUR", units: 1))),
      of: "birch", at: "2026-06-20T00:00:00Z")
    // Alice on 30 October, bob on the 19th: the next comes first.
    #expect(try listed(served, "--suspends-within 14d") == ["birch", "alder"])
    #expect(try listed(served, "--suspends-within 13d") == ["birch"])
    #expect(try listed(served, "--suspends-within 3d") == ["birch"], "exactly then is within")
    #expect(try listed(served, "--suspends-within 2d") == [])
    let table = try accountstatus(served, "list --suspends-within 14d")
    #expect(table.out.contains("SUSPENDS AT") && table.out.contains("2026-10-19T00:00:00Z  3 days"))
    for (now, suspended) in [
      ("2026-10-18T23:59:59.999999999Z", []), ("2026-10-19T00:00:00Z", ["birch"]),
    ] as [(Instant, [String])] {
      _ = try await served.client.setClock(to: now)
      #expect(try listed(served, "--state suspended") == suspended)
      #expect(
        try listed(served, "--notice payment-delinquent --state active").count == 2
          - suspended.count)
    }
  }

  @Test func `who waits longest for reinstatement is listed first`() async throws {
    let served = try Served(now: "2026-11-20T12:00:00Z")
    for (account, asked) in [
      ("alder", "2026-11-14T12:00:00Z"), ("birch", "2026-11-10T00:00:00Z"),
      ("cedar", "2026-11-15T12:00:00Z"),
    ] as [(AccountID, Instant)] {
      try await served.register(account)
      try await served.issueInvoice(of: account)
      try await pay(served, account, at: "2026-11-05T00:00:00Z")
      try await askForReinstatement(served, account, at: asked)
    }
    try await served.register("dogwood")
    try await served.issueInvoice(of: "dogwood")
    #expect(try listed(served, "--eligible") == ["alder", "birch", "cedar"])
    #expect(try listed(served, "--reinstatement in-review --older-than 5d") == ["birch", "alder"])
    #expect(try listed(served, "--reinstatement not-requested") == ["dogwood"])
    #expect(try listed(served, "--state suspended --older-than 21d").count == 4)
    _ = try await served.client.advanceClock(by: .nanoseconds(1))
    #expect(
      try listed(served, "--reinstatement in-review --older-than 5d") == [
        "birch", "alder", "cedar",
      ])
    let alder = try await served.client.getStatus("alder", view: .full)
    #expect(alder.reinstatementSince == "2026-11-14T12:00:00Z")
  }

  @Test func `was it suspended on 30 October, and did we know then`() async throws {
    let served = try Served(now: "2026-10-30T09:00:00Z")
    try await served.register("alder")
    try await served.issueInvoice(of: "alder")
    _ = try await served.client.setClock(to: "2026-11-05T00:00:00Z")
    // On 5 November we learn that it was paid on 28 October.
    try await pay(served, "alder", at: "2026-10-28T00:00:00Z")
    let then = "--as-of 2026-10-30T12:00:00Z"
    let asKnown = "\(then) --known-at 2026-10-30T12:00:00Z"
    #expect(try listed(served, "--state suspended \(then)") == [])
    #expect(try listed(served, "--state suspended \(asKnown)") == ["alder"])
    #expect(try accountstatus(served, "is-active alder -q \(then)").status == 0)
    #expect(try accountstatus(served, "is-active alder -q \(asKnown)").status == 1)
    #expect(try accountstatus(served, "check alder -q sell-new-licenses \(then)").status == 0)
    #expect(try accountstatus(served, "check alder -q sell-new-licenses \(asKnown)").status == 1)
    let both = try accountstatus(served, "get alder nobody \(asKnown) -o jsonl")
    #expect(both.status == 2 && both.out.contains(#""state":"ACCOUNT_STATE_SUSPENDED""#))
    #expect(both.error.contains("nobody"))
    #expect(try listed(served, "--as-of 2025-12-31") == [], "nobody was registered")
    #expect(try listed(served, "--as-of 2026-10-29 --edition 2016-11 --state suspended") == [])
  }
}
