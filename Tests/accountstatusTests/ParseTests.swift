import Testing
import accountstatus

struct ParseTests {
  private func asked(_ arguments: [String]) async throws -> String {
    let stub = StubServer("{}")
    _ = try await run(arguments, on: stub)
    return stub.asked.last?.text ?? ""
  }

  private func isRefused(_ arguments: [String]) -> Bool {
    (try? parse(arguments)) == nil
  }

  @Test(arguments: ["sell-new-licenses", "SELL_NEW_LICENSES", "Sell-New_Licenses"])
  func `words are read in kebab-case and upper case`(word: String) async throws {
    let request = try await asked(["check", "x", word])
    #expect(request.contains(#""capabilities":["CAPABILITY_SELL_NEW_LICENSES"]"#))
  }

  @Test(arguments: [
    ("2026-11-15", "2026-11-15T00:00:00Z"), ("2026-11-15T09:00:00Z", "2026-11-15T09:00:00Z"),
    ("2026-11-15T11:00:00.5+02:00", "2026-11-15T09:00:00.500Z"),
  ])
  func `times are dates or RFC 3339`(text: String, instant: String) async throws {
    #expect(try await asked(["get", "x", "--as-of", text]).contains("\"asOf\":\"\(instant)\""))
  }

  @Test(arguments: ["yesterday", "2026-02-30", "2026-11-15T09:00:00", "1969-12-31", "7"])
  func `other times are refused`(text: String) {
    #expect(isRefused(["get", "x", "--as-of", text]))
  }

  @Test(arguments: [
    ("500ms", 500), ("2s", 2000), ("5m", 300_000), ("1h", 3_600_000), ("7d", 604_800_000),
  ])
  func `durations are a number and a unit`(text: String, milliseconds: Int) throws {
    let command = try parse(["health", "--timeout", text])
    let options = try #require(command as? any ServerCommand).global
    #expect(options.timeout == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "0s", "-1s", "1.5s", "5", "s", "", "99999999999999999999s", "9999999999999999d",
  ])
  func `other durations are refused`(text: String) {
    #expect(isRefused(["health", "--timeout=\(text)"]))
  }

  @Test(arguments: ["", "a b", "t\n", "ö"])
  func `a token is base64`(text: String) {
    #expect(isRefused(["get", "x", "--at-least=\(text)"]))
  }

  @Test func `a waiver may name a subject, which may hold colons`() async throws {
    let stub = StubServer { method, _ in
      method == "GetInfo" ? StubServer.info : #"{"results":[{"outcome":"FACT_OUTCOME_STORED"}]}"#
    }
    _ = try await run(
      [
        "reinstate", "approve", "x", "--note", "mended", "--waive", "account-abuse=2027-01-31",
        "--waive",
        "billing-past-due:INV:1=2=2027-01-31T12:00:00Z",
      ], on: stub)
    let request = try #require(stub.asked.last).text
    #expect(
      request.contains(#"{"reason":"REASON_CODE_ACCOUNT_ABUSE","until":"2027-01-31T00:00:00Z"}"#))
    #expect(
      request.contains(
        #"{"reason":"REASON_CODE_BILLING_PAST_DUE","subject":"INV:1=2","#
          + #""until":"2027-01-31T12:00:00Z"}"#))
  }

  @Test(arguments: [
    "billing-past-due", "poverty=2027-01-01", "account-abuse:=2027-01-01", "=2027-01-01",
  ])
  func `other waivers are refused`(text: String) {
    #expect(isRefused(["reinstate", "approve", "x", "--note", "mended", "--waive", text]))
  }
}
