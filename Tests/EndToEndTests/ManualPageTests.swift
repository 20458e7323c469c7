import AccountStatusTesting
import Foundation
import Testing

/// The manual pages say what the programs take, and are well formed.
@Suite struct ManualPageTests {
  /// What a program says of a command, and of those below it.
  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String
      }
      var kind: String
      var names: [Name]?
      var shouldDisplay: Bool
    }
    struct Document: Decodable { var command: Command }

    var commandName: String
    var arguments: [Argument]?
    var subcommands: [Command]?

    /// Its own and its commands' options, with their dashes.
    var options: Set<String> {
      let own = (arguments ?? []).filter(\.shouldDisplay).flatMap { $0.names ?? [] }
        .map { ($0.kind == "long" ? "--" : "-") + $0.name }
      return (subcommands ?? []).reduce(into: Set(own)) { $0.formUnion($1.options) }
    }

    /// The names of the commands below it, each after those above.
    func commands(below path: String = "") -> [String] {
      (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { command in
        let name = path.isEmpty ? command.commandName : "\(path) \(command.commandName)"
        return [name] + command.commands(below: name)
      }
    }
  }

  private static let pages = [
    "accountstatus": "accountstatus.1", "accountstatusd": "accountstatusd.8",
  ]

  private func command(_ program: String) throws -> Command {
    let output = try run(program, ["--experimental-dump-help"])
    return try JSONDecoder().decode(Command.Document.self, from: Data(output.out.utf8)).command
  }

  /// The page of a program, as it is installed.
  private func source(_ program: String) throws -> String {
    let name = try #require(Self.pages[program])
    let output = try run(
      "\(repository)/scripts/generate-man",
      ["\(repository)/docs/man/\(name).in", ServerProcess.executable(program)])
    try #require(output.status == 0, "\(output.error)")
    return output.out
  }

  /// The page of a program as `man` shows it; a paragraph on a line.
  private func text(_ program: String) throws -> String {
    let output = try run(
      "/usr/bin/env",
      ["groff", "-mandoc", "-Tascii", "-P-cbou", "-rLL=20000n", "-rLT=80n"],
      input: try source(program))
    return output.out
  }

  @Test(arguments: ["accountstatus", "accountstatusd"])
  func `every option and command is in the page, and no others are`(program: String) throws {
    let text = try text(program)
    let found = Set(
      text.matches(of: /(?:^|[\s\[,(])(--?[a-zA-Z][a-z-]*)/).map { String($0.1) })
    let command = try command(program)
    let missing = command.options.subtracting(found)
    #expect(missing.isEmpty)
    // The pages show each other's examples.
    let known = try Self.pages.keys.reduce(into: Set<String>()) { known, each in
      known.formUnion(try self.command(each).options)
    }
    let unknown = found.filter { $0.hasPrefix("--") }.subtracting(known)
    #expect(unknown.isEmpty)
    let headings = Set(
      text.split(separator: "\n").filter { $0.hasPrefix("   ") && !$0.hasPrefix("    ") }
        .map { $0.trimmingCharacters(in: .whitespaces) })
    #expect(headings == Set(command.commands()))
  }

  @Test func `every setting is named as the environment spells it`() throws {
    let text = try text("accountstatusd")
    let settings = try command("accountstatusd").arguments?.filter { $0.kind == "option" }
      .compactMap { $0.names?.first?.name }.filter { !["clock", "now"].contains($0) }
    for name in try #require(settings) {
      let variable = "ACCOUNTSTATUSD_" + name.uppercased().replacing("-", with: "_")
      #expect(text.contains(variable))
    }
  }

  @Test func `the pages are well formed`() throws {
    let directory = try TemporaryDirectory()
    var paths = ["\(repository)/Clients/C/man/libaccountstatus.3"]
    for (program, name) in Self.pages {
      try source(program).write(toFile: directory.file(name), atomically: false, encoding: .utf8)
      paths.append(directory.file(name))
    }
    for path in paths {
      let output = try run("/usr/bin/env", ["groff", "-mandoc", "-Tutf8", "-ww", "-z", path])
      #expect(output.status == 0 && output.error == "", "\(output.error)")
      guard exists("mandoc") else { continue }
      let lint = try run("/usr/bin/env", ["mandoc", "-T", "lint", "-W", "warning", path])
      #expect(lint.status == 0, "\(lint.out)")
    }
  }
}
