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

/// A server at 2026-11-15T09:00:00Z that stores every fact.
func storingServer() -> StubServer {
  StubServer(#"{"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"1"}]}"#)
}
