import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct AccountBookTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock("2026-10-01T12:00:00Z")
  private let open: OpenLedger

  init() throws {
    directory = try TemporaryDirectory()
    open = try OpenLedger(directory.file("ledger.sqlite"), clock: clock)
  }

  // Identity.

  @Test func `a repeat counts once and names the stored fact`() async throws {
    let sequence = try await open.store(registration())
    #expect(try await open.report([registration()]) == .done([.duplicate(sequence: sequence)]))
    #expect(try await open.page(account).facts.count == 1)
  }

  @Test func `a repeat with other content is refused`() async throws {
    try await open.store(registration())
    var other = registration()
    other.effectiveAt = delinquent
    let refusals = try await refused([other])
    #expect(refusals.map(\.refusal.code) == [.alreadyExists])
  }

  @Test func `a name is taken across accounts`() async throws {
    try await open.store(registration())
    var other = registration("contoso")
    other.identity = registration().identity
    #expect(try await refused([other]).map(\.refusal.code) == [.alreadyExists])
    #expect(try await open.facts("contoso") == nil)
    #expect(open.row("contoso") == nil)
  }

  @Test func `a name taken by another account is found whatever the fact would change`()
    async throws
  {
    // The one is refused for its meaning, the other would be accepted.
    try await open.report([registration(), registration("contoso"), invoice()])
    clock.set("2026-11-02T00:00:00Z")
    try await open.store(invoice("INV-2", "contoso"))
    for kind in [approval(at: clock.now).kind, .accountClosed] {
      var other = fact("issue-contoso-INV-2", at: clock.now, kind)
      #expect(try await refused([other]).map(\.refusal.code) == [.alreadyExists])
      other.identity.factID = "free"
      if case .accountClosed = kind { try await open.store(other) }
    }
    #expect(open.row("contoso")?.untilFlip?.state == .suspended)
    #expect(open.row(account)?.untilFlip?.state == .closed)
    #expect(try await open.page(account).facts.count == 3)
  }

  @Test func `a fact twice in one request is stored once`() async throws {
    let result = try await open.report([registration(), registration()], mode: .each)
    guard case .done(let results) = result, case .stored(let sequence) = results.first else {
      throw TestFailure("\(result)")
    }
    #expect(results == [.stored(sequence: sequence), .duplicate(sequence: sequence)])
    #expect(try await open.page(account).facts.count == 1)
  }

  @Test func `a repeat is not judged again`() async throws {
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: "2026-11-02T00:00:00Z")
    try await open.store(payment("PAY-1", at: "2026-11-01T00:00:00Z"))
    let decision = approval(at: "2026-11-01T12:00:00Z")
    let sequence = try await open.store(decision)
    // Now a reason holds at the decision's instant: judged anew, the decision would be refused.
    try await open.store(
      fact("reverse", at: "2026-11-01T06:00:00Z", .paymentReversed(paymentID: "PAY-1")))
    #expect(try await open.report([decision]) == .done([.duplicate(sequence: sequence)]))
  }

  // Modes.

  @Test func `all or nothing leaves nothing and names every refused fact`() async throws {
    try await open.store(registration())
    var badOne = registration()
    badOne.effectiveAt = delinquent
    var badTwo = badOne
    badTwo.effectiveAt = suspension
    let before = open.seen.rows
    let result = try await open.report([invoice(), badOne, payment("P", at: newYear), badTwo])
    guard case .refused(let refused) = result else { throw TestFailure("\(result)") }
    #expect(refused.map(\.index) == [1, 3])
    #expect(refused.allSatisfy { $0.identity == registration().identity })
    #expect(try await open.page(account).facts.map(\.fact) == [registration()])
    #expect(open.seen.rows == before)
    // The good ones may be sent again, and take the next sequence as if nothing had been.
    #expect(try await open.store(invoice()) == 3)
  }

  @Test func `all or nothing of an unknown account leaves it unknown`() async throws {
    let bad = approval(at: newYear)
    let result = try await open.report([registration(), invoice(issued: "2025-01-01"), bad])
    guard case .refused(let refused) = result else { throw TestFailure("\(result)") }
    #expect(refused.map(\.index) == [2])
    #expect(try await open.facts(account) == nil)
    open.stop()
    let database = try Database(directory.file("ledger.sqlite"))
    #expect(try database.rows("SELECT * FROM account") == [])
    #expect(try database.rows("SELECT * FROM change") == [])
  }

  @Test func `each keeps the good and refuses the bad`() async throws {
    var bad = registration()
    bad.effectiveAt = delinquent
    let result = try await open.report([registration(), bad, invoice()], mode: .each)
    guard case .done(let results) = result else { throw TestFailure("\(result)") }
    #expect(results.map(\.isStored) == [true, false, true])
    #expect(try await open.page(account).facts.map(\.fact) == [registration(), invoice()])
  }

  @Test func `a fact sees those before it in its request`() async throws {
    clock.set("2026-11-02T00:00:00Z")
    let facts = [
      registration(), invoice(), payment("PAY-1", at: "2026-11-01T00:00:00Z"),
      approval(at: "2026-11-01T12:00:00Z"),
    ]
    guard case .done = try await open.report(facts) else { throw TestFailure("refused") }
    #expect(open.row(account)?.untilFlip?.state == .active)
    let early = fact(
      "decide-early", at: "2026-10-31T00:00:00Z",
      .reinstatementDecided(ReinstatementDecision(decisionID: "D", outcome: .approved)))
    let refusals = try await refused([early])
    #expect(refusals.map(\.refusal.code) == [.failedPrecondition])
    #expect(refusals[0].refusal.outstanding.map(\.code) == [.billingPastDue])
  }

  // Time.

  @Test func `recorded_at is one per request and never decreases, sequence orders`() async throws {
    try await open.report([registration(), invoice()])
    clock.set("2026-09-01T00:00:00Z")
    try await open.store(payment("PAY-1", at: "2026-08-01T00:00:00Z"))
    clock.set("2026-10-01T12:00:00.000000001Z")
    try await open.store(payment("PAY-2", at: "2026-08-01T00:00:00Z"))
    let facts = try await open.page(account).facts
    #expect(
      facts.map(\.recordedAt) == [
        "2026-10-01T12:00:00Z", "2026-10-01T12:00:00Z", "2026-10-01T12:00:00Z",
        "2026-10-01T12:00:00.000000001Z",
      ])
    #expect(facts.map(\.sequence) == facts.map(\.sequence).sorted())
  }

  @Test func `recorded_at does not decrease across a restart`() async throws {
    try await open.store(registration())
    open.stop()
    let again = try OpenLedger(
      directory.file("ledger.sqlite"), clock: ManualClock("2026-01-02T00:00:00Z"))
    try await again.store(invoice())
    #expect(
      try await again.page(account).facts.map(\.recordedAt)
        == ["2026-10-01T12:00:00Z", "2026-10-01T12:00:00Z"])
  }

  @Test func `the row has both answers and their instants`() async throws {
    clock.set("2026-07-02T00:00:00Z")
    try await open.report([registration(), invoice()])
    let row = try #require(open.row(account))
    #expect(row.revision == 1)
    #expect(row.validFrom == "2026-07-02T00:00:00Z")
    #expect(row.flipAt == delinquent)
    #expect(row.validUntil == suspension)
    #expect(row.untilFlip?.state == .active)
    #expect(row.untilFlip?.notices == [])
    #expect(row.untilFlip?.nextState == .suspended)
    #expect(row.untilFlip?.nextTransitionAt == suspension)
    #expect(row.fromFlip?.notices == [.paymentDelinquent])
    #expect(row.fromFlip?.state == .active)
  }

  @Test func `transitions due are written before a fact is applied, and each once`() async throws {
    clock.set("2026-07-02T00:00:00Z")
    try await open.report([registration(), invoice()])
    clock.set("2026-10-31T00:00:00Z")
    try await open.store(
      fact("dispute", at: "2026-10-31T00:00:00Z", .disputeOpened(invoiceID: "INV-1")))
    let changes = open.seen.groups.flatMap(\.changes)
    #expect(changes.map(\.revision) == [1, 2, 3, 4])
    #expect(
      changes.map(\.asOf) == [
        "2026-07-02T00:00:00Z", delinquent, suspension, "2026-10-31T00:00:00Z",
      ])
    #expect(
      changes.map { $0.answer?.notices } == [[], [.paymentDelinquent], [], [.disputed]])
    #expect(changes.map { $0.answer?.state } == [.active, .active, .suspended, .suspended])
    try await open.catchUp(to: "2026-10-31T00:00:00Z")
    #expect(open.seen.groups.flatMap(\.changes).count == 4)
  }

  @Test func `an account registered in the future flips into being`() async throws {
    try await open.store(registration(at: "2026-12-01T00:00:00Z"))
    let row = try #require(open.row(account))
    #expect(row.untilFlip == nil)
    #expect(row.revision == 0)
    #expect(row.flipAt == "2026-12-01T00:00:00Z")
    #expect(row.fromFlip?.state == .active)
    try await open.catchUp(to: "2026-12-01T00:00:00Z")
    #expect(open.row(account)?.revision == 1)
    #expect(open.row(account)?.untilFlip?.state == .active)
  }

  @Test func `a registration taken back takes the answer away and keeps the count`() async throws {
    try await open.store(registration())
    try await open.store(fact("retract", at: newYear, .factRetracted(registration().identity)))
    #expect(open.row(account)?.untilFlip == nil)
    #expect(open.row(account)?.revision == 2)
    #expect(open.seen.groups.last?.changes.first?.answer == .some(nil))
  }

  @Test func `a fact that changes nothing now leaves the revision`() async throws {
    try await open.report([registration(), invoice()])
    let before = try #require(open.row(account))
    try await open.store(invoice("INV-9", euros: 0))
    #expect(open.row(account)?.revision == before.revision)
    #expect(open.seen.groups.last?.changes == [])
  }

  // The past.

  /// The days of March on which a profile was rejected, mended and approved.
  private let lateEpisode = [
    fact(
      "reject", at: "2026-03-01T00:00:00Z",
      .profileVerificationChanged(ProfileVerification(overall: .rejected))),
    fact(
      "authorize", at: "2026-03-04T00:00:00Z",
      .profileVerificationChanged(ProfileVerification(overall: .authorized))),
    approval("DEC-1", at: "2026-03-05T00:00:00Z"),
  ]

  @Test func `a late fact that changes only the past is a change that counts no revision`()
    async throws
  {
    try await open.report([registration(), finding(.confirmed, at: "2026-06-01T00:00:00Z")])
    try await open.report([
      finding(.dismissed, at: "2026-06-02T00:00:00Z"),
      approval("DEC-2", at: "2026-06-03T00:00:00Z"),
    ])
    let before = try #require(open.row(account))

    try await open.report(lateEpisode)

    let after = try #require(open.row(account))
    #expect(after.untilFlip == before.untilFlip)
    #expect(after.revision == before.revision)
    let changes = try #require(open.seen.groups.last).changes
    #expect(changes.map(\.isPastChanged) == [true])
    #expect(changes.map(\.revision) == [before.revision])
    #expect(changes.map(\.asOf) == [clock.now])
    #expect(changes.map(\.answer) == [before.untilFlip])
  }

  @Test func `a late fact that changes the past and the present is one change`() async throws {
    try await open.store(registration())
    clock.set("2026-10-02T12:00:00Z")
    let before = try #require(open.row(account))
    try await open.store(finding(.confirmed, at: "2026-10-02T11:59:59.999999999Z"))
    let changes = try #require(open.seen.groups.last).changes
    #expect(changes.map(\.isPastChanged) == [true])
    #expect(changes.map(\.revision) == [before.revision + 1])
    #expect(changes.map { $0.answer?.state } == [.suspended])
  }

  @Test func `what is true from the moment it is learned changes no past`() async throws {
    try await open.store(registration())
    try await open.store(finding(.confirmed, at: clock.now))
    #expect(open.seen.groups.last?.changes.map(\.isPastChanged) == [false])
    // Neither does what states and reasons do not show, however late.
    try await open.store(
      fact("seen", at: newYear, .externalStatusObserved(state: .active, note: "")))
    #expect(open.seen.groups.last?.changes.map(\.isPastChanged) == [false])
  }

  @Test func `the past of an account that flipped unread is known`() async throws {
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: "2026-11-02T00:00:00Z")
    try await open.store(invoice("INV-2", issued: "2026-06-01"))
    // It was suspended before, but not for as long.
    #expect(open.seen.groups.last?.changes.map(\.isPastChanged) == [true])
    // Late as well, and no reason yet.
    try await open.store(invoice("INV-3", issued: "2026-08-01"))
    #expect(open.seen.groups.last?.changes.map(\.isPastChanged) == [false])
  }

  @Test func `a retraction changes the past from its fact on`() async throws {
    try await open.store(registration())
    let wrong = finding(.confirmed, at: "2026-09-01T00:00:00Z")
    try await open.store(wrong)
    try await open.store(fact("retract", at: clock.now, .factRetracted(wrong.identity)))
    #expect(open.seen.groups.last?.changes.map(\.isPastChanged) == [true])
    #expect(open.row(account)?.untilFlip?.state == .active)
  }

  @Test func `the flag of a change is stored with it`() async throws {
    try await open.store(registration())
    try await open.store(finding(.confirmed, at: clock.now))
    open.stop()
    let rows = try Database(directory.file("ledger.sqlite")).rows(
      "SELECT revision, past_changed FROM change ORDER BY position")
    #expect(rows == [["1", "1"], ["2", "0"]])
  }

  private func finding(_ state: AbuseState, at instant: Instant) -> Fact {
    fact(
      Identifier(checked: "finding-\(state)"), at: instant,
      .abuseFindingChanged(findingID: "AF-1", severity: .significant, state: state))
  }

  // Revisions.

  @Test func `a change that only the full answer shows counts`() async throws {
    clock.set("2026-11-02T00:00:00Z")
    try await open.report([registration(), invoice()])
    let before = try #require(open.row(account))
    try await open.store(invoice("INV-2", issued: "2026-06-01"))
    let after = try #require(open.row(account))
    #expect(after.revision == before.revision + 1)
    #expect(after.untilFlip?.reasons == before.untilFlip?.reasons)
  }

  @Test func `a clock set back is answered as of then, by a higher revision`() async throws {
    clock.set("2026-07-02T00:00:00Z")
    try await open.report([registration(), invoice()])
    try await open.catchUp(to: suspension)
    #expect(open.row(account)?.untilFlip?.state == .suspended)
    let revision = try #require(open.row(account)).revision
    try await open.catchUp(to: "2026-10-29T23:59:59Z")
    let row = try #require(open.row(account))
    #expect(row.untilFlip?.state == .active)
    #expect(row.revision == revision + 1)
    #expect(row.flipAt == suspension)
    try await open.catchUp(to: suspension)
    #expect(open.row(account)?.untilFlip?.state == .suspended)
    #expect(open.row(account)?.revision == revision + 2)
  }

  // What is stored.

  @Test func `facts come back with their recorder, page by page`() async throws {
    var recorder = Recorder()
    recorder.uid = 1000
    recorder.command = "billing-agent"
    recorder.processStartedAt = newYear
    try await open.report([registration(), invoice()], recorder: recorder)
    try await open.report([payment("PAY-1", at: newYear)])
    let first = try await open.page(account, limit: 2)
    #expect(first.hasMore)
    #expect(first.facts.map(\.fact) == [registration(), invoice()])
    #expect(first.facts.allSatisfy { $0.recordedBy == recorder })
    let rest = try await open.page(account, after: first.facts[1].sequence, limit: 2)
    #expect(!rest.hasMore)
    #expect(rest.facts.map(\.fact) == [payment("PAY-1", at: newYear)])
    #expect(rest.facts.map(\.recordedBy) == [Recorder()])
    #expect(try await open.page("contoso").facts == [])
  }

  @Test func `a snapshot's facts decide what the row says`() async throws {
    try await open.report([registration(), invoice()])
    let snapshot = try #require(try await open.facts(account))
    let standing = try #require(
      evaluate(snapshot.facts, edition: try EditionCatalogue().default, asOf: clock.now))
    #expect(BasicAnswer(standing) == snapshot.row.untilFlip)
    #expect(snapshot.row == open.row(account))
  }

  private func refused(_ facts: [Fact]) async throws -> [RefusedFact] {
    let result = try await open.report(facts)
    guard case .refused(let refused) = result else { throw TestFailure("\(result)") }
    return refused
  }
}

extension FactResult {
  var isStored: Bool {
    if case .stored = self { true } else { false }
  }
}
