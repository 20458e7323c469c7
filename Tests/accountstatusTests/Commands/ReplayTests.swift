import AccountStatusModel
import Foundation
import JSONText
import Synchronization
import Testing
import accountstatus

struct ReplayTests {
  private static func fact(_ number: Int, at recordedAt: String?) -> String {
    let recorded = recordedAt.map { #""sequence":"\#(number)","recordedAt":"\#($0)","# } ?? ""
    return #"{"accountId":"x","source":"bank","factId":"\#(number)","#
      + #""effectiveAt":"2026-01-01T00:00:00Z",\#(recorded)"accountClosed":{}}"#
  }

  /// A server with a manual clock at 2026-11-15T09:00:00Z that stores every fact.
  private func stub(isManual: Bool = true, known: [Fact]? = nil) -> StubServer {
    StubServer(facts: known) { method, request in
      switch method {
      case "GetInfo":
        return #"{"now":"2026-11-15T09:00:00Z"\#(isManual ? #","manualClock":true"# : "")}"#
      case "SetClock":
        guard case .string(let now)? = request["now"] else { return "{}" }
        return #"{"now":"\#(now)"}"#
      default:
        guard case .array(let facts)? = request["facts"] else { return "{}" }
        let results = facts.map { _ in #"{"outcome":"FACT_OUTCOME_STORED"}"# }
        return #"{"results":[\#(results.joined(separator: ","))],"token":"AQ=="}"#
      }
    }
  }

  private func replay(
    _ lines: [String], _ arguments: [String], on stub: StubServer
  ) async throws -> Outcome {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    return try await run(["replay", path.path] + arguments, on: stub)
  }

  /// What the server was asked, with how many facts or to which instant.
  private func steps(_ stub: StubServer) -> [String] {
    stub.asked.dropFirst().map { request in
      let method = request.method.split(separator: "/").last ?? ""
      if case .array(let facts)? = request.message["facts"] { return "\(method) \(facts.count)" }
      if case .string(let now)? = request.message["now"] { return "\(method) \(now)" }
      return "\(method)"
    }
  }

  @Test func `the clock steps to each instant, after what came before is stored`() async throws {
    let stub = stub()
    let outcome = try await replay(
      [
        Self.fact(1, at: "2026-11-15T09:00:00Z"), Self.fact(2, at: "2026-11-15T09:00:00Z"),
        Self.fact(3, at: "2026-11-16T10:00:00.000000001Z"),
      ], ["--step-clock"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      steps(stub) == [
        "ImportFacts 2", "SetClock 2026-11-16T10:00:00.000000001Z", "ImportFacts 1",
      ])
    #expect(
      outcome.notes == """
        3 stored, 0 known already, 0 refused
        token AQ==
        the clock stands at 2026-11-16T10:00:00.000000001Z

        """)
  }

  @Test func `what did not come one right after the other is reported apart`() async throws {
    let stub = stub()
    let instant = "2026-11-16T00:00:00Z"
    let outcome = try await replay(
      [1, 2, 4, 5].map { Self.fact($0, at: instant) }, ["--step-clock"], on: stub)
    #expect(outcome.status == .success)
    #expect(steps(stub) == ["SetClock \(instant)", "ImportFacts 2", "ImportFacts 2"])
  }

  @Test func `a replay up to an instant leaves the clock there`() async throws {
    let stub = stub()
    let outcome = try await replay(
      [Self.fact(1, at: "2026-11-16T00:00:00Z"), Self.fact(2, at: "2026-11-18T00:00:00Z")],
      ["--step-clock", "--until", "2026-11-17T00:00:00Z"], on: stub)
    #expect(outcome.status == .success)
    #expect(
      steps(stub) == [
        "SetClock 2026-11-16T00:00:00Z", "ImportFacts 1", "SetClock 2026-11-17T00:00:00Z",
      ])
    #expect(outcome.notes.hasPrefix("1 fact recorded later left out\n1 stored, "))
  }

  @Test func `without a step everything is learned now`() async throws {
    let stub = stub(isManual: false)
    let outcome = try await replay(
      [Self.fact(1, at: "2026-11-16T00:00:00Z"), Self.fact(2, at: nil)], [], on: stub)
    #expect(outcome.status == .success)
    #expect(stub.asked.map(\.method) == ["accountstatus.v1.LedgerService/ImportFacts"])
  }

  @Test func `an instant that is past ends it, unless the fact is known`() async throws {
    let known = Fact(
      accountID: "x", source: "bank", factID: "1", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountClosed)
    let stub = stub(known: [known])
    let outcome = try await replay(
      [
        Self.fact(1, at: "2026-11-14T00:00:00Z"), Self.fact(2, at: "2026-11-14T12:00:00Z"),
        Self.fact(3, at: "2026-11-16T00:00:00Z"),
      ], ["--step-clock"], on: stub)
    #expect(outcome.status == .failure)
    #expect(steps(stub) == ["ImportFacts 1"])
    #expect(
      outcome.notes.contains(
        "error: line 2 was recorded at 2026-11-14T12:00:00Z, and the clock stands at "
          + "2026-11-15T09:00:00Z already; "))
  }

  @Test func `a clock that is the system's is not stepped`() async throws {
    let stub = stub(isManual: false)
    let outcome = try await replay(
      [Self.fact(1, at: "2026-11-16T00:00:00Z")], ["--step-clock"], on: stub)
    #expect(outcome.status == .failure)
    #expect(outcome.notes.contains("the server's clock is the system's"))
    #expect(stub.asked.count == 1)
  }

  @Test func `a fact without its instant is refused by its line`() async throws {
    let outcome = try await replay(
      [Self.fact(1, at: nil), Self.fact(2, at: "2026-11-16T00:00:00Z")], ["--step-clock"],
      on: stub())
    #expect(outcome.status == .no)
    #expect(outcome.output.contains("line 1: INVALID_ARGUMENT: has no recordedAt"))
    #expect(outcome.notes.hasPrefix("1 stored, 0 known already, 1 refused\n"))
  }
}
