import AccountStatusClient
import Foundation
import JSONText
import Synchronization
import Testing
import accountstatus

struct FactReportTests {
  private static func fact(_ number: Int) -> String {
    #"{"accountId":"x","source":"bank","factId":"\#(number)","#
      + #""effectiveAt":"2026-11-15T09:00:00Z","accountClosed":{}}"#
  }

  /// Reports these lines to a server that stores every fact.
  private func report(
    _ lines: [String], _ arguments: [String] = [], on stub: StubServer? = nil
  ) async throws -> (outcome: Outcome, stub: StubServer) {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    try Data(lines.joined(separator: "\n").utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let stub =
      stub
      ?? StubServer { _, request in
        guard case .array(let facts)? = request["facts"] else { return "{}" }
        let results = facts.map { _ in #"{"outcome":"FACT_OUTCOME_STORED","sequence":"17"}"# }
        return #"{"results":[\#(results.joined(separator: ","))],"token":"AQI="}"#
      }
    return (try await run(["report", path.path] + arguments, on: stub), stub)
  }

  @Test func `facts are sent in chunks, each fact with its own result`() async throws {
    let (outcome, stub) = try await report((1...1201).map(Self.fact))
    #expect(outcome.status == .success)
    #expect(outcome.notes == "1201 stored, 0 known already, 0 refused\ntoken AQI=\n")
    #expect(outcome.output.split(separator: "\n").count == 1201)
    #expect(
      stub.asked.map { request -> Int in
        guard case .array(let facts)? = request.message["facts"] else { return 0 }
        return facts.count
      } == [500, 500, 201])
    #expect(stub.asked.allSatisfy { $0.message["mode"] == .string("REPORT_MODE_EACH") })
  }

  @Test func `large facts make smaller chunks`() async throws {
    let note = String(repeating: "n", count: 2000)
    let lines = (1...600).map { number in
      #"{"accountId":"x","source":"bank","factId":"\#(number)","#
        + #""externalStatusObserved":{"note":"\#(note)"}}"#
    }
    let (_, stub) = try await report(lines)
    #expect(stub.asked.count > 2)
  }

  @Test func `what becomes of each fact is told in the order of the lines`() async throws {
    let stub = StubServer(
      """
      {"results":[{"outcome":"FACT_OUTCOME_STORED","sequence":"7"},
      {"outcome":"FACT_OUTCOME_DUPLICATE","sequence":"3"},
      {"outcome":"FACT_OUTCOME_REFUSED","refusal":{"index":2,"code":6,
      "field":"facts[2].factId","message":"is known with other content"}}],"token":"AQ=="}
      """)
    let lines = [
      Self.fact(1), "{\"acount\":1}", Self.fact(2), "", "{", Self.fact(3),
    ]
    let (outcome, _) = try await report(lines, on: stub)
    #expect(outcome.status == .no)
    #expect(
      outcome.output == """
        stored 7          line 1  bank/1 accountClosed
        refused           line 2: INVALID_ARGUMENT: acount: there is no such field; Fact has \
        accountId, source, factId, effectiveAt, sequence, recordedAt, recordedBy, \
        accountRegistered, partnerTypesChanged, accountClosed, invoiceIssued, invoiceVoided, \
        creditApplied, paymentReceived, paymentAllocated, paymentReversed, disputeOpened, \
        disputeClosed, balanceReported, profileVerificationChanged, abuseFindingChanged, \
        providerLinked, providerUnlinked, providerIssueOpened, providerIssueResolved, \
        supportRequestOpened, supportRequestUpdated, reinstatementDecided, \
        externalStatusObserved, factRetracted
        duplicate 3       line 3  bank/2 accountClosed
        refused           line 5: INVALID_ARGUMENT: column 2: a member name in quotes is expected
        refused           line 6  bank/3 accountClosed: ALREADY_EXISTS: factId: is known with \
        other content

        """)
    #expect(outcome.notes == "1 stored, 1 known already, 3 refused\ntoken AQ==\n")
  }

  @Test func `JSON lines hold the place, the fact's identity and the result`() async throws {
    let (outcome, _) = try await report([Self.fact(1)], ["-o", "jsonl"])
    #expect(
      outcome.output
        == #"{"place":"line 1","source":"bank","factId":"1","outcome":"FACT_OUTCOME_STORED","#
        + #""sequence":"17"}"# + "\n")
  }

  @Test func `a report that is cut short says so`() async throws {
    let calls = Mutex(0)
    let stub = StubServer { _, request in
      let number = calls.withLock { count in
        count += 1
        return count
      }
      guard number == 1, case .array(let facts)? = request["facts"] else {
        throw AccountStatusError(.unavailable, "gone")
      }
      let results = facts.map { _ in #"{"outcome":"FACT_OUTCOME_STORED"}"# }
      return #"{"results":[\#(results.joined(separator: ","))]}"#
    }
    let (outcome, _) = try await report((1...600).map(Self.fact), on: stub)
    #expect(outcome.status == .unavailable)
    #expect(
      outcome.notes.hasPrefix(
        "500 facts were stored before line 501; send them all again, each counts once\n"))
  }

  @Test func `facts that this user may not report exit 77`() async throws {
    let stub = StubServer(
      #"{"results":[{"outcome":"FACT_OUTCOME_REFUSED","refusal":{"code":7,"message":"no"}}]}"#)
    #expect(try await report([Self.fact(1)], on: stub).outcome.status == .notPermitted)
  }

  @Test func `a reply with too few results is no success`() async throws {
    let (outcome, _) = try await report([Self.fact(1)], on: StubServer(#"{"token":"AQ=="}"#))
    #expect(outcome.status == .failure)
  }
}
