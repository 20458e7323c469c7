import AccountStatusClient
import Testing
import accountstatus

struct PredicateOptionsTests {
  @Test func `a choice made without an answer is told unless quiet`() async throws {
    let stub = StubServer(AccountStatusError(.unavailable, "gone"))
    let told = try await run(["check", "a", "add-addon", "--on-unavailable", "deny"], on: stub)
    #expect(told.notes.hasSuffix("no answer, so deny as --on-unavailable says\n"))
    let quiet = try await run(
      ["check", "-q", "a", "add-addon", "--on-unavailable", "deny"], on: stub)
    #expect(!quiet.notes.contains("no answer, so"))
    #expect(quiet.status == .no)
  }
}
