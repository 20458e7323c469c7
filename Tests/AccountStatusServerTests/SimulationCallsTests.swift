import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite struct SimulationCallsTests {
  private let today: Instant = "2026-11-15T09:00:00Z"

  /// INV-1 is unpaid: suspended since 2026-10-30.
  private func server() throws -> (local: LocalServer, peer: Peer) {
    let local = try LocalServer(at: today)
    try local.store([registration(), invoice()])
    return (local, try local.connect())
  }

  private func simulate(
    _ peer: Peer, _ facts: [Fact], of account: AccountID = account, asOf: Instant? = nil,
    edition: String? = nil
  ) throws -> SimulateStatusResponse {
    try peer.call(
      StatusService.simulateStatus,
      SimulateStatusRequest(
        accountID: account, facts: facts, asOf: asOf, policyEdition: edition),
      SimulateStatusResponse.self)
  }

  private func approval(_ account: AccountID = account) -> Fact {
    fact(
      "approve", of: account, at: today,
      .reinstatementDecided(ReinstatementDecision(decisionID: "D-1", outcome: .approved)))
  }

  private func refusal(_ result: AccountStatusAPI.FactResult?) -> FactRefusal? {
    guard case .refused(let refusal)? = result else { return nil }
    return refusal
  }

  @Test func `INV-1 is paid today: eligible, and reinstated once it is approved`() throws {
    let (_, peer) = try server()
    let paid = try simulate(peer, [payment(at: today)])
    #expect(paid.actual?.state == .suspended)
    #expect(paid.actual?.standing.isEligibleForReinstatement == false)
    #expect(paid.simulated?.state == .suspended)
    #expect(paid.simulated?.standing.isEligibleForReinstatement == true)
    #expect(paid.simulated?.revision == paid.actual?.revision)
    #expect(paid.results == [.stored(sequence: 0)])
    #expect(paid.transitions.isEmpty)
    let approved = try simulate(peer, [payment(at: today), approval()])
    #expect(approved.simulated?.state == .active)
    #expect(approved.results == [.stored(sequence: 0), .stored(sequence: 0)])
  }

  @Test func `an approval while INV-1 is open is refused, with field and remedy`() throws {
    let (_, peer) = try server()
    let response = try simulate(peer, [approval(), payment(at: today)])
    let refusal = refusal(response.results.first)
    #expect(refusal?.code == .failedPrecondition)
    #expect(refusal?.field == "facts[0].reinstatementDecided.outcome")
    #expect(refusal?.message.contains("remedy or waive first") == true)
    #expect(response.results.last == .stored(sequence: 0))
    #expect(response.simulated?.state == .suspended)
  }

  @Test func `nobody pays until January: what comes by itself is told`() throws {
    let local = try LocalServer(at: autumn)
    try local.store([registration(), invoice()])
    let response = try simulate(local.connect(), [], asOf: "2027-01-15T00:00:00Z")
    #expect(response.results.isEmpty)
    #expect(response.actual == response.simulated)
    #expect(response.simulated?.state == .suspended)
    #expect(response.simulated?.isProjected == true)
    #expect(
      response.transitions == [
        NextTransition(
          at: suspension, toState: .suspended, because: [.billingPastDue], subjects: ["INV-1"])
      ])
  }

  @Test func `nothing is stored, and no revision or position moves`() throws {
    let (local, peer) = try server()
    let before = try simulate(peer, [payment(at: today)])
    let token = local.index.token
    let deliveries = local.deliveries.count
    let again = try simulate(peer, [payment(at: today), approval()])
    #expect(again.actual == before.actual)
    #expect(local.index.token == token)
    let committed = local.deliveries[deliveries...].contains {
      if case .committed = $0 { true } else { false }
    }
    #expect(!committed)
    let facts = try peer.call(
      LedgerService.listFacts, ListFactsRequest(accountID: account), ListFactsResponse.self)
    #expect(facts.facts.count == 2)
  }

  @Test func `an account that the facts register is simulated`() throws {
    let (_, peer) = try server()
    let response = try simulate(peer, [registration("newcomer")], of: "newcomer")
    #expect(response.actual == nil)
    #expect(response.simulated?.state == .active)
    #expect(response.simulated?.revision == 0)
  }

  @Test func `an account that stays unknown is not found, unless a refusal says why`() throws {
    let (_, peer) = try server()
    let error = try peer.failure(
      of: StatusService.simulateStatus,
      SimulateStatusRequest(accountID: "nobody", facts: [], asOf: today))
    #expect(error.reason == .accountNotFound)
    let refused = try simulate(peer, [registration("newcomer")], of: "nobody")
    #expect(refused.actual == nil)
    #expect(refused.simulated == nil)
    #expect(refusal(refused.results.first)?.field == "facts[0].accountId")
  }

  @Test func `malformed, foreign and repeated facts have results of their own`() throws {
    let (_, peer) = try server()
    var bytes = SimulateStatusRequest(
      accountID: account, facts: [invoice(), payment(of: "INV-1", "contoso", at: today)]
    ).encoded()
    bytes += [0x12, 0]
    let id = try peer.open(StatusService.simulateStatus, payload: bytes)
    _ = try peer.end(of: id).get()
    let response = try peer.messages(of: id, SimulateStatusResponse.self)[0]
    #expect(response.results.first == .duplicate(sequence: 2))
    #expect(refusal(response.results[1])?.message.contains("contoso") == true)
    #expect(refusal(response.results[2])?.field == "facts[2].accountId")
    #expect(refusal(response.results[2])?.index == 2)
  }

  @Test func `another edition judges the standing, the default one the approvals`() throws {
    let (_, peer) = try server()
    let response = try simulate(
      peer, [payment(at: today), approval()], asOf: today, edition: "2016-11")
    #expect(response.simulated?.policyEdition == "2016-11")
    #expect(response.simulated?.state == .active)
    let error = try peer.failure(
      of: StatusService.simulateStatus,
      SimulateStatusRequest(accountID: account, facts: [], asOf: today, policyEdition: "1999"))
    #expect(error.reason == .unknownEdition)
  }

  @Test func `a provider that is suspended is a notice of the simulated status only`() throws {
    let (local, peer) = try server()
    try local.store([registration("reseller", [.indirectReseller])])
    let link = fact("link", of: "reseller", at: today, .providerLinked(account))
    let response = try simulate(peer, [link], of: "reseller")
    #expect(response.actual?.standing.notices.contains(.providerSuspended) == false)
    #expect(response.simulated?.standing.notices.contains(.providerSuspended) == true)
  }
}
