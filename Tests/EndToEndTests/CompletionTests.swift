import AccountStatusTesting
import Foundation
import Testing

/// What shells are told about the programs, by the shells themselves.
@Suite struct CompletionTests {
  private static let programs = ["accountstatus", "accountstatusd"]

  /// The files that an installation brings, in a temporary directory.
  private func completions() throws -> (directory: TemporaryDirectory, path: String) {
    let directory = try TemporaryDirectory()
    let build = URL(fileURLWithPath: ServerProcess.executable("accountstatus"))
      .deletingLastPathComponent().path
    let output = try run("\(repository)/scripts/write-share", [build, directory.path])
    try #require(output.status == 0, "\(output.error)")
    return (directory, directory.file("completion"))
  }

  /// What bash offers where a line ends.
  private func bash(_ file: String, _ line: String) throws -> [String] {
    let script = """
      shopt -s extglob
      source "$1"
      COMP_LINE=$2 COMP_POINT=${#2}
      read -ra COMP_WORDS <<<"$2"
      [[ $2 == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _accountstatus accountstatus "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let output = try run("/usr/bin/env", ["bash", "-c", script, "bash", file, line])
    #expect(output.error == "")
    return output.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test func `bash completes commands, options and their values`() throws {
    let (directory, path) = try completions()
    defer { withExtendedLifetime(directory) {} }
    for program in Self.programs {
      let file = "\(path)/bash-completion/completions/\(program)"
      #expect(try run("/usr/bin/env", ["bash", "-n", file]).status == 0)
    }
    let file = "\(path)/bash-completion/completions/accountstatus"
    #expect(try bash(file, "accountstatus rei") == ["reinstate"])
    #expect(try bash(file, "accountstatus reinstate a") == ["approve"])
    #expect(try bash(file, "accountstatus list --older") == ["--older-than"])
    #expect(
      try Set(bash(file, "accountstatus list --state ")) == [
        "active", "suspended", "closed", "not-covered",
      ])
    #expect(
      try bash(file, "accountstatus check northwind sell-") == [
        "sell-new-licenses", "sell-new-services",
      ])
    #expect(
      try Set(bash(file, "accountstatus import --role ")) == [
        "global-admin", "billing-admin", "other",
      ])
  }

  @Test(.enabled(if: exists("zsh"))) func `zsh can read it`() throws {
    let (directory, path) = try completions()
    defer { withExtendedLifetime(directory) {} }
    for program in Self.programs {
      let file = "\(path)/zsh/site-functions/_\(program)"
      let output = try run("/usr/bin/env", ["zsh", "-n", file])
      #expect(output.status == 0 && output.error == "", "\(output.error)")
      #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("#compdef \(program)\n"))
    }
  }

  @Test(.enabled(if: exists("fish"))) func `fish completes commands and values`() throws {
    let (directory, path) = try completions()
    defer { withExtendedLifetime(directory) {} }
    for program in Self.programs {
      let file = "\(path)/fish/vendor_completions.d/\(program).fish"
      #expect(try run("/usr/bin/env", ["fish", "-n", file]).status == 0)
    }
    func offered(_ line: String) throws -> [String] {
      let file = "\(path)/fish/vendor_completions.d/accountstatus.fish"
      let home = ["HOME": directory.path, "XDG_CONFIG_HOME": directory.path]
      let output = try run(
        "/usr/bin/env",
        ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", file, line],
        environment: home)
      return output.out.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    }
    #expect(try offered("accountstatus rei") == ["reinstate"])
    #expect(try offered("accountstatus list --state s") == ["suspended"])
  }
}

/// Whether a program is on PATH.
func exists(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
  }
}
