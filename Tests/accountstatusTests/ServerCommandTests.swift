import AccountStatusClient
import Foundation
import Testing
import accountstatus

struct ServerCommandTests {
  private func failed(
    _ error: AccountStatusError, socket: String = "/nowhere/rpc.sock"
  ) async throws -> Outcome {
    try await run(["info"], on: StubServer(error), socket: socket)
  }

  @Test func `without a socket the message names it and says how to start the server`() async throws
  {
    let outcome = try await failed(AccountStatusError(.unavailable, "no answer"))
    #expect(outcome.status == .unavailable)
    #expect(outcome.output == "")
    #expect(
      outcome.notes
        == "accountstatus: error: there is no socket at /nowhere/rpc.sock; start the server with "
        + "`accountstatusd`, or name its socket with --socket or $ACCOUNTSTATUS_SOCKET\n")
  }

  @Test func `a socket that nobody serves is another message`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let outcome = try await failed(AccountStatusError(.unavailable, "refused"), socket: path)
    #expect(outcome.status == .unavailable)
    #expect(outcome.notes.contains("refused; see whether `accountstatusd` runs"))
  }

  @Test func `what the server says is told with its fields`() async throws {
    var error = AccountStatusError(.invalidArgument, "unknown edition \"1999\"")
    error.fieldViolations = [.init(field: "policyEdition", description: "use 2020-06")]
    let outcome = try await failed(error)
    #expect(outcome.status == .usage)
    #expect(
      outcome.notes
        == "accountstatus: error: unknown edition \"1999\"; policyEdition: use 2020-06\n")
    error.fieldViolations = [.init(field: "policyEdition", description: error.message)]
    #expect(
      try await failed(error).notes
        == "accountstatus: error: policyEdition: unknown edition \"1999\"\n")
    var readOnly = AccountStatusError(.unavailable, "the disk is full")
    readOnly.reason = "READ_ONLY"
    #expect(try await failed(readOnly).notes == "accountstatus: error: the disk is full\n")
  }

  @Test func `an unreadable answer and an unreadable file are told apart`() async throws {
    #expect(try await failed(AccountStatusError(.unreadableReply, "?")).status == .failure)
    let outcome = try await run(["report", "/nowhere/facts.jsonl"], on: StubServer("{}"))
    #expect(outcome.status == .usage)
    #expect(
      outcome.notes
        == "accountstatus: error: cannot read /nowhere/facts.jsonl: No such file or directory\n")
  }
}
