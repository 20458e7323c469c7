import AccountStatusClient
import Foundation
import JSONText
import Testing
import accountstatus

struct SimulateTests {
  /// Simulates these lines against a server with one reply.
  private func simulate(
    _ lines: [String], _ arguments: [String] = [], reply: String = "{}"
  ) async throws -> (outcome: Outcome, stub: StubServer) {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let stub = StubServer(reply)
    let outcome = try await run(
      ["simulate", "northwind", "--facts", path.path] + arguments, on: stub)
    return (outcome, stub)
  }

  private static let closing = #"{"accountClosed":{}}"#

  @Test func `what a fact leaves out is filled in, what it says is kept`() async throws {
    let full =
      #"{"accountId":"contoso","source":"erp","factId":"1","effectiveAt":"2026-12-01T00:00:00Z","#
      + #""accountClosed":{}}"#
    let (_, stub) = try await simulate(["", Self.closing, " ", full])
    let asked = try #require(stub.asked.last?.message)
    #expect(asked["accountId"] == .string("northwind"))
    guard case .array(let facts)? = asked["facts"] else {
      Issue.record("no facts")
      return
    }
    #expect(
      facts.map { $0.text() } == [
        #"{"accountId":"northwind","source":"what-if","factId":"line-2","#
          + #""effectiveAt":"2026-11-15T09:00:00Z","accountClosed":{}}"#, full,
      ])
  }

  @Test func `instant, edition and freshness are sent`() async throws {
    let stub = StubServer("{}")
    _ = try await run(
      [
        "simulate", "northwind", "--as-of", "2027-01-31", "--edition", "2016-11", "--at-least",
        "AQI=",
      ], on: stub)
    #expect(
      stub.asked.map(\.text) == [
        #"{"accountId":"northwind","asOf":"2027-01-31T00:00:00Z","policyEdition":"2016-11","#
          + #""atLeast":"AQI="}"#
      ])
  }

  @Test func `a refused fact exits 1, in JSON as well`() async throws {
    let reply = #"{"results":[{"outcome":"FACT_OUTCOME_REFUSED","refusal":{"message":"no"}}]}"#
    #expect(try await simulate([Self.closing], reply: reply).outcome.status == .no)
    let json = try await simulate([Self.closing], ["-o", "jsonl"], reply: reply).outcome
    #expect(json.status == .no)
    #expect(json.output == reply + "\n")
    #expect(json.notes == "this was a simulation: nothing was stored\n")
  }

  @Test func `an account that stays unknown exits 2`() async throws {
    let outcome = try await run(
      ["simulate", "nobody", "--as-of", "2027-01-01"],
      on: StubServer(AccountStatusError(.notFound, "nobody is not registered")))
    #expect(outcome.status == .notFound)
  }

  @Test(arguments: [
    ("{", "line 1, column 2: a member name in quotes is expected"),
    ("[]", "line 1 is no JSON object; write one fact a line"),
    (#"{"acountId":"x"}"#, "line 1: acountId: there is no such field"),
    ("", "holds no fact; give some, or --as-of to see what comes by itself"),
  ])
  func `what is no fact ends it before anything is asked`(
    line: String, message: String
  ) async throws {
    let (outcome, stub) = try await simulate([line])
    #expect(outcome.status == .usage)
    #expect(outcome.notes.contains(message))
    #expect(!stub.asked.contains { $0.method == "SimulateStatus" })
  }

  @Test func `neither facts nor instant is wrong usage`() {
    #expect(throws: (any Error).self) { try parse(["simulate", "northwind"]) }
  }
}
