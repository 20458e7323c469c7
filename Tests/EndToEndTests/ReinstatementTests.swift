import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Testing

/// The way back to good standing, lived through with the command line.
@Suite struct ReinstatementTests {
  private func cli(
    _ served: Served, _ arguments: String..., input: String = ""
  ) throws -> Output {
    try run("accountstatus", ["--socket", served.server.socket] + arguments, input: input)
  }

  /// The reinstatement state and the account's state, as `get` prints them.
  private func standing(_ served: Served) throws -> String {
    let text = try cli(served, "get", "northwind", "-o", "jsonl").out
    let words = ["REINSTATEMENT_STATE_", "ACCOUNT_STATE_"].map { prefix in
      text.split(separator: prefix, maxSplits: 1).last?.prefix { $0 != "\"" } ?? "?"
    }
    // The state of what comes next is spelled alike: the first is the account's own.
    return words.joined(separator: " ")
  }

  private func fact(_ id: String, at instant: String, _ kind: String) -> String {
    #"{"accountId":"northwind","source":"erp","factId":"\#(id)","effectiveAt":"\#(instant)","#
      + kind + "}\n"
  }

  private func update(_ status: String, at instant: String) -> String {
    fact(
      "R-1/\(status)/\(instant)", at: instant,
      #""supportRequestUpdated":{"requestId":"R-1","status":"SUPPORT_REQUEST_STATUS_\#(status)"}"#)
  }

  private func payment(at instant: String) -> String {
    let amount = #""amount":{"currencyCode":"EUR","units":"1000"}"#
    return fact(
      "P-1", at: instant,
      #""paymentReceived":{"paymentId":"P-1",\#(amount),"#
        + #""allocations":[{"invoiceId":"INV-1",\#(amount)}]}"#)
  }

  @Test func `every state of the way back is passed through`() async throws {
    let served = try Served(now: "2026-11-01T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    #expect(try standing(served) == "NOT_REQUESTED SUSPENDED")

    let wrongRole = try cli(
      served, "reinstate", "request", "northwind", "--role", "billing-admin")
    #expect(wrongRole.status == 1)
    #expect(wrongRole.out.contains("only a GLOBAL_ADMIN can ask for reinstatement"))
    #expect(try standing(served) == "NOT_REQUESTED SUSPENDED")

    // Filed before the payment, it simply waits.
    let filed = try cli(
      served, "reinstate", "request", "northwind", "--request-id", "R-1", "--name", "Global admin")
    #expect(filed.status == 0)
    #expect(try standing(served) == "AWAITING_REMEDY SUSPENDED")

    _ = try await served.client.setClock(to: "2026-11-02T00:00:00Z")
    #expect(try cli(served, "report", "-", input: payment(at: "2026-11-02T00:00:00Z")).status == 0)
    #expect(try standing(served) == "IN_REVIEW SUSPENDED")

    let steps = [
      ("ATTENTION_NEEDED", "PARTNER_ACTION_NEEDED"), ("OPEN", "IN_REVIEW"),
      ("CLOSED", "NOT_REQUESTED"), ("OPEN", "IN_REVIEW"),
    ]
    for (hour, (status, expected)) in steps.enumerated() {
      let now = "2026-11-02T0\(hour + 1):00:00Z"
      _ = try await served.client.setClock(to: try Instant(now))
      #expect(try cli(served, "report", "-", input: update(status, at: now)).status == 0)
      #expect(try standing(served) == "\(expected) SUSPENDED")
    }

    _ = try await served.client.setClock(to: "2026-11-03T00:00:00Z")
    let declined = try cli(
      served, "reinstate", "decline", "northwind", "--request-id", "R-1", "--note",
      "the profile is out of date")
    #expect(declined.status == 0)
    #expect(try standing(served) == "DECLINED SUSPENDED")

    _ = try await served.client.setClock(to: "2026-11-04T00:00:00Z")
    #expect(try cli(served, "reinstate", "request", "northwind").status == 0)
    #expect(try standing(served) == "IN_REVIEW SUSPENDED")
    let noNote = try cli(served, "reinstate", "approve", "northwind")
    #expect(noNote.status == 64 && noNote.error.contains("--note"))
    #expect(
      try cli(served, "reinstate", "approve", "northwind", "--note", "all is well").status == 0)
    #expect(try standing(served) == "NONE ACTIVE")
  }

  @Test func `refusals name what is outstanding, and a waiver holds until its instant`()
    async throws
  {
    let served = try Served(now: "2026-11-01T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    try await served.report(
      .abuseFindingChanged(findingID: "AF-1", severity: .significant, state: .confirmed),
      at: "2026-10-31T00:00:00Z")

    let refused = try cli(served, "reinstate", "approve", "northwind", "--note", "please")
    #expect(refused.status == 1)
    #expect(refused.out.contains("FAILED_PRECONDITION"))
    #expect(refused.out.contains("\n  account-abuse:AF-1  contact support"))
    #expect(refused.out.contains("\n  billing-past-due:INV-1  pay INV-1, or --waive"))

    let half = try cli(
      served, "reinstate", "approve", "northwind", "--note", "a plan was agreed", "--waive",
      "billing-past-due:INV-1=2026-12-01T06:00:00Z")
    #expect(half.status == 1)
    #expect(half.out.contains("account-abuse:AF-1") && !half.out.contains("billing-past-due:"))
    #expect(try standing(served) == "NOT_REQUESTED SUSPENDED")

    let approved = try cli(
      served, "reinstate", "approve", "northwind", "--note", "a plan was agreed", "--waive",
      "billing-past-due:INV-1=2026-12-01T06:00:00Z", "--waive", "account-abuse=2027-01-01")
    #expect(approved.status == 0)
    #expect(try standing(served) == "NONE ACTIVE")
    _ = try await served.client.setClock(to: "2026-12-01T05:59:59.999999999Z")
    #expect(try standing(served) == "NONE ACTIVE")
    _ = try await served.client.setClock(to: "2026-12-01T06:00:00Z")
    #expect(try standing(served) == "NOT_REQUESTED SUSPENDED")
    let status = try await served.client.getStatus("northwind", view: .full)
    #expect(status.since == "2026-12-01T06:00:00Z")
    #expect(status.reasons.map(\.code) == [.billingPastDue])

    let onDecline = fact(
      "D-9", at: "2026-12-01T06:00:00Z",
      #""reinstatementDecided":{"decisionId":"D-9","outcome":"DECISION_OUTCOME_DECLINED","#
        + #""waivers":[{"reason":"REASON_CODE_ACCOUNT_ABUSE","until":"2027-01-01T00:00:00Z"}]}"#)
    let malformed = try cli(served, "report", "-", input: onDecline)
    #expect(malformed.status == 1)
    #expect(malformed.out.contains("INVALID_ARGUMENT"))
    #expect(malformed.out.contains("waivers"))
  }

  @Test func `a wrong fact is retracted, and the history says what that changed`() async throws {
    let served = try Served(now: "2026-08-02T00:00:00Z")
    try await served.register()
    try await served.report(
      .abuseFindingChanged(findingID: "AF-1", severity: .significant, state: .confirmed),
      at: "2026-08-02T00:00:00Z", id: "AF-1/wrong")
    #expect(try standing(served) == "NOT_REQUESTED SUSPENDED")

    _ = try await served.client.setClock(to: "2026-08-05T00:00:00Z")
    let unknown = try cli(served, "retract", "northwind", "--fact", "test/AF-2/wrong")
    #expect(unknown.status == 2)
    let retracted = try cli(served, "retract", "northwind", "--fact", "test/AF-1/wrong")
    #expect(retracted.status == 0)
    #expect(try standing(served) == "NONE ACTIVE")
    let again = try cli(served, "retract", "northwind", "--fact", "test/AF-1/wrong")
    #expect(again.status == 0 && again.error.contains("retracted before"))

    let history = try cli(served, "history", "northwind").out
    #expect(history.contains("test/AF-1/wrong by"))
    #expect(history.contains("RETRACTED 2026-08-05"))
    #expect(
      history.contains("2026-08-02 – 2026-08-05 was SUSPENDED (account-abuse), is ACTIVE"))
    let now = try await served.client.getHistory(of: "northwind")
    #expect(now.episodes.isEmpty)
    let then = try await served.client.getHistory(
      of: "northwind", asOf: "2026-08-04T00:00:00Z", knownAt: "2026-08-04T00:00:00Z")
    #expect(then.episodes.map(\.since) == ["2026-08-02T00:00:00Z"])
    let corrections = try await served.client.listCorrections(of: "northwind").all()
    #expect(corrections.first?.recordedAt == "2026-08-05T00:00:00Z")
  }

  @Test func `a history has decisions with who made them, and late facts as corrections`()
    async throws
  {
    let served = try Served(now: "2026-11-01T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    _ = try await served.client.setClock(to: "2026-11-03T00:00:00Z")
    #expect(try cli(served, "report", "-", input: payment(at: "2026-11-02T00:00:00Z")).status == 0)
    _ = try await served.client.setClock(to: "2026-11-04T00:00:00Z")
    #expect(
      try cli(
        served, "reinstate", "approve", "northwind", "--decision-id", "D-1", "--note",
        "INV-1 is paid"
      ).status == 0)

    let history = try cli(served, "history", "northwind")
    #expect(history.status == 0)
    #expect(history.out.contains("2026-10-30            SUSPENDED billing-past-due (INV-1)\n"))
    #expect(history.out.contains("APPROVED by decision D-1: INV-1 is paid\n"))
    #expect(history.out.contains("northwind/decision/D-1 by accountstatus (uid "))
    #expect(history.out.contains("2026-11-04            ACTIVE reinstated by decision D-1\n"))
    #expect(
      history.out.contains(
        "2026-11-02 – 2026-11-03 was SUSPENDED (billing-past-due), is SUSPENDED\n"))

    let before = try cli(
      served, "history", "northwind", "--known-at", "2026-11-02T00:00:00Z", "--as-of",
      "2026-11-02T00:00:00Z")
    #expect(!before.out.contains("paymentReceived") && !before.out.contains("APPROVED"))
    let json = try cli(served, "history", "northwind", "-o", "json")
    #expect(json.out.contains(#""endedBy": "EPISODE_END_APPROVED""#))
    #expect(json.out.contains(#""tookEffect": true"#))
    let missing = try cli(served, "history", "nobody")
    #expect(missing.status == 2)
  }
}
