import AccountStatusClient
import JSONText
import ProtobufJSON
import Testing
import accountstatus

struct FactStreamTests {
  private let closed =
    #"{"accountId":"x","source":"s","factId":"1","effectiveAt":"2026-01-01T00:00:00Z","#
    + #""accountClosed":{}}"#

  @Test func `a few facts go in one call, each with its own result`() async throws {
    let stub = StubServer(#"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"9"}]}"#)
    var stream = FewFacts(stub.server())
    #expect(stream.hasRoom)
    let fact = try Contract.pool.bytes(
      of: try JSONValue(parsing: closed), as: "accountstatus.v1.Fact")
    stream.send([fact])
    #expect(!stream.hasRoom)
    let reply = try await stream.receive()
    #expect(reply["results"] != nil && stream.hasRoom)
    #expect(
      stub.asked.map(\.text) == [#"{"facts":[\#(closed)],"mode":"REPORT_MODE_EACH"}"#])
  }

  @Test func `a bulk import has room for eight chunks and no reply before one is sent`()
    async throws
  {
    let client = try AccountStatusClient(socket: "/nowhere/rpc.sock")
    var stream = BulkFacts(client.openImport())
    #expect(stream.hasRoom)
    await #expect(throws: AccountStatusError.self) { try await stream.receive() }
    // No server was ever there: that is told at once.
    await #expect(throws: AccountStatusError.self) { try await stream.send([[]]) }
    await stream.finish()
  }
}
