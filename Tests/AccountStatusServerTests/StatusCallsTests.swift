import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import TTRPC
import Testing

@Suite("Asking for statuses")
struct StatusCallsTests {
  @Test func `a batch has a result for each id, in order, good or bad`() throws {
    let server = try LocalServer(at: suspension)
    let peer = try server.connect()
    try server.store([registration(), invoice(), registration("tailspin")])
    for view in [StatusView.basic, .full] {
      let reply = try peer.call(
        StatusService.batchGetStatus,
        BatchGetStatusRequest(
          accountIDs: ["tailspin", "no id", "nobody", "fabrikam"], view: view),
        BatchGetStatusResponse.self)
      #expect(reply.results.map(\.accountID) == ["tailspin", "no id", "nobody", "fabrikam"])
      #expect(try reply.results[0].result.get().state == .active)
      #expect(reply.results[1].result.failure?.code == .invalidArgument)
      #expect(reply.results[1].result.failure?.fieldViolations[0].field == "accountIds[1]")
      #expect(reply.results[2].result.failure?.code == .notFound)
      #expect(try reply.results[3].result.get().state == .suspended)
      #expect(reply.token == server.index.encodedToken)
    }
  }

  @Test func `an edition that nobody knows fails the call, not each id`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let query = StatusQuery(policyEdition: "2099-01")
    let batch = try peer.failure(
      of: StatusService.batchGetStatus,
      BatchGetStatusRequest(accountIDs: ["a", "b"], view: .full, query: query))
    let single = try peer.failure(
      of: StatusService.getStatus,
      GetStatusRequest(accountID: account, view: .full, query: query))
    #expect(batch.errorInfo?.reason == "UNKNOWN_EDITION")
    #expect(single.errorInfo?.reason == "UNKNOWN_EDITION")
  }

  @Test func `a check says what is allowed now and then`() throws {
    let server = try LocalServer(at: autumn)
    let peer = try server.connect()
    try server.store([registration(), invoice()])
    func check(_ query: StatusQuery) throws -> CheckCapabilityResponse {
      try peer.call(
        StatusService.checkCapability,
        CheckCapabilityRequest(
          accountID: account, capabilities: Capability.allCases, query: query),
        CheckCapabilityResponse.self)
    }
    let now = try check(StatusQuery())
    let then = try check(StatusQuery(asOf: suspension))
    #expect(now.results.map(\.capability) == Capability.allCases)
    #expect(now.state == .active && then.state == .suspended)
    #expect(now.nextTransition?.at == suspension)
    #expect(!then.results.allSatisfy(\.isAllowed) && !then.reasons.isEmpty)
  }

  @Test func `results that gather go on once, in their own order`() {
    var gathered: [[Int]] = []
    let three = Gathering<Int>(count: 3) { gathered.append($0) }
    three.completeIfEmpty()
    for place in [2, 0, 1] { three.set(place, place * 10) }
    #expect(gathered == [[0, 10, 20]])
    let none = Gathering<Int>(count: 0) { gathered.append($0) }
    none.completeIfEmpty()
    #expect(gathered == [[0, 10, 20], []])
  }
}

extension Result where Failure == RPCError {
  fileprivate var failure: RPCError? {
    if case .failure(let error) = self { error } else { nil }
  }
}
