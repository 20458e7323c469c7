import AccountStatusClient
import AccountStatusModel
import Foundation
import Testing

/// Facts in, status out, over the socket of a real daemon.
@Suite struct AnswerTests {
  @Test func `an unpaid invoice suspends at its exact instant`() async throws {
    let served = try Served()
    try await served.register()
    try await served.issueInvoice()

    let early = try await served.client.getStatus("northwind")
    #expect(early.state == .active)
    #expect(early.nextTransition?.at == "2026-10-30T00:00:00Z")
    #expect(early.nextTransition?.toState == .suspended)

    _ = try await served.client.setClock(to: "2026-10-29T23:59:59.999999999Z")
    #expect(try await served.client.getStatus("northwind").state == .active)

    _ = try await served.client.advanceClock(by: .nanoseconds(1))
    let late = try await served.client.getStatus("northwind")
    #expect(late.state == .suspended)
    #expect(late.since == "2026-10-30T00:00:00Z")
    #expect(late.reasons.map(\.code) == [.billingPastDue])
    #expect(!late.capabilities.contains(.sellNewLicenses))
    #expect(late.capabilities.contains(.manageExistingLicenses))
    #expect(late.value.revision > early.value.revision)
  }

  @Test func `the full view agrees with the basic one and adds what it leaves out`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let basic = try await served.client.getStatus("northwind").value
    let full = try await served.client.getStatus("northwind", view: .full).value
    #expect(full.revision == basic.revision)
    #expect(full.state == basic.state)
    #expect(full.since == basic.since)
    #expect(full.capabilities == basic.capabilities)
    #expect(full.notices == basic.notices)
    #expect(basic.reasons.first?.subjects.isEmpty == true)
    #expect(full.reasons.first?.subjects == ["INV-1"])
    #expect(full.reasons.first?.since == "2026-10-30T00:00:00Z")
    #expect(full.reasons.first?.detail.contains("INV-1") == true)
  }

  @Test func `other instants, other knowledge and other editions are evaluated`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let learned = try await served.client.getStatus("northwind").asOf
    _ = try await served.client.advanceClock(by: .seconds(3600))
    // A payment that was made in time, and learned of too late.
    try await served.report(
      .paymentReceived(
        paymentID: "P-1", amount: Money("EUR", units: 1000),
        allocations: [Allocation(invoiceID: "INV-1", amount: Money("EUR", units: 1000))]),
      at: "2026-10-20T00:00:00Z")

    #expect(try await served.client.getStatus("northwind").state == .active)
    let before = try await served.client.getStatus("northwind", knownAt: learned)
    #expect(before.state == .suspended)
    #expect(before.value.knownAt == learned)
    let past = try await served.client.getStatus(
      "northwind", asOf: "2026-10-29T12:00:00Z", knownAt: learned, policyEdition: "2016-11")
    #expect(past.state == .suspended)
    #expect(past.since == "2026-10-29T00:00:00Z")
    #expect(past.value.policyEdition == "2016-11")
    let future = try await served.client.getStatus("northwind", asOf: "2027-01-01T00:00:00Z")
    #expect(future.value.isProjected)
    let failure = await #expect(throws: AccountStatusError.self) {
      _ = try await served.client.getStatus("northwind", policyEdition: "1999-01")
    }
    #expect(failure?.kind == .invalidArgument)
    #expect(failure?.message.contains("2020-06") == true)
  }

  @Test func `an unknown account is not found, never active`() async throws {
    let served = try Served()
    try await served.register("later", at: "2026-08-01T00:00:00Z")
    for account: AccountID in ["nobody", "later"] {
      for view in [StatusView.basic, .full] {
        let failure = await #expect(throws: AccountStatusError.self) {
          _ = try await served.client.getStatus(account, view: view)
        }
        #expect(failure?.kind == .notFound)
        #expect(failure?.reason == "ACCOUNT_NOT_FOUND")
      }
    }
    _ = try await served.client.setClock(to: "2026-08-01T00:00:00Z")
    #expect(try await served.client.getStatus("later").state == .active)
  }

  @Test func `a suspended provider is a notice on its reseller's full status`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register("provider", types: [.indirectProvider])
    try await served.issueInvoice(of: "provider")
    try await served.register("reseller", types: [.indirectReseller])
    try await served.report(
      .providerLinked("provider"), of: "reseller", at: "2026-02-01T00:00:00Z")
    let full = try await served.client.getStatus("reseller", view: .full)
    #expect(full.state == .active)
    #expect(full.notices.contains(.providerSuspended))
    let before = try await served.client.getStatus("reseller", asOf: "2026-10-01T00:00:00Z")
    #expect(!before.notices.contains(.providerSuspended))
    #expect(!(try await served.client.getStatus("reseller").notices.contains(.providerSuspended)))
  }

  @Test func `a batch answers each id by itself, in order`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register("a")
    try await served.register("b")
    try await served.issueInvoice(of: "b")
    for view in [StatusView.basic, .full] {
      let batch = try await served.client.getStatuses(["b", "missing", "a"], view: view)
      #expect(batch.value.map(\.accountID.text) == ["b", "missing", "a"])
      #expect(try batch.value[0].result.get().state == .suspended)
      #expect(throws: AccountStatusError.self) { try batch.value[1].result.get() }
      #expect(try batch.value[2].result.get().state == .active)
    }
  }

  @Test func `a check says what is allowed, on what basis, and for how long`() async throws {
    let served = try Served(now: "2026-11-15T00:00:00Z")
    try await served.register()
    try await served.issueInvoice()
    let check = try await served.client.check(
      [.sellNewLicenses, .manageExistingDeployments, .payInvoice], of: "northwind")
    #expect(check.verdicts.map(\.isAllowed) == [false, true, true])
    #expect(check.verdicts.map(\.basis) == [.article, .article, .wayBack])
    #expect(check.reasons.map(\.code) == [.billingPastDue])
    let past = try await served.client.check(
      [.sellNewLicenses], of: "northwind", asOf: "2026-10-01T00:00:00Z")
    #expect(past.isAllowed)
    #expect(past.nextTransition?.at == "2026-10-30T00:00:00Z")
  }

  @Test func `lists are by id and right before the ledger has caught up`() async throws {
    let served = try Served()
    for name in ["cedar", "alder", "birch", "dogwood"] {
      let account = AccountID(stringLiteral: name)
      try await served.register(account)
      if name != "dogwood" { try await served.issueInvoice(of: account) }
    }
    #expect(try await served.client.listStatuses(state: .suspended).all().isEmpty)
    _ = try await served.client.setClock(to: "2026-10-30T00:00:00Z")
    let suspended = try await served.client.listStatuses(state: .suspended, pageSize: 2).all()
    #expect(suspended.map(\.accountID.text) == ["alder", "birch", "cedar"])
    let byReason = try await served.client.listStatuses(reason: .billingPastDue).all()
    #expect(byReason.map(\.accountID.text) == ["alder", "birch", "cedar"])
    #expect(try await served.client.listStatuses(reason: .accountAbuse).all().isEmpty)
    let all = try await served.client.listStatuses(pageSize: 1).all()
    #expect(all.map(\.accountID.text) == ["alder", "birch", "cedar", "dogwood"])
  }

  @Test func `whoever has a reply finds its write, also by its token`() async throws {
    let served = try Served()
    try await served.register()
    for index in 0..<50 {
      let answer = try await served.report(
        .abuseFindingChanged(
          findingID: "F-1", severity: .significant, state: index % 2 == 0 ? .confirmed : .dismissed
        ), at: Served.start.adding(nanoseconds: Int64(index)))
      _ = try await served.client.advanceClock(by: .nanoseconds(1))
      let status = try await served.client.getStatus("northwind", atLeast: answer.token)
      #expect(status.reasons.contains { $0.code == .accountAbuse } == (index % 2 == 0))
    }
    let failure = await #expect(throws: AccountStatusError.self) {
      _ = try await served.client.getStatus("northwind", atLeast: Token(bytes: [1, 2, 3]))
    }
    #expect(failure?.reason == "FOREIGN_TOKEN")
  }

  @Test func `facts are listed as they were stored, with who reported them`() async throws {
    let served = try Served()
    try await served.register()
    try await served.issueInvoice()
    let facts = try await served.client.listFacts(of: "northwind", pageSize: 1).all()
    #expect(facts.map(\.fact.kind.contractName) == ["accountRegistered", "invoiceIssued"])
    #expect(facts[0].sequence < facts[1].sequence)
    #expect(facts.allSatisfy { $0.recordedBy.pid == getpid() })
    #expect(facts.allSatisfy { !$0.recordedBy.command.isEmpty })
    #expect(facts.allSatisfy { $0.recordedAt == Served.start })
  }

  @Test func `an import is answered chunk by chunk`() async throws {
    let served = try Served()
    let facts = (0..<5000).map { index in
      Fact(
        accountID: AccountID(stringLiteral: "bulk-\(index)"), source: "bulk",
        factID: Identifier(stringLiteral: "f-\(index)"), effectiveAt: "2026-01-01T00:00:00Z",
        kind: .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
    }
    var stored = 0
    for try await chunk in served.client.importFacts(facts) {
      stored += chunk.results.count { if case .stored = $0 { true } else { false } }
    }
    #expect(stored == 5000)
    var duplicates = 0
    for try await chunk in served.client.importFacts(facts) {
      duplicates += chunk.results.count { if case .duplicate = $0 { true } else { false } }
    }
    #expect(duplicates == 5000)
    #expect(try await served.client.listStatuses(pageSize: 1000).all().count == 5000)
  }
}
