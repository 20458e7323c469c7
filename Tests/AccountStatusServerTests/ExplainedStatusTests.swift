import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("An explained status")
struct ExplainedStatusTests {
  private func explained(
    _ server: LocalServer, _ id: AccountID = account, asOf: Instant? = nil
  ) throws -> Result<ExplainedStatus, RPCError> {
    let now = server.clock.now
    let query = EvaluationQuery(
      asOf: asOf ?? now, knownAt: nil, edition: server.editions.default, now: now,
      defaultEdition: server.editions.default)
    return try server.answer("an explanation comes") {
      server.evaluator.explanation(of: id, query, { $0 }, $0)
    }
  }

  @Test func `the status is the one that evaluation gives`() throws {
    let server = try LocalServer(at: suspension)
    try server.store([registration(), invoice()])
    let explained = try explained(server).get()
    let query = EvaluationQuery(
      asOf: suspension, knownAt: nil, edition: server.editions.default, now: suspension,
      defaultEdition: server.editions.default)
    let status = try server.answer("an answer comes") {
      server.evaluator.answer(query, about: account, $0)
    }
    #expect(try explained.status == status.get())
    #expect(explained.explanation.reasons.map(\.code) == [.billingPastDue])
  }

  @Test func `every suspended provider is named, one hop away`() throws {
    let server = try LocalServer(at: suspension)
    try server.store([
      registration("shop", [.indirectReseller]), fact("l1", of: "shop", .providerLinked("top")),
      fact("l2", of: "shop", .providerLinked("fine")),
      fact("l3", of: "shop", .providerLinked("other")),
      fact("l4", of: "shop", .providerLinked("nobody")),
      registration("top", [.indirectProvider]), invoice("INV-1", "top"),
      registration("fine", [.indirectProvider]),
      registration("other", [.indirectProvider]), invoice("INV-2", "other"),
    ])
    let explained = try explained(server, "shop").get()
    #expect(explained.status.notices.contains(.providerSuspended))
    let notice = explained.explanation.notices.first { $0.notice == .providerSuspended }
    #expect(notice?.subjects.map(\.subject) == ["other", "top"])
    #expect(notice?.subjects.map { $0.facts.map(\.identity.factID) } == [["l3"], ["l1"]])
    // What was no provider's suspension yet is none.
    let early = try self.explained(server, "shop", asOf: autumn).get()
    #expect(!early.status.notices.contains(.providerSuspended))
  }

  @Test func `who is not registered is not found`() throws {
    let server = try LocalServer()
    for (id, asOf) in [("nobody", nil), (account, "2025-01-01T00:00:00Z")]
      as [(AccountID, Instant?)]
    {
      try server.store([registration()])
      guard case .failure(let error) = try explained(server, id, asOf: asOf) else {
        Issue.record("\(id) is explained")
        continue
      }
      #expect(error.code == .notFound)
    }
  }

  @Test func `a closed account asks for no provider`() throws {
    let server = try LocalServer(at: suspension)
    try server.store([
      registration(account, [.indirectReseller]), fact("link", .providerLinked("top")),
      fact("close", at: autumn, .accountClosed),
      registration("top", [.indirectProvider]), invoice("INV-1", "top"),
    ])
    #expect(try !explained(server).get().status.notices.contains(.providerSuspended))
  }
}
