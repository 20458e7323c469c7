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
      } == [1000, 201])
    #expect(stub.asked.map { $0.message["chunk"] } == [.string("1"), .string("2")])
  }

  @Test func `large facts make smaller chunks`() async throws {
    let note = String(repeating: "n", count: 2000)
    let lines = (1...900).map { number in
      #"{"accountId":"x","source":"bank","factId":"\#(number)","#
        + #""externalStatusObserved":{"note":"\#(note)"}}"#
    }
    let (_, stub) = try await report(lines)
    #expect(stub.asked.count == 4)
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
    let (outcome, _) = try await report((1...1600).map(Self.fact), on: stub)
    #expect(outcome.status == .unavailable)
    #expect(
      outcome.notes.hasPrefix(
        "1000 stored, 0 known already, 0 refused, up to line 1000; what comes after may be stored "
          + "too: send it all again, and what is stored is known already\n"))
    #expect(outcome.output.split(separator: "\n").count == 1000)
  }

  @Test func `a report that fails at once says only why`() async throws {
    let stub = StubServer(AccountStatusError(.unavailable, "gone"))
    let (outcome, _) = try await report((1...3).map(Self.fact), on: stub)
    #expect(outcome.status == .unavailable)
    #expect(outcome.output == "")
    #expect(outcome.notes.hasPrefix("accountstatus: error: "))
  }

  @Test func `lines without a good fact keep their place and are not sent`() async throws {
    let bad = Array(repeating: "{", count: 2500)
    let (outcome, stub) = try await report([Self.fact(1)] + bad + [Self.fact(2)])
    #expect(
      outcome.output.split(separator: "\n").enumerated().allSatisfy { index, line in
        line.contains("  line \(index + 1)")
      })
    #expect(outcome.status == .no)
    #expect(stub.asked.count == 2)
    let (onlyBad, silent) = try await report(bad)
    #expect(onlyBad.notes == "0 stored, 0 known already, 2500 refused\n")
    #expect(silent.asked.isEmpty)
  }

  @Test func `a fact too large for a chunk is refused by its line`() async throws {
    let note = String(repeating: "n", count: 600_000)
    let large =
      #"{"accountId":"x","source":"bank","factId":"L","externalStatusObserved":{"note":"\#(note)"}}"#
    let (outcome, stub) = try await report([Self.fact(1), large, Self.fact(2)])
    #expect(
      outcome.output.contains("line 2  bank/L externalStatusObserved: INVALID_ARGUMENT: has 6"))
    #expect(outcome.status == .no)
    #expect(stub.asked.count == 1)
  }

  @Test func `a JSON document of results is complete, also when it was cut short`() async throws {
    let (whole, _) = try await report((1...3).map(Self.fact), ["-o", "json"])
    guard case .array(let all) = try JSONValue(parsing: whole.output) else {
      Issue.record("an array is expected")
      return
    }
    #expect(all.map { $0["place"] } == (1...3).map { .string("line \($0)") })
    #expect(whole.output == JSONValue.array(all).text(.indented) + "\n")
    let (none, _) = try await report([], ["-o", "json"])
    #expect(none.output == "[]\n")
    let stub = StubServer { _, request in
      guard request["chunk"] == .string("1"), case .array(let facts)? = request["facts"] else {
        throw AccountStatusError(.unavailable, "gone")
      }
      let results = facts.map { _ in #"{"outcome":"FACT_OUTCOME_STORED"}"# }
      return #"{"results":[\#(results.joined(separator: ","))]}"#
    }
    let (cut, _) = try await report((1...1500).map(Self.fact), ["-o", "json"], on: stub)
    guard case .array(let done) = try JSONValue(parsing: cut.output) else {
      Issue.record("an array is expected")
      return
    }
    #expect(done.count == 1000 && cut.status == .unavailable)
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
