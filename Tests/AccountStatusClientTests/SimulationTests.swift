import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct SimulationTests {
  private let closing = Fact(
    accountID: "contoso", source: "what-if", factID: "1", effectiveAt: "2026-11-15T09:00:00Z",
    kind: .accountClosed)

  @Test func `facts and instant are sent, and both statuses come back`() async throws {
    let closing = closing
    let server = try ScriptedServer { _, payload in
      let request = try? ReceivedSimulation.decode(payload)
      #expect(request?.accountID == "contoso")
      #expect(request?.facts == [ReceivedFact(closing)])
      #expect(
        request?.query == StatusQuery(asOf: "2027-01-01T00:00:00Z", policyEdition: "2016-11"))
      #expect(request?.atLeast == [4])
      return .message(
        SimulateStatusResponse(
          actual: nil, simulated: suspendedStatus(), results: [.stored(sequence: 0)],
          transitions: [NextTransition(at: "2027-01-01T00:00:00Z", toState: .closed)],
          token: [5]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let answer = try await client.simulate(
      [closing], of: "contoso", asOf: "2027-01-01T00:00:00Z", policyEdition: "2016-11",
      atLeast: Token(bytes: [4]))
    #expect(answer.actual == nil)
    #expect(answer.simulated == suspendedStatus())
    #expect(answer.results == [.stored(sequence: 0)])
    #expect(answer.transitions.map(\.toState) == [.closed])
    #expect(answer.token == Token(bytes: [5]))
  }

  @Test func `a reply with too few results is unreadable`() async throws {
    let server = try ScriptedServer { _, _ in
      .message(
        SimulateStatusResponse(
          actual: nil, simulated: nil, results: [], transitions: [], token: []))
    }
    let client = try AccountStatusClient(socket: server.path)
    let error = await #expect(throws: AccountStatusError.self) {
      try await client.simulate([closing], of: "contoso")
    }
    #expect(error?.kind == .unreadableReply)
  }
}
