import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct GenerateTests {
  @Test func `load can be put on any socket, and a server by hand ends with its input`() throws {
    let socket = FileManager.default.temporaryDirectory
      .appendingPathComponent("generate-\(UUID().uuidString).sock").path
    let input = Pipe()
    let (server, output) = try Program.start(
      "accountstatus-bench", ["serve", "protobuf", "--socket", socket, "--accounts", "100"],
      input: input)
    #expect(String(decoding: output.availableData, as: UTF8.self) == "ready\n")
    let outcome = try Program.bench(
      "generate", "--socket", socket, "--accounts", "100", "--calls", "1000", "-o", "json")
    #expect(outcome.status == 0)
    let measurement = try outcome.json()["measurement"] as? [String: Double] ?? [:]
    #expect((measurement["callsPerSecond"] ?? 0) > 0)
    try input.fileHandleForWriting.close()
    server.waitUntilExit()
    #expect(server.terminationStatus == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test func `accounts that the server does not know are an error`() throws {
    let (daemon, output) = try Program.start("accountstatusd", ["--ephemeral"])
    defer {
      daemon.terminate()
      daemon.waitUntilExit()
    }
    let ready = try JSONSerialization.jsonObject(with: output.availableData) as? [String: Any]
    let socket = try #require(ready?["rpcSocket"] as? String)
    #expect(try Program.bench("generate", "--socket", socket, "--calls", "10").status != 0)
    let registered = try Program.bench(
      "generate", "--socket", socket, "--register", "--accounts", "50", "--calls", "100")
    #expect(registered.status == 0)
  }
}
