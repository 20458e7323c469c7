import Testing
import accountstatus

struct GlobalOptionsTests {
  private func options(_ arguments: [String]) throws -> GlobalOptions {
    try #require(try parse(arguments) as? any ServerCommand).global
  }

  @Test(arguments: [
    ["--socket", "/s", "-o", "jsonl", "--timeout", "500ms", "get", "x"],
    ["get", "x", "--socket", "/s", "-o", "jsonl", "--timeout", "500ms"],
    ["--socket", "/s", "get", "-o", "jsonl", "x", "--timeout=500ms"],
    [
      "--output", "jsonl", "reinstate", "--socket=/s", "approve", "x", "--note", "n", "--timeout",
      "500ms",
    ],
  ])
  func `they stand before the command or behind it`(arguments: [String]) throws {
    let options = try options(arguments)
    #expect(options.socket == "/s")
    #expect(options.output == .jsonl)
    #expect(options.timeout == .milliseconds(500))
  }

  @Test func `without them text is printed and the client decides`() throws {
    let options = try options(["health"])
    #expect(options.socket == nil)
    #expect(options.output == .text)
    #expect(options.timeout == nil)
  }
}
