import AccountStatusServer
import Foundation
import Testing
import accountstatusd

@Suite("Settings")
struct SettingsTests {
  private let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("accountstatusd-settings-\(UUID().uuidString).json")

  /// Reading blocks its thread until the pool's threads have done the work: it must be none of them.
  private func settings(
    _ flags: [Settings.Key: String], _ environment: [String: String], file path: String?
  ) async throws -> Settings {
    let result = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          returning: Result { () throws(StartError) in
            try Settings.read(flags: flags, file: path, environment: environment)
          })
      }
    }
    return try result.get()
  }

  private func read(
    flags: [Settings.Key: String] = [:], environment: [String: String] = [:], file text: String?
  ) async throws -> Settings {
    guard let text else { return try await settings(flags, environment, file: nil) }
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await settings(flags, environment, file: file.path)
  }

  private func refusal(_ text: String) async -> String {
    do {
      _ = try await read(file: text)
      return "it was taken"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: Settings.Key.allCases)
  func `flags beat the environment, which beats the file`(_ key: Settings.Key) async throws {
    let names: [Settings.Key: String] = [
      .runtimeDirectory: "ACCOUNTSTATUSD_RUNTIME_DIRECTORY", .database: "ACCOUNTSTATUSD_DATABASE",
      .tableSocket: "ACCOUNTSTATUSD_TABLE_SOCKET",
      .policyEdition: "ACCOUNTSTATUSD_POLICY_EDITION",
      .policyEditions: "ACCOUNTSTATUSD_POLICY_EDITIONS", .logLevel: "ACCOUNTSTATUSD_LOG_LEVEL",
      .spin: "ACCOUNTSTATUSD_SPIN", .keepChanges: "ACCOUNTSTATUSD_KEEP_CHANGES",
    ]
    let name = try #require(names[key])
    let text = "{\"\(key.rawValue)\": \"file\"}"
    #expect(try await read(file: text)[key] == "file")
    #expect(try await read(environment: [name: "environment"], file: text)[key] == "environment")
    #expect(
      try await read(flags: [key: "flag"], environment: [name: "environment"], file: text)[key]
        == "flag")
  }

  @Test func `what nobody sets is nil`() async throws {
    let settings = try await read(file: "{}")
    for key in Settings.Key.allCases { #expect(settings[key] == nil) }
    #expect(try await read(environment: ["DATABASE": "x"], file: nil)[.database] == nil)
  }

  @Test func `an empty variable is not set, and hides nothing`() async throws {
    let settings = try await read(
      environment: ["ACCOUNTSTATUSD_DATABASE": ""], file: "{\"database\": \"file\"}")
    #expect(settings[.database] == "file")
  }

  @Test func `a misspelt key is named, with those that exist`() async {
    let text = await refusal("{\"databse\": \"x\"}")
    #expect(text.contains("\"databse\""))
    #expect(
      text.contains(
        "runtimeDirectory, tableSocket, database, policyEdition, policyEditions, logLevel, "
          + "spin, keepChanges"))
  }

  @Test(arguments: ["1", "true", "null", "[\"x\"]", "{\"a\": \"x\"}"])
  func `a value that is no string is refused`(_ value: String) async {
    #expect(await refusal("{\"database\": \(value)}").contains("\"database\" must be a string"))
  }

  @Test(arguments: ["", "{", "[]", "\"x\"", "{\"database\" \"x\"}"])
  func `a file that is no JSON object is refused by name`(_ text: String) async {
    #expect(await refusal(text).contains(file.path))
  }

  @Test func `a missing file is refused by name`() async {
    let error = await #expect(throws: StartError.self) {
      try await settings([:], [:], file: "/nonexistent/settings.json")
    }
    #expect(
      error?.description
        == "cannot read the configuration file /nonexistent/settings.json: "
        + "No such file or directory")
  }
}
