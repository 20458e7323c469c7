import AccountStatusAPI
import AccountStatusServer
import TTRPC
import Testing

@Suite("Where pages begin")
struct PageStartTests {
  @Test func `no token is the first page, any other one is read`() throws {
    #expect(try pageStart("") { Int($0) } == nil)
    #expect(try pageStart("12") { Int($0) } == 12)
  }

  @Test func `what is no token of this server is refused by name`() {
    let error = #expect(throws: RPCError.self) { try pageStart("twelve") { Int($0) } }
    #expect(error?.reason == .foreignToken)
    #expect(error?.fieldViolations.map(\.field) == ["pageToken"])
  }

  @Test func `an instant beyond all instants begins no page`() throws {
    let server = try LocalServer(at: autumn)
    try server.store([registration()])
    let error = try server.connect().failure(
      of: LedgerService.getHistory,
      GetHistoryRequest(accountID: account, pageToken: "-1"))
    #expect(error.reason == .foreignToken)
  }
}
