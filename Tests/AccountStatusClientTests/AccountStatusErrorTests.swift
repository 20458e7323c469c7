import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct AccountStatusErrorTests {
  private func error(_ error: RPCError) async throws -> AccountStatusError? {
    let server = try ScriptedServer { _, _ in .fail(error) }
    let client = try AccountStatusClient(socket: server.path)
    return await #expect(throws: AccountStatusError.self) { try await client.getStatus("contoso") }
  }

  @Test(arguments: [
    (RPCCode.notFound, AccountStatusError.Kind.notFound), (.invalidArgument, .invalidArgument),
    (.alreadyExists, .alreadyExists), (.failedPrecondition, .failedPrecondition),
    (.permissionDenied, .permissionDenied), (.resourceExhausted, .resourceExhausted),
    (.unavailable, .unavailable), (.deadlineExceeded, .deadlineExceeded),
    (.cancelled, .cancelled), (.unimplemented, .unimplemented), (.aborted, .other(code: 10)),
    (.internal, .other(code: 13)),
  ])
  func `every code has its kind`(code: RPCCode, kind: AccountStatusError.Kind) async throws {
    let found = try await error(RPCError(code, "because"))
    #expect(found?.kind == kind)
    #expect(found?.kind.description == code.name)
    #expect(found?.message == "because")
    #expect(found?.description == "\(code.name): because")
    #expect(found?.reason == nil)
  }

  @Test func `a refusal has its reason and what it concerns`() async throws {
    let found = try await error(
      RPCError(
        .reasonsOutstanding, "an invoice is open", metadata: [("BILLING_PAST_DUE", "INV-1")],
        details: [.retryInfo(after: .seconds(3))]))
    #expect(found?.reason == "REASONS_OUTSTANDING")
    #expect(found?.metadata == ["BILLING_PAST_DUE": "INV-1"])
    #expect(found?.retryDelay == .seconds(3))
  }

  @Test func `a malformed request names its fields`() async throws {
    let found = try await error(RPCError(FormError(field: "accountId", "is empty")))
    #expect(found?.kind == .invalidArgument)
    #expect(found?.field == "accountId")
    #expect(found?.fieldViolations.map(\.field) == ["accountId"])
    #expect(found?.fieldViolations.map(\.description) == ["is empty"])
  }

  @Test func `a report that stored nothing names every refused fact`() async throws {
    let refusals = [1, 4].map {
      AccountStatusAPI.FactRefusal(
        index: $0, source: "s", factID: "f", code: .failedPrecondition, field: "facts[\($0)]",
        message: "no")
    }
    let found = try await error(
      RPCError(
        .reasonsOutstanding, "no",
        details: [.reportFactsFailure(ReportFactsFailure(refusals: refusals))]))
    #expect(found?.refusals.map(\.index) == [1, 4])
    #expect(found?.refusals.first?.kind == .failedPrecondition)
    #expect(found?.refusals.first?.description == "facts[1]: no")
  }

  @Test func `a reply that says what this library does not know is unreadable`() async throws {
    // A status whose state is 9.
    let server = try ScriptedServer { _, _ in
      .reply([0x0a, 0x09, 0x0a, 1, 0x61, 0x10, 9, 0x1a, 0, 0x62, 0])
    }
    let client = try AccountStatusClient(socket: server.path)
    let found = await expect(.unreadableReply) { try await client.getStatus("a") }
    #expect(found?.message.contains("status.state: is 9") == true)
  }

  @Test func `a closed client is unavailable`() async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    client.close()
    client.close()
    await expect(.unavailable) { try await client.getStatus("a") }
  }

  @Test func `a cancelled task's call is cancelled`() async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    let task = Task { try await client.getStatus("a", timeout: .seconds(60)) }
    task.cancel()
    await expect(.cancelled) { try await task.value }
  }
}
