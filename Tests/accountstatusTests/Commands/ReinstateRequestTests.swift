import Testing
import accountstatus

struct ReinstateRequestTests {
  @Test func `a global admin asks, unless said otherwise`() async throws {
    let stub = storingServer()
    _ = try await run(["reinstate", "request", "x", "--name", "Global admin"], on: stub)
    #expect(
      stub.asked.last?.text
        == #"{"facts":[{"accountId":"x","source":"accountstatus","#
        + #""factId":"x/support-request/reinstatement-2026-11-15T09:00:00Z/opened","#
        + #""effectiveAt":"2026-11-15T09:00:00Z","supportRequestOpened":{"#
        + #""requestId":"reinstatement-2026-11-15T09:00:00Z","#
        + #""purpose":"SUPPORT_REQUEST_PURPOSE_REINSTATEMENT","#
        + #""requestedBy":{"name":"Global admin","role":"ROLE_GLOBAL_ADMIN"}}}],"#
        + #""mode":"REPORT_MODE_EACH"}"#)
  }

  @Test func `the id and the role can be given`() async throws {
    let stub = storingServer()
    _ = try await run(
      ["reinstate", "request", "x", "--request-id", "R-1", "--role", "billing-admin"], on: stub)
    let request = try #require(stub.asked.last).text
    #expect(request.contains(#""factId":"x/support-request/R-1/opened""#))
    #expect(request.contains(#""role":"ROLE_BILLING_ADMIN""#))
  }
}
