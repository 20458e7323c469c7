import AccountStatusClient
import ArgumentParser
import Testing
import accountstatus

struct ReinstateTests {
  @Test func `it is a group of commands`() throws {
    #expect(
      Reinstate.configuration.subcommands.map { $0.configuration.commandName } == [
        "request", "approve", "decline",
      ])
    let help = try #require(throws: (any Error).self) {
      var command = try AccountStatusCommand.parseAsRoot(["reinstate"])
      try command.run()
    }
    #expect(AccountStatusCommand.fullMessage(for: help).contains("approve"))
  }
}

/// A decision's note is required of whoever decides, with a message that says so.
extension ReinstateTests {
  @Test(arguments: ["approve", "decline"])
  func `a decision without a note is a usage error that names it`(_ command: String) throws {
    for arguments in [[], ["--note", ""], ["--note", " \t"]] {
      let error = try #require(throws: (any Error).self) {
        try parse(["reinstate", command, "x"] + arguments)
      }
      #expect(AccountStatusCommand.message(for: error).contains("--note"))
      #expect(AccountStatusCommand.exitCode(for: error) == .validationFailure)
    }
  }
}

/// What is said of an account that is not registered is stored, with a note.
extension ReinstateTests {
  @Test(arguments: [["request"], ["approve", "--note", "paid"], ["decline", "--note", "open"]])
  func `an account that is not registered is named, and the fact is stored`(
    _ arguments: [String]
  ) async throws {
    let stub = StubServer { method, _ in
      switch method {
      case "GetStatus": throw AccountStatusError(.notFound, "account nrthwind is not registered")
      case "GetInfo": StubServer.info
      default: #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#
      }
    }
    let outcome = try await run(["reinstate"] + arguments + ["nrthwind"], on: stub)
    #expect(outcome.status == .success)
    #expect(outcome.notes.contains("note: nrthwind is not registered; check the id"))
    #expect(stub.asked.last?.method == "accountstatus.v1.LedgerService/ReportFacts")
  }

  @Test func `of one that is registered nothing is noted`() async throws {
    let stub = StubServer { method, _ in
      switch method {
      case "GetStatus": #"{"status":{"accountId":"x","state":"ACCOUNT_STATE_SUSPENDED"}}"#
      case "GetInfo": StubServer.info
      default: #"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#
      }
    }
    let outcome = try await run(["reinstate", "request", "x"], on: stub)
    #expect(!outcome.notes.contains("not registered"))
  }
}

/// A server at 2026-11-15T09:00:00Z that stores every fact.
func storingServer() -> StubServer {
  StubServer(#"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#)
}
