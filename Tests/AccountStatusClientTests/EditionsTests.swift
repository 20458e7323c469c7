import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct EditionsTests {
  @Test func `a list says which is the default, and where each comes from`() async throws {
    let server = try ScriptedServer { method, _ in
      #expect(method == AdminService.listEditions)
      return .message(
        ListEditionsResponse(editions: [
          EditionSummary(name: "2020-06", isDefault: true, file: ""),
          EditionSummary(name: "acme-1", isDefault: false, file: "/e/acme-1.json"),
        ]))
    }
    let editions = try await AccountStatusClient(socket: server.path).listEditions()
    #expect(editions.map(\.name) == ["2020-06", "acme-1"])
    #expect(editions.map(\.isDefault) == [true, false])
    #expect(editions.map(\.file) == [nil, "/e/acme-1.json"])
  }

  @Test func `an edition comes whole`() async throws {
    let edition = PolicyEdition(
      name: "acme-1", coveredClouds: [.germany],
      csp: ProgramRules(billing: BillingRule(pastDue: DayThreshold(.moreThan, days: 30))),
      maicpp: ProgramRules(),
      capabilities: CapabilityMatrix(
        rows: [.init(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack)],
        allowedOutside: [.payInvoice]))
    let server = try ScriptedServer { method, _ in
      #expect(method == AdminService.getEdition)
      return .message(
        GetEditionResponse(
          edition: edition, summary: EditionSummary(name: "acme-1", isDefault: true, file: "")))
    }
    #expect(try await AccountStatusClient(socket: server.path).getEdition("acme-1") == edition)
  }

  @Test func `an edition that nobody knows is a wrong argument`() async throws {
    let server = try ScriptedServer { _, _ in
      .fail(RPCError(.unknownEdition, "\"x\" is not a policy edition; known are 2020-06"))
    }
    let error = await #expect(throws: AccountStatusError.self) {
      try await AccountStatusClient(socket: server.path).getEdition("x")
    }
    #expect(error?.kind == .invalidArgument && error?.reason == "UNKNOWN_EDITION")
  }
}
