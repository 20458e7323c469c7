import Testing
import accountstatus

struct RegisterTests {
  private let arguments = [
    "register", "northwind", "--type", "direct-bill", "--type", "INDIRECT_RESELLER", "--cloud",
    "china-21vianet", "--program", "maicpp", "--name", "Northwind", "--country", "SE",
    "--effective-at", "2026-01-01",
  ]

  @Test func `a registration is a fact under an id of its own`() async throws {
    let stub = StubServer(
      #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}],"token":"AQ=="}"#)
    let outcome = try await run(arguments, on: stub)
    #expect(outcome.status == .success)
    #expect(
      outcome.output
        == "stored 1          northwind  accountstatus/northwind/registered accountRegistered\n")
    #expect(
      stub.asked.first?.text
        == #"{"facts":[{"accountId":"northwind","source":"accountstatus","#
        + #""factId":"northwind/registered","effectiveAt":"2026-01-01T00:00:00Z","#
        + #""accountRegistered":{"cloud":"CLOUD_CHINA_21VIANET","#
        + #""partnerTypes":["PARTNER_TYPE_DIRECT_BILL","PARTNER_TYPE_INDIRECT_RESELLER"],"#
        + #""program":"PROGRAM_MAICPP","displayName":"Northwind","country":"SE"}}],"#
        + #""mode":"REPORT_MODE_EACH"}"#)
  }

  @Test func `its result as JSON is one object`() async throws {
    let stub = StubServer(#"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#)
    let outcome = try await run(arguments + ["-o", "json"], on: stub)
    #expect(outcome.output.hasPrefix("{\n  \"place\": \"northwind\",\n"))
  }

  @Test func `a second registration with other content is refused`() async throws {
    let stub = StubServer(
      """
      {"results":[{"outcome":"FACT_OUTCOME_REFUSED",
      "refusal":{"code":6,"message":"northwind is registered already"}}]}
      """)
    let outcome = try await run(arguments, on: stub)
    #expect(outcome.status == .no)
    #expect(outcome.output.hasSuffix(": ALREADY_EXISTS: northwind is registered already\n"))
  }
}
