import Foundation
import Testing
import accountstatus

struct InputFileTests {
  private func report(_ content: String) async throws -> Outcome {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    try Data(content.utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    return try await run(["report", path.path], on: StubServer("{}"))
  }

  @Test func `lines end with or without a line end`() async throws {
    #expect(try await report("{").output.contains("line 1: INVALID_ARGUMENT"))
    let two = try await report("{\n\r\n\t\n[]\n").output
    #expect(two.contains("line 1:") && two.contains("line 4:") && !two.contains("line 2"))
    #expect(try await report("").status == .success)
  }

  @Test(arguments: [2 << 20, (1 << 20) + 1, 5_000_000])
  func `a line that is too long is refused by its number, and the next ones are read`(
    length: Int
  ) async throws {
    let outcome = try await report("{\n\(String(repeating: "x", count: length))\n{\n")
    #expect(outcome.status == .no)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].contains("line 2: INVALID_ARGUMENT: is longer than a megabyte"))
    #expect(lines[2].contains("line 3: INVALID_ARGUMENT: column 2"))
  }

  @Test func `a long line without an end is refused as well`() async throws {
    let outcome = try await report("{\n" + String(repeating: "x", count: 3 << 20))
    #expect(outcome.output.contains("line 2: INVALID_ARGUMENT: is longer than a megabyte"))
    let longest = try await report(String(repeating: " ", count: 1 << 20) + "\n{")
    #expect(longest.output.contains("line 2: INVALID_ARGUMENT: column 2"))
    #expect(!longest.output.contains("line 1"))
  }

  @Test func `lines that cross the pieces of reading are whole`() async throws {
    let lines = (1...4000).map { "{\"a\(String(repeating: "b", count: $0 % 400))" }
    let output = try await report(lines.joined(separator: "\n")).output.split(separator: "\n")
    #expect(output.count == 4000)
    for (index, line) in output.enumerated() {
      // Each is cut inside its string: the column tells its length.
      #expect(
        line.contains("line \(index + 1): ") && line.contains("column \(lines[index].count + 1)"))
    }
  }

  @Test func `a directory cannot be read`() async throws {
    let outcome = try await run(["report", "/tmp"], on: StubServer("{}"))
    #expect(outcome.status == .usage)
    #expect(outcome.notes.contains("cannot read /tmp: Is a directory"))
  }
}
