import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct AccountStatusClientTests {
  @Test func `a status comes with the token it was read at`() async throws {
    let server = try ScriptedServer { _, payload in
      let request = try? GetStatusRequest.decode(payload)
      #expect(request == GetStatusRequest(accountID: "contoso", atLeast: [1, 2]))
      return .message(GetStatusResponse(status: suspendedStatus(), token: [3]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let status = try await client.getStatus("contoso", atLeast: Token(bytes: [1, 2]))
    #expect(status.value == suspendedStatus())
    #expect(status.state == .suspended)
    #expect(status.token == Token(bytes: [3]))
    #expect(server.called == [StatusService.getStatus])
  }

  @Test func `a question about another time or edition is sent as it is asked`() async throws {
    let server = try ScriptedServer { _, payload in
      let request = try? GetStatusRequest.decode(payload)
      #expect(
        request
          == GetStatusRequest(
            accountID: "contoso", view: .full,
            query: StatusQuery(
              asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
              policyEdition: "2016-11")))
      return .message(GetStatusResponse(status: suspendedStatus(), token: []))
    }
    let client = try AccountStatusClient(socket: server.path)
    _ = try await client.getStatus(
      "contoso", view: .full, asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z",
      policyEdition: "2016-11")
  }

  @Test func `a batch of more than 1 000 is asked for in parts, none older than the last`()
    async throws
  {
    let server = try ScriptedServer { _, payload in
      guard let request = try? BatchGetStatusRequest.decode(payload) else { return .silence }
      let results = request.accountIDs.map { id in
        BatchStatusResult(
          accountID: id,
          result: id.hasSuffix("7")
            ? .failure(RPCError(.accountNotFound, "\(id) is not registered"))
            : .success(suspendedStatus(AccountID(checked: id))))
      }
      return .message(BatchGetStatusResponse(results: results, token: request.atLeast + [9]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let ids = (0..<2500).map { AccountID(checked: "a\($0)") }
    let answer = try await client.getStatuses(ids)
    #expect(answer.value.map(\.accountID) == ids)
    #expect(answer.token == Token(bytes: [9, 9, 9]))
    for entry in answer.value {
      switch entry.result {
      case .success(let status): #expect(status.accountID == entry.accountID)
      case .failure(let error):
        #expect(entry.accountID.text.hasSuffix("7"))
        #expect(error.kind == .notFound)
      }
    }
    #expect(server.called.count == 3)
  }

  @Test func `a check says whether all is allowed, and why not`() async throws {
    let server = try ScriptedServer { _, payload in
      guard let request = try? CheckCapabilityRequest.decode(payload) else { return .silence }
      return .message(
        CheckCapabilityResponse(
          results: request.capabilities.map {
            CapabilityResult(capability: $0, isAllowed: $0 == .viewBilling, basis: .article)
          }, state: .suspended, reasons: [Reason(code: .billingPastDue)], revision: 7,
          nextTransition: nil, asOf: "2026-11-15T09:00:00Z", token: []))
    }
    let client = try AccountStatusClient(socket: server.path)
    let both = try await client.check([.viewBilling, .sellNewLicenses], of: "contoso")
    #expect(!both.isAllowed)
    #expect(both.verdicts.map(\.isAllowed) == [true, false])
    #expect(both.reasons.map(\.code) == [.billingPastDue])
    #expect(try await client.check([.viewBilling], of: "contoso").isAllowed)
  }

  @Test func `an answer to another question is no answer`() async throws {
    let server = try ScriptedServer { method, _ in
      switch method {
      case StatusService.checkCapability:
        .message(
          CheckCapabilityResponse(
            results: [], state: .active, reasons: [], revision: 1, nextTransition: nil,
            asOf: "2026-11-15T09:00:00Z", token: []))
      case StatusService.batchGetStatus:
        .message(BatchGetStatusResponse(results: [], token: []))
      default: .message(ReportFactsResponse(results: [], token: []))
      }
    }
    let client = try AccountStatusClient(socket: server.path)
    await expect(.unreadableReply) { try await client.check([.viewBilling], of: "contoso") }
    await expect(.unreadableReply) { try await client.getStatuses(["contoso"]) }
    await expect(.unreadableReply) { try await client.report([registration(1)]) }
  }

  @Test func `a report has a result for each fact`() async throws {
    let server = try ScriptedServer { _, payload in
      guard let report = try? ReceivedReport.decode(payload) else { return .silence }
      #expect(report.mode == .each)
      let refusal = AccountStatusAPI.FactRefusal(
        index: 2, source: "test", factID: "f-3", code: .alreadyExists, message: "stated otherwise")
      return .message(
        ReportFactsResponse(
          results: [.stored(sequence: 1), .duplicate(sequence: 1), .refused(refusal)], token: [5]))
    }
    let client = try AccountStatusClient(socket: server.path)
    let answer = try await client.report((1...3).map(registration), mode: .each)
    #expect(answer.value[0] == .stored(sequence: 1))
    #expect(answer.value[1] == .duplicate(sequence: 1))
    guard case .refused(let refusal) = answer.value[2] else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.index == 2)
    #expect(refusal.kind == .alreadyExists)
    #expect(answer.token == Token(bytes: [5]))
  }

  @Test func `text that the wire would cut is refused before it is sent`() async throws {
    let server = try ScriptedServer()
    let client = try AccountStatusClient(socket: server.path)
    var fact = registration(1)
    fact.kind = .externalStatusObserved(state: .active, note: "a\0b")
    await expect(.invalidArgument) { try await client.report([fact]) }
    #expect(server.called.isEmpty)
  }

  @Test func `the server tells about itself`() async throws {
    let now: Instant = "2026-11-15T09:00:00Z"
    let server = try ScriptedServer { method, payload in
      switch method {
      case AdminService.getInfo:
        var info = GetInfoResponse(startedAt: now, now: now)
        info.version = "1.2.3"
        return .message(info)
      case AdminService.getStats:
        return .message(
          GetStatsResponse(methods: [], counters: [Counter(name: "connections", value: 1)]))
      case HealthService.check:
        let service = try? HealthCheckRequest.decode(payload).service
        return .message(HealthCheckResponse(status: service == "x" ? .notServing : .serving))
      case TestingService.setClock:
        return .message(
          SetClockResponse(
            now: (try? SetClockRequest.decode(payload).now) ?? "1970-01-01T00:00:00Z"))
      case TestingService.advanceClock:
        let by = (try? AdvanceClockRequest.decode(payload).by) ?? .zero
        return .message(
          AdvanceClockResponse(now: now.adding(nanoseconds: by.clampedNanoseconds)))
      default: return .silence
      }
    }
    let client = try AccountStatusClient(socket: server.path)
    let info = try await client.info()
    #expect(info.version == "1.2.3" && info.readOnlyBecause == nil)
    #expect(try await client.stats().counters.map(\.name) == ["connections"])
    #expect(try await client.health() == .serving)
    #expect(try await client.health(service: "x") == .notServing)
    #expect(try await client.setClock(to: "2027-01-01T00:00:00Z") == "2027-01-01T00:00:00Z")
    #expect(try await client.advanceClock(by: .seconds(60)) == "2026-11-15T09:01:00Z")
  }

  @Test func `calls of many tasks share a client`() async throws {
    let server = try ScriptedServer { _, payload in
      guard let request = try? GetStatusRequest.decode(payload) else { return .silence }
      return .message(
        GetStatusResponse(status: suspendedStatus(request.accountID), token: []))
    }
    let client = try AccountStatusClient(socket: server.path)
    let accounts = (0..<200).map { AccountID(checked: "a\($0)") }
    let answered = try await withThrowingTaskGroup(of: (AccountID, AccountID).self) { group in
      for account in accounts {
        group.addTask { (account, try await client.getStatus(account).accountID) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(answered == Dictionary(uniqueKeysWithValues: accounts.map { ($0, $0) }))
  }
}

/// Runs a call that must fail with a kind of error; returns it.
@discardableResult
func expect(
  _ kind: AccountStatusError.Kind, sourceLocation: SourceLocation = #_sourceLocation,
  _ call: () async throws -> some Any
) async -> AccountStatusError? {
  let error = await #expect(throws: AccountStatusError.self, sourceLocation: sourceLocation) {
    _ = try await call()
  }
  #expect(error?.kind == kind, "\(String(describing: error))", sourceLocation: sourceLocation)
  return error
}
