import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct HistoryTests {
  private let query = StatusQuery(
    asOf: "2026-12-01T00:00:00Z", knownAt: "2026-11-30T00:00:00Z", policyEdition: "2016-11")

  private func correction(_ recordedAt: Instant) -> Correction {
    Correction(
      recordedAt: recordedAt,
      stretches: [
        PastDifference(
          from: "2026-10-30T00:00:00Z", until: recordedAt,
          before: PastState(.suspended, reasons: [.billingPastDue]), after: PastState(.active))
      ])
  }

  @Test func `a history is asked for with as few corrections as can be`() async throws {
    let history = AccountHistory(
      episodes: [Episode(since: "2026-10-30T00:00:00Z", end: nil)], earlierEpisodes: 2)
    let query = query
    let server = try ScriptedServer { _, payload in
      let request = try? GetHistoryRequest.decode(payload)
      #expect(
        request
          == GetHistoryRequest(accountID: "contoso", query: query, pageSize: 1, atLeast: [1]))
      return .message(
        GetHistoryResponse(
          history: history, asOf: "2026-12-01T00:00:00Z", policyEdition: "2016-11", token: [3]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let answer = try await client.getHistory(
      of: "contoso", asOf: query.asOf, knownAt: query.knownAt,
      policyEdition: query.policyEdition, atLeast: Token(bytes: [1]))
    #expect(answer.value == history)
    #expect(answer.token == Token(bytes: [3]))
    #expect(server.called == [LedgerService.getHistory])
  }

  @Test func `corrections are fetched page by page, over empty pages too`() async throws {
    let pages = [
      "": [correction("2026-11-10T00:00:00Z")], "2": [], "3": [correction("2026-11-01T00:00:00Z")],
    ]
    let query = query
    let server = try ScriptedServer { _, payload in
      guard let request = try? GetHistoryRequest.decode(payload),
        let corrections = pages[request.pageToken]
      else { return .silence }
      #expect(request.query == query && request.pageSize == 5)
      return .message(
        GetHistoryResponse(
          corrections: corrections,
          nextPageToken: ["": "2", "2": "3"][request.pageToken] ?? "",
          asOf: "2026-12-01T00:00:00Z", policyEdition: "2016-11", token: [3]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let found = try await client.listCorrections(
      of: "contoso", asOf: query.asOf, knownAt: query.knownAt,
      policyEdition: query.policyEdition, pageSize: 5
    ).all()
    #expect(found.map(\.recordedAt) == ["2026-11-10T00:00:00Z", "2026-11-01T00:00:00Z"])
    #expect(server.called.count == 3)
  }
}
