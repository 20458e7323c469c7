import AccountStatusClient
import JSONText
import Synchronization
import Testing
import accountstatus

struct TopTests {
  /// A server whose GetStats counts its own calls.
  private func counting() -> StubServer {
    let calls = Atomic(0)
    return StubServer { method, _ in
      guard method == "GetStats" else {
        return #"{"version":"1.2.3","pid":42,"now":"2026-11-15T09:00:00Z"}"#
      }
      let count = calls.wrappingAdd(1, ordering: .relaxed).newValue
      return """
        {"methods":[{"method":"accountstatus.v1.AdminService/GetStats","calls":"\(count)"}]}
        """
    }
  }

  @Test func `once is one reading of one interval`() async throws {
    let stub = counting()
    let outcome = try await run(["top", "--once", "--interval", "50ms", "-o", "json"], on: stub)
    #expect(outcome.status == .success)
    let reading = try JSONValue(parsing: outcome.output)
    guard case .array(let methods)? = reading["methods"],
      case .number(let rate)? = methods.first?["callsPerSecond"]
    else {
      Issue.record("no rate in \(outcome.output)")
      return
    }
    // One call in at least 50 ms.
    #expect(try #require(Double(rate.text)) > 0)
    #expect(try #require(Double(rate.text)) <= 20)
    #expect(stub.asked.filter { $0.method.hasSuffix("GetStats") }.count == 2)
  }

  @Test func `text is for people`() async throws {
    let outcome = try await run(["top", "--once", "--interval", "1ms"], on: counting())
    #expect(outcome.status == .success)
    #expect(outcome.output.hasPrefix("accountstatusd 1.2.3, pid 42"))
    #expect(outcome.output.contains("AdminService/GetStats"))
  }

  @Test func `readings go on while the server is away, and say so`() async throws {
    let calls = Atomic(0)
    let stub = StubServer { method, _ in
      guard method == "GetStats" else { return StubServer.info }
      switch calls.wrappingAdd(1, ordering: .relaxed).newValue {
      case 2: throw AccountStatusError(.unavailable, "no answer from /nowhere/rpc.sock")
      case 5...: throw AccountStatusError(.permissionDenied, "enough")
      default: return "{}"
      }
    }
    let outcome = try await run(["top", "--interval", "1ms", "-o", "jsonl"], on: stub)
    #expect(outcome.status == .notPermitted)
    #expect(outcome.notes.contains("no answer from /nowhere/rpc.sock"))
    // The third sample has none before it; the fourth makes the one reading.
    #expect(outcome.output.split(separator: "\n").count == 1)
  }

  @Test func `without a server there is nothing to show`() async throws {
    let stub = StubServer(AccountStatusError(.unavailable, "no answer"))
    #expect(try await run(["top"], on: stub).status == .unavailable)
  }

  @Test func `one document is one reading`() {
    #expect(throws: (any Error).self) { try parse(["top", "-o", "json"]) }
    #expect(throws: Never.self) { try parse(["top", "-o", "json", "--once"]) }
    #expect(throws: Never.self) { try parse(["top", "-o", "jsonl"]) }
  }
}
