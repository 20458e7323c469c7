import AccountStatusAPI
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

@Suite("Asking why")
struct ExplanationCallsTests {
  private func explain(
    _ peer: Peer, locale: String = "", _ query: StatusQuery = StatusQuery()
  ) throws -> ExplainStatusResponse {
    try peer.call(
      StatusService.explainStatus,
      ExplainStatusRequest(accountID: account, locale: locale, query: query),
      ExplainStatusResponse.self)
  }

  @Test func `an explanation speaks the language asked for`() throws {
    let server = try LocalServer(at: suspension)
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    let english = try explain(peer)
    #expect(english.locale == "en" && english.token == server.index.encodedToken)
    #expect(
      english.explanation.summary
        == "Suspended since 2026-10-30T00:00:00Z: invoice too long past due.")
    let swedish = try explain(peer, locale: "sv-SE")
    #expect(swedish.locale == "sv")
    #expect(swedish.explanation.summary.hasPrefix("Inaktiverat sedan 2026-10-30T00:00:00Z: "))
    #expect(
      swedish.explanation.steps.map(\.code) == english.explanation.steps.map(\.code))
    #expect(try explain(peer, locale: "de-DE").locale == "en")
  }

  @Test func `the instant and the edition are those asked for`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    let later = try explain(
      peer, StatusQuery(asOf: "2026-10-29T00:00:00Z", policyEdition: "2016-11"))
    #expect(later.status.state == .suspended && later.status.isProjected)
    #expect(later.status.policyEdition == "2016-11")
    #expect(later.explanation.reasons.first?.threshold?.interval == "[60 d, ∞)")
    #expect(try explain(peer).explanation.reasons.isEmpty)
  }

  @Test func `what cannot be explained fails as a status does`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    try server.store([registration()])
    func failure(_ request: ExplainStatusRequest) throws -> RPCError {
      try peer.failure(of: StatusService.explainStatus, request)
    }
    let nobody = try failure(ExplainStatusRequest(accountID: "nobody"))
    #expect(nobody.errorInfo?.reason == "ACCOUNT_NOT_FOUND")
    let edition = StatusQuery(policyEdition: "2099-01")
    let unknown = try failure(ExplainStatusRequest(accountID: account, query: edition))
    #expect(unknown.errorInfo?.reason == "UNKNOWN_EDITION")
    let foreign = try failure(ExplainStatusRequest(accountID: account, atLeast: [1, 2]))
    #expect(foreign.errorInfo?.reason == "FOREIGN_TOKEN")
  }
}
