import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct StatusExplanationTests {
  @Test func `an explanation comes in the language asked for, with its token`() async throws {
    let step = RemediationStep(
      .payInvoice, subject: "INV-1", role: .globalAdmin, alsoRoles: [.billingAdmin],
      link: "https://billing.example", isDone: false, text: "Betala faktura INV-1.")
    let explanation = Explanation(summary: "Inaktiverat.", steps: [step])
    let server = try ScriptedServer { _, payload in
      let request = try? ExplainStatusRequest.decode(payload)
      #expect(
        request
          == ExplainStatusRequest(
            accountID: "contoso", locale: "sv-SE",
            query: StatusQuery(
              asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
              policyEdition: "2016-11"), atLeast: [1]))
      return .message(
        ExplainStatusResponse(
          status: suspendedStatus(), locale: "sv", explanation: explanation, token: [2]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let answer = try await client.explain(
      "contoso", locale: "sv-SE", asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
      policyEdition: "2016-11", atLeast: Token(bytes: [1]))
    #expect(answer.status == suspendedStatus() && answer.language == "sv")
    #expect(answer.explanation == explanation && answer.token == Token(bytes: [2]))
    #expect(server.called == [StatusService.explainStatus])
  }
}
