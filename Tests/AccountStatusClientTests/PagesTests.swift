import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Synchronization
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct PagesTests {
  /// Three pages of two statuses.
  private static func page(_ payload: [UInt8]) -> ScriptedServer.Answer {
    guard let request = try? ListStatusesRequest.decode(payload) else { return .silence }
    let first = Int(request.pageToken) ?? 0
    return .message(
      ListStatusesResponse(
        statuses: [first, first + 1].map { suspendedStatus(AccountID(checked: "a\($0)")) },
        nextPageToken: first < 4 ? "\(first + 2)" : "", token: [UInt8(first)]))
  }

  @Test func `pages follow one another to the end`() async throws {
    let server = try ScriptedServer { _, payload in
      let request = try? ListStatusesRequest.decode(payload)
      #expect(
        request?.filter == StatusFilter(state: .suspended, reason: .billingPastDue))
      #expect(request?.pageSize == 2)
      return Self.page(payload)
    }
    let client = try AccountStatusClient(socket: server.path)
    let pages = client.listStatuses(state: .suspended, reason: .billingPastDue, pageSize: 2)
    var seen: [String] = []
    var tokens: [Token] = []
    for try await page in pages {
      seen += page.entries.map(\.accountID.text)
      tokens.append(page.token)
    }
    #expect(seen == (0..<6).map { "a\($0)" })
    #expect(tokens == [[0], [2], [4]].map { Token(bytes: $0) })
    #expect(try await pages.all().count == 6)
  }

  @Test func `a list asks for its filter, its time and its position`() async throws {
    let filter = StatusFilter(
      notice: .disputed, isEligible: true, reinstatementState: .inReview, olderThan: .seconds(5),
      suspendsBefore: "2026-11-01T00:00:00Z")
    let server = try ScriptedServer { _, payload in
      let request = try? ListStatusesRequest.decode(payload)
      #expect(
        request
          == ListStatusesRequest(
            filter: filter,
            query: StatusQuery(
              asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
              policyEdition: "2016-11"), pageToken: request?.pageToken ?? "", atLeast: [7]))
      return Self.page(payload)
    }
    let client = try AccountStatusClient(socket: server.path)
    let pages = client.listStatuses(
      filter, asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
      policyEdition: "2016-11", atLeast: Token(bytes: [7]))
    #expect(try await pages.all().count == 6)
  }

  @Test func `a page that failed can be asked for again`() async throws {
    let failures = Mutex(1)
    let server = try ScriptedServer { _, payload in
      let request = try? ListStatusesRequest.decode(payload)
      let fails = failures.withLock { left in
        guard request?.pageToken == "2", left > 0 else { return false }
        left -= 1
        return true
      }
      return fails ? .fail(RPCError(.resourceExhausted, "busy")) : Self.page(payload)
    }
    let client = try AccountStatusClient(socket: server.path)
    var pages = client.listStatuses().makeAsyncIterator()
    #expect(try await pages.next()?.entries.first?.accountID == "a0")
    await expect(.resourceExhausted) { try await pages.next() as Any }
    #expect(try await pages.next()?.entries.first?.accountID == "a2")
  }

  @Test func `the facts of an account come page by page, each at least as fresh as asked`()
    async throws
  {
    let server = try ScriptedServer { _, payload in
      guard let request = try? ListFactsRequest.decode(payload) else { return .silence }
      #expect(request.accountID == "acct-1" && request.atLeast == [4])
      let number = request.pageToken.isEmpty ? 1 : 2
      let stored = StoredFact(
        registration(number), sequence: UInt64(number), recordedAt: "2026-11-15T09:00:00Z")
      return .message(
        ListFactsResponse(facts: [stored], nextPageToken: number == 1 ? "x" : "", token: [4]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let facts = try await client.listFacts(of: "acct-1", atLeast: Token(bytes: [4])).all()
    #expect(facts.map(\.sequence) == [1, 2])
  }
}
