import AccountStatusClient
import AccountStatusModel
import JSONText
import Testing
import accountstatus

struct ServerTests {
  @Test func `a request and its reply are the contract's JSON`() async throws {
    let stub = StubServer(#"{"status":{"accountId":"x","revision":"7"},"token":"AQ=="}"#)
    let reply = try await stub.server().ask(
      "StatusService/GetStatus", ["accountId": .string("x")])
    #expect(stub.asked.map(\.method) == ["accountstatus.v1.StatusService/GetStatus"])
    #expect(stub.asked.first?.message == .object(["accountId": .string("x")]))
    #expect(reply.text() == #"{"status":{"accountId":"x","revision":"7"},"token":"AQ=="}"#)
  }

  @Test func `a request that is not the contract's is never sent`() async throws {
    let stub = StubServer("{}")
    await #expect(throws: (any Error).self) {
      try await stub.server().ask("StatusService/GetStatus", ["account": .string("x")])
    }
    #expect(stub.asked.isEmpty)
  }

  @Test func `facts are shown as they are sent`() throws {
    let fact = Fact(
      accountID: "x", source: "bank", factID: "1", effectiveAt: "2026-11-15T09:00:00Z",
      kind: .disputeOpened(invoiceID: "INV-1"))
    #expect(
      try Contract.json(of: [fact]).map { $0.text() } == [
        #"{"accountId":"x","source":"bank","factId":"1","effectiveAt":"2026-11-15T09:00:00Z","#
          + #""disputeOpened":{"invoiceId":"INV-1"}}"#
      ])
    #expect(try Contract.json(of: []) == [])
  }
}
