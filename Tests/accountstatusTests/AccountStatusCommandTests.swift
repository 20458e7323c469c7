import ArgumentParser
import Testing
import accountstatus

struct AccountStatusCommandTests {
  /// Every command, by its arguments.
  private static let commands = [
    ["get"], ["is-active"], ["check"], ["list"], ["register"], ["report"], ["import"],
    ["reinstate"], ["reinstate", "request"], ["reinstate", "approve"], ["reinstate", "decline"],
    ["health"], ["info"], ["stats"],
  ]

  @Test(arguments: [[]] + commands)
  func `help shows examples of every command`(command: [String]) throws {
    let help = try #require(throws: (any Error).self) {
      var command = try AccountStatusCommand.parseAsRoot(command + ["--help"])
      try command.run()
    }
    #expect(AccountStatusCommand.exitCode(for: help) == .success)
    let text = AccountStatusCommand.fullMessage(for: help)
    #expect(text.contains("EXAMPLES"))
    #expect(text.contains((["accountstatus"] + command).joined(separator: " ")))
  }

  @Test func `the help lists every command`() {
    let help = AccountStatusCommand.helpMessage()
    for command in Self.commands { #expect(help.contains("\n  \(command[0]) ")) }
  }

  @Test(arguments: [
    ["frobnicate"], ["get"], ["get", ""], ["get", "a b"], ["get", "x", "--as-of", "soon"],
    ["get", "x", "-o", "xml"], ["get", "x", "--timeout", "fast"], ["list", "--state", "asleep"],
    ["check", "x"], ["check", "x", "fly"], ["is-active", "x", "--on-unavailable", "maybe"],
    ["register", "x"], ["register", "x", "--cloud", "public", "--program", "csp"],
    ["import", "file.json"], ["import", "--account", "x"], ["reinstate", "approve"],
    ["import", "--account", "x", "--vetting-version", "next", "f"],
    ["reinstate", "approve", "x", "--waive", "billing-past-due"], ["report"],
  ])
  func `wrong usage exits 64`(arguments: [String]) throws {
    let error = try #require(throws: (any Error).self) {
      try AccountStatusCommand.parseAsRoot(arguments)
    }
    #expect(AccountStatusCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
  }

  @Test func `an error names the option, the value and what would be right`() throws {
    let error = try #require(throws: (any Error).self) {
      try AccountStatusCommand.parseAsRoot(
        ["register", "x", "--type", "direct", "--cloud", "public", "--program", "csp"])
    }
    #expect(
      AccountStatusCommand.message(for: error)
        == "The value 'direct' is invalid for '--type <type>': "
        + "it is one of direct-bill, indirect-provider, indirect-reseller")
  }
}
