import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Testing

/// Tests of a service against a real account-status server of their own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OrderGatewayTests {
  @Test func `a suspended account gets no order`() async throws {
    let server = try await TestServer(["contoso": .active, "fabrikam": .suspended])
    let careful = try OrderGateway(socket: server.socket, takesWithoutAnswer: false)
    #expect(try await careful.order(from: "contoso", within: .seconds(60)) == .taken)
    let generous = try OrderGateway(socket: server.socket, takesWithoutAnswer: true)
    #expect(try await generous.order(from: "fabrikam", within: .seconds(60)) == .refused)
    #expect(try await generous.order(from: "nobody", within: .seconds(60)) == .refused)
  }

  @Test func `an unpaid invoice suspends when its time has come`() async throws {
    let server = try await TestServer(["contoso": .active])
    try await server.report(
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "i-1", issueDate: "2026-01-01", total: Money("EUR", decimal: "100"))),
      of: "contoso")
    let gateway = try OrderGateway(socket: server.socket, takesWithoutAnswer: true)
    #expect(try await gateway.order(from: "contoso", within: .seconds(60)) == .taken)
    try await server.advance(by: .seconds(200 * 24 * 3600))
    #expect(try await gateway.order(from: "contoso", within: .seconds(60)) == .refused)
  }

  /// Why nobody answers.
  enum Trouble: CaseIterable {
    case stopped
    case crashed
    case hanging
  }

  @Test(arguments: Trouble.allCases)
  func `without a server our decision holds`(trouble: Trouble) async throws {
    let server = try await TestServer(["contoso": .active])
    switch trouble {
    case .stopped: server.stop()
    case .crashed: server.kill()
    case .hanging: server.pause()
    }
    try await expectOurDecision(of: server)
  }

  @Test func `while the server fails our decision holds`() async throws {
    let server = try await TestServer(["contoso": .suspended])
    try await server.inject(.failure(.unavailable))
    try await expectOurDecision(of: server)
    #expect(try await server.clearFaults() >= 2)
    let gateway = try OrderGateway(socket: server.socket, takesWithoutAnswer: true)
    #expect(try await gateway.order(from: "contoso", within: .seconds(60)) == .refused)
  }

  /// The service does what it was told to, whatever keeps the server from answering.
  ///
  /// Without the status table: one that reads it makes no call that could fail.
  private func expectOurDecision(of server: TestServer) async throws {
    for (takes, verdict) in [(true, OrderGateway.Verdict.taken), (false, .refused)] {
      let gateway = try OrderGateway(
        socket: server.socket, readsTable: false, takesWithoutAnswer: takes)
      #expect(try await gateway.order(from: "contoso") == verdict)
    }
  }
}
