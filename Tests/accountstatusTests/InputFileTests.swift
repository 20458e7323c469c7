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

  @Test func `a line without end is refused`() async throws {
    let outcome = try await report(String(repeating: "x", count: 2 << 20))
    #expect(outcome.status == .usage)
    #expect(outcome.notes.contains("write one fact a line"))
  }

  @Test func `a directory cannot be read`() async throws {
    let outcome = try await run(["report", "/tmp"], on: StubServer("{}"))
    #expect(outcome.status == .usage)
    #expect(outcome.notes.contains("cannot read /tmp: Is a directory"))
  }
}
