import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// What one daemon knew, recorded and replayed into another: the two cannot be told apart.
@Suite(.timeLimit(.minutes(10))) struct RecordingTests {
  private static let accounts = ["northwind", "fabrikam", "wingtip", "early"]

  /// A daemon through whose ledger more than a year went: late facts, retractions, decisions, flips
  /// by time alone, a provider and its reseller, and an account whose facts came first.
  private func lived() async throws -> Served {
    let served = try Served(now: "2026-05-01T08:00:00Z")
    let client = served.client
    func at(_ instant: Instant) async throws { try await client.setClock(to: instant) }
    try await served.register("northwind", at: "2026-05-01T00:00:00Z")
    try await served.register("fabrikam", types: [.indirectProvider])
    try await at("2026-06-01T00:00:00.000000001Z")
    try await served.register("wingtip", types: [.indirectReseller])
    try await served.report(
      .providerLinked("fabrikam"), of: "wingtip", at: "2026-05-20T00:00:00Z")
    try await at("2026-07-02T09:00:00Z")
    try await served.issueInvoice()
    // Suspended on 2026-10-30, by time alone, before this is reported.
    try await at("2026-11-03T00:00:00Z")
    let payment = try Money("EUR", units: 1000)
    try await served.report(
      .paymentReceived(
        paymentID: "P-1", amount: payment,
        allocations: [Allocation(invoiceID: "INV-1", amount: payment)]),
      at: "2026-11-01T12:00:00Z")
    try await served.report(
      .abuseFindingChanged(findingID: "AF-1", severity: .significant, state: .confirmed),
      of: "fabrikam", at: "2026-11-02T00:00:00Z", id: "AF-1/wrong")
    try await at("2026-11-04T00:00:00Z")
    try await served.report(
      .reinstatementDecided(
        ReinstatementDecision(decisionID: "D-1", outcome: .approved, note: "it is paid")),
      at: "2026-11-04T00:00:00Z")
    try await at("2026-11-10T00:00:00Z")
    try await served.report(
      .factRetracted(FactIdentity(source: "test", factID: "AF-1/wrong")), of: "fabrikam",
      at: "2026-11-10T00:00:00Z")
    try await served.report(
      .disputeOpened(invoiceID: "INV-9"), of: "early", at: "2026-11-09T00:00:00Z")
    try await at("2026-11-20T00:00:00Z")
    try await served.register("early", at: "2026-11-01T00:00:00Z")
    try await at("2027-06-01T00:00:00Z")
    return served
  }

  private func cli(_ served: Served, _ arguments: [String]) throws -> Output {
    try run("accountstatus", ["--socket", served.server.socket] + arguments)
  }

  private func record(_ served: Served, _ arguments: [String] = []) throws -> String {
    let output = try cli(served, ["record"] + arguments)
    #expect(output.status == 0, "\(output.error)")
    return output.out
  }

  /// Writes a recording to a file and replays it.
  private func replay(
    _ recording: String, into served: Served, _ arguments: [String] = []
  ) throws -> Output {
    let directory = try TemporaryDirectory()
    let path = directory.file("facts.jsonl")
    try recording.write(toFile: path, atomically: false, encoding: .utf8)
    return try cli(served, ["replay", path, "--step-clock"] + arguments)
  }

  /// What a daemon says of its accounts at several points of both times; who reported a fact left
  /// out.
  private func answers(_ served: Served) throws -> [String] {
    let points: [[String]] = [
      [], ["--as-of", "2026-11-02T06:00:00Z"],
      ["--as-of", "2026-11-02T06:00:00Z", "--known-at", "2026-11-02T06:00:00Z"],
      ["--as-of", "2026-12-01", "--known-at", "2026-11-09T23:59:59.999999999Z"],
      ["--known-at", "2026-11-20", "--edition", "2016-11"],
    ]
    let each = Self.accounts.flatMap { [["explain", $0], ["history", $0]] }
    return try points.flatMap { point in
      try ([["get"] + Self.accounts] + each).map { command in
        let output = try cli(served, command + ["-o", "json"] + point)
        let data = try JSONSerialization.data(
          withJSONObject: output.out.isEmpty ? [:] : try plain(output.out),
          options: [.sortedKeys, .prettyPrinted])
        return "\(command) \(point): \(output.status) " + String(decoding: data, as: UTF8.self)
      }
    }
  }

  /// A JSON object without what belongs to the daemon and not to what it knows.
  private func plain(_ text: String) throws -> Any {
    func strip(_ value: Any) -> Any {
      if let object = value as? [String: Any] {
        return object.filter { !["recordedBy", "token"].contains($0.key) }.mapValues(strip)
      }
      return (value as? [Any])?.map(strip) ?? value
    }
    return strip(try JSONSerialization.jsonObject(with: Data(text.utf8)))
  }

  @Test func `a replayed daemon answers as the one that was recorded, revisions included`()
    async throws
  {
    let original = try await lived()
    let recording = try record(original)
    #expect(recording.split(separator: "\n").count == 11)
    let replayed = try Served(now: "2026-05-01T08:00:00Z")
    let output = try replay(recording, into: replayed, ["--until", "2027-06-01T00:00:00Z"])
    #expect(output.status == 0, "\(output.out)\(output.error)")
    #expect(output.error.contains("11 stored, 0 known already, 0 refused\n"))
    #expect(output.error.hasSuffix("the clock stands at 2027-06-01T00:00:00Z\n"))
    let (before, after) = (try answers(original), try answers(replayed))
    for (one, other) in zip(before, after) { #expect(one == other) }
    // They are about something: corrections, revisions and refusals to answer.
    #expect(before.contains { $0.contains("\"corrections\"") })
    #expect(before.contains { $0.contains("\"revision\"") })
    #expect(before.contains { $0.hasPrefix("[\"explain\", \"early\"]") && $0.contains(": 2 ") })
    // A recording of the replay is the recording.
    func facts(_ text: String) throws -> [String] {
      try text.split(separator: "\n").map { line in
        let object =
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        let kept = object.filter { $0.key != "recordedBy" }
        let data = try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys)
        return String(decoding: data, as: UTF8.self)
      }
    }
    #expect(try facts(recording) == facts(record(replayed)))
  }

  @Test func `a replay that was cut short is run again, and again changes nothing`() async throws {
    let original = try await lived()
    let recording = try record(original)
    let half = recording.split(separator: "\n").prefix(5).joined(separator: "\n")
    let replayed = try Served(now: "2026-05-01T00:00:00Z")
    #expect(try replay(half, into: replayed).error.contains("5 stored, 0 known already, "))
    let rest = try replay(recording, into: replayed, ["--until", "2027-06-01T00:00:00Z"])
    #expect(rest.status == 0 && rest.error.contains("6 stored, 5 known already, 0 refused\n"))
    let again = try replay(recording, into: replayed)
    #expect(again.status == 0 && again.error.contains("0 stored, 11 known already, 0 refused\n"))
    #expect(try answers(original) == answers(replayed))
  }

  @Test func `a recording of one account, as it was known, tells that account's story`()
    async throws
  {
    let original = try await lived()
    let recording = try record(original, ["northwind", "--known-at", "2026-11-03T12:00:00Z"])
    let replayed = try Served(now: "2026-05-01T08:00:00Z")
    let output = try replay(recording, into: replayed, ["--until", "2026-11-03T12:00:00Z"])
    #expect(output.status == 0, "\(output.out)\(output.error)")
    let then = ["--as-of", "2026-11-03T12:00:00Z", "--known-at", "2026-11-03T12:00:00Z"]
    for command in ["explain", "history"] {
      let texts = try [original, replayed].map { served in
        // The revision counts what has happened since as well.
        try cli(served, [command, "northwind"] + then).out
          .replacing(#/ by accountstatus[^\n]*|, revision \d+/#, with: "")
      }
      #expect(texts[0] == texts[1])
    }
    #expect(try cli(replayed, ["get", "fabrikam"]).status == 2)
  }

  @Test func `a clock that is past the recording stores nothing and says what to do`() async throws
  {
    let original = try await lived()
    let recording = try record(original)
    let late = try Served(now: "2027-06-01T00:00:00Z")
    let output = try replay(recording, into: late)
    #expect(output.status == 70)
    #expect(output.error.contains("--ephemeral --clock manual --now 2026-05-01T08:00:00Z"))
    #expect(try cli(late, ["list"]).out.isEmpty)
  }
}
