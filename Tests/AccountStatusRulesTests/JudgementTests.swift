import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct JudgementTests {
  private func fact(
    _ kind: FactKind, at: Instant = "2026-02-01T00:00:00Z", source: Identifier = "a",
    id: Identifier = "1"
  ) -> Fact {
    Fact(
      accountID: Reporter.account, source: source, factID: id, effectiveAt: at, kind: kind)
  }

  private func registered() -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    return reporter
  }

  private func refusal(_ judgement: Judgement) -> FactRefusal? {
    guard case .refuse(let refusal) = judgement else { return nil }
    return refusal
  }

  @Test func `a repeat with the same content is a duplicate, even where it would be refused now`() {
    var reporter = registered()
    let approval = fact(.decision("D-1", .approved), at: "2026-03-01T00:00:00Z")
    #expect(reporter.report(approval) == .accept)
    reporter.report(.profile(.rejected), at: "2026-02-01T00:00:00Z")
    #expect(reporter.report(approval) == .duplicate(sequence: 2))
    #expect(
      refusal(
        reporter.report(.decision("D-2", .approved), at: "2026-03-01T00:00:00Z"))?.code
        == .failedPrecondition)
  }

  @Test func `the same identity with other content already exists`() {
    var reporter = registered()
    let first = fact(.profile(.pending))
    #expect(reporter.report(first) == .accept)
    var later = first
    later.effectiveAt = "2026-02-02T00:00:00Z"
    let refused = refusal(reporter.report(later))
    #expect(refused?.code == .alreadyExists)
    #expect(refused?.field == "factId")
    var elsewhere = first
    elsewhere.accountID = "southridge"
    #expect(
      refusal(judgeRepeat(elsewhere, of: reporter.facts.stored[1]))?.code == .alreadyExists)
    #expect(judgeRepeat(first, of: reporter.facts.stored[1]) == .duplicate(sequence: 2))
  }

  @Test func `texts that only look alike differ`() {
    var reporter = registered()
    let composed = fact(.externalStatusObserved(state: .active, note: "caf\u{e9}"))
    let decomposed = fact(.externalStatusObserved(state: .active, note: "cafe\u{301}"))
    #expect(reporter.report(composed) == .accept)
    #expect(refusal(reporter.report(decomposed))?.code == .alreadyExists)
  }

  @Test func `a malformed fact is refused with its field, and leaves no trace`() {
    var reporter = registered()
    let refused = refusal(reporter.report(fact(.payment("P-1", .euros(0)))))
    #expect(refused?.code == .invalidArgument)
    #expect(refused?.field == "paymentReceived.amount")
    #expect(reporter.report(fact(.payment("P-1", .euros(1)))) == .accept)
    #expect(
      refusal(reporter.report(fact(.payment("P-1", .euros(0)))))?.code == .invalidArgument)
  }

  @Test(arguments: [
    (
      FactKind.invoice("X", issued: "2026-01-01"), FactKind.invoice("X", issued: "2026-01-02"),
      "invoiceIssued.invoiceId"
    ),
    (.payment("X", .euros(1)), .payment("X", .euros(2)), "paymentReceived.paymentId"),
    (
      .creditApplied(creditID: "X", invoiceID: "I", amount: .euros(1)),
      .creditApplied(creditID: "X", invoiceID: "J", amount: .euros(1)), "creditApplied.creditId"
    ),
    (.request("X"), .request("X", .appeal), "supportRequestOpened.requestId"),
    (.issue("X"), .issue("X", account: false), "providerIssueOpened.issueId"),
    (.decision("X", .approved), .decision("X", .declined), "reinstatementDecided.decisionId"),
    (
      .registered(), .registered(program: .maicpp), "accountRegistered"
    ),
  ])
  func `a thing is introduced once, whoever reports it`(
    _ kind: FactKind, _ other: FactKind, _ field: String
  ) {
    var reporter = Reporter()
    #expect(reporter.report(fact(kind)) == .accept)
    #expect(reporter.report(fact(kind, source: "b")) == .accept)
    for conflicting in [
      fact(other, source: "b", id: "2"), fact(other, id: "2"),
      fact(kind, at: "2026-02-02T00:00:00Z", source: "c"),
    ] {
      let refused = refusal(reporter.report(conflicting))
      #expect(refused?.code == .alreadyExists)
      #expect(refused?.field == field)
    }
  }

  @Test func `a thing's id is free again only when every fact that holds it is retracted`() {
    var reporter = registered()
    reporter.report(fact(.payment("P-1", .euros(1))))
    reporter.report(fact(.payment("P-1", .euros(1)), source: "b"))
    let other = fact(.payment("P-1", .euros(2)), source: "c")
    reporter.report(
      .factRetracted(FactIdentity(source: "a", factID: "1")), at: "2026-01-01T00:00:00Z")
    #expect(refusal(reporter.report(other))?.code == .alreadyExists)
    reporter.report(
      .factRetracted(FactIdentity(source: "b", factID: "1")), at: "2026-01-01T00:00:00Z")
    #expect(reporter.report(other) == .accept)
  }

  @Test func `findings and profiles change by design`() {
    var reporter = registered()
    #expect(reporter.report(fact(.finding("AF-1", .suspected))) == .accept)
    #expect(reporter.report(fact(.finding("AF-1", .confirmed), id: "2")) == .accept)
    #expect(reporter.report(fact(.profile(.pending), id: "3")) == .accept)
    #expect(reporter.report(fact(.profile(.failed), id: "4")) == .accept)
  }

  @Test func `a fact retracted before it came is in nobody's way`() {
    var reporter = registered()
    reporter.report(
      .factRetracted(FactIdentity(source: "late", factID: "1")), at: "2026-01-01T00:00:00Z")
    #expect(reporter.report(fact(.payment("P-1", .euros(1)))) == .accept)
    #expect(reporter.report(fact(.payment("P-1", .euros(2)), source: "late")) == .accept)
  }

  @Test func `only a global admin asks for reinstatement`() {
    var reporter = registered()
    let refused = refusal(reporter.report(fact(.request("R-1", role: .billingAdmin))))
    #expect(refused?.code == .failedPrecondition)
    #expect(refused?.field == "supportRequestOpened.requestedBy.role")
    #expect(refusal(reporter.report(fact(.request("R-1", role: nil))))?.code == .invalidArgument)
    #expect(reporter.report(fact(.request("R-1", .appeal, role: .other))) == .accept)
    #expect(reporter.report(fact(.request("R-2", role: .globalAdmin), id: "2")) == .accept)
  }

  @Test func `a refused approval names each reason and subject`() throws {
    var reporter = Reporter()
    reporter.report(.registered([.indirectReseller]), at: "2026-01-01T00:00:00Z")
    reporter.report(.finding("AF-2", .confirmed), at: "2026-01-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-01-01T00:00:00Z")
    reporter.report(.issue("ISS-1"), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.failed), at: "2026-01-01T00:00:00Z")
    let refused = try #require(refusal(reporter.report(fact(.decision("D-1", .approved)))))
    #expect(refused.code == .failedPrecondition)
    #expect(
      refused.message.contains(
        "ACCOUNT_ABUSE (AF-1, AF-2), INDIRECT_PROVIDER_ISSUE (ISS-1), PROFILE_FAILED_OR_REJECTED"
      ))
    #expect(
      refused.outstanding.map(\.code)
        == [.accountAbuse, .indirectProviderIssue, .profileFailedOrRejected])
  }

  @Test func `an approval's own waivers are in force when it is judged`() throws {
    var reporter = registered()
    reporter.report(.finding("AF-1", .confirmed), at: "2026-01-01T00:00:00Z")
    reporter.report(.finding("AF-2", .confirmed), at: "2026-01-01T00:00:00Z")
    func approval(_ waivers: Waiver...) -> Fact {
      fact(.decision("D-1", .approved, waivers: waivers))
    }
    let until: Instant = "2026-06-01T00:00:00Z"
    let one = approval(Waiver(reason: .accountAbuse, subject: "AF-1", until: until))
    #expect(
      try #require(refusal(reporter.report(one))).outstanding.map(\.subjects) == [["AF-2"]])
    // A waiver is in force in [effective_at, until): here never.
    let over = approval(Waiver(reason: .accountAbuse, until: "2026-02-01T00:00:00Z"))
    #expect(refusal(reporter.report(over)) != nil)
    let other = approval(Waiver(reason: .billingPastDue, until: until))
    #expect(refusal(reporter.report(other)) != nil)
    #expect(reporter.report(approval(Waiver(reason: .accountAbuse, until: until))) == .accept)
    #expect(reporter.standing(at: "2026-02-01T00:00:00Z")?.state == .active)
  }

  @Test func `an approval is judged at its own instant under the default edition`() {
    var reporter = Reporter()
    reporter.edition = .named("2017-01")
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    #expect(reporter.report(fact(.decision("D-1", .approved))) == .accept)
    reporter.edition = .named("2020-06")
    let before = fact(.decision("D-2", .approved), at: "2026-01-04T00:00:00Z", id: "2")
    #expect(reporter.report(before) == .accept)
    let after = fact(.decision("D-3", .approved), at: "2026-01-05T00:00:00Z", id: "3")
    #expect(refusal(reporter.report(after)) != nil)
    let decline = fact(.decision("D-3", .declined), at: "2026-01-05T00:00:00Z", id: "3")
    #expect(reporter.report(decline) == .accept)
  }

  @Test func `where the account lists no reasons an approval is accepted`() {
    var reporter = Reporter()
    #expect(reporter.report(fact(.decision("D-1", .approved))) == .accept)
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    reporter.report(.profile(.rejected), at: "2026-01-01T00:00:00Z")
    reporter.report(.accountClosed, at: "2026-02-02T00:00:00Z")
    let closed = fact(.decision("D-2", .approved), at: "2026-02-02T00:00:00Z", id: "2")
    #expect(reporter.report(closed) == .accept)
  }

  @Test func `an approval under review needs a waiver of the profile`() {
    var reporter = registered()
    reporter.report(.profile(.rejected), at: "2026-01-05T00:00:00Z")
    reporter.report(.profile(.pending), at: "2026-01-06T00:00:00Z")
    #expect(refusal(reporter.report(fact(.decision("D-1", .approved)))) != nil)
    let waived = fact(
      .decision(
        "D-1", .approved,
        waivers: [Waiver(reason: .profileFailedOrRejected, until: "2026-03-01T00:00:00Z")]))
    #expect(reporter.report(waived) == .accept)
    // With no episode open any more, the pending appeal is no reason when the waiver ends.
    #expect(reporter.standing(at: "2026-03-01T00:00:00Z")?.state == .active)
  }
}
