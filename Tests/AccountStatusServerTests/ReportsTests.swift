import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import TTRPC
import Testing

@Suite("Reports on their way into the ledger and back")
struct ReportsTests {
  private func malformed(_ place: Int) -> ReceivedFact {
    var received = ReceivedFact(registration())
    received.fact = .failure(FormError(field: "facts[\(place)].factId", "is empty"))
    return received
  }

  /// Three good facts, at 0, 2 and 3, and two malformed ones.
  private var mixed: [ReceivedFact] {
    [
      ReceivedFact(registration()), malformed(1), ReceivedFact(invoice()),
      ReceivedFact(payment(at: autumn)), malformed(4),
    ]
  }

  private var token: LedgerToken { LedgerToken(storeID: .random(), epoch: 1, position: 12) }

  /// What a real ledger says of a fact whose name is taken.
  private let refusal: RefusedFact

  init() throws {
    let server = try LocalServer()
    var other = registration()
    other.kind = .accountClosed
    let result = try server.answer("a refusal") {
      server.link.report([registration(), other], mode: .each, recorder: Recorder(), $0)
    }
    guard case .done(let results) = try result.get().0, case .refused(let refused) = results[1]
    else { throw TestFailure("it was stored") }
    refusal = refused
  }

  private func refused(_ index: Int, _ fact: Fact) -> RefusedFact {
    var copy = refusal
    copy.index = index
    copy.identity = fact.identity
    return copy
  }

  /// The refused field, as part of a path.
  private var field: String { refusal.refusal.field.isEmpty ? "" : ".\(refusal.refusal.field)" }

  @Test func `each: results stand where their facts stood`() throws {
    let report = Report(mixed, mode: .each)
    #expect(report.isWorthAsking)
    #expect(report.facts == [registration(), invoice(), payment(at: autumn)])
    let position = token
    let (results, answered) = try report.results(
      with: .success(
        (
          .done([
            .stored(sequence: 7), .refused(refused(1, invoice())),
            .duplicate(sequence: 3),
          ]), position
        )))
    #expect(answered == position)
    #expect(results.count == 5)
    #expect(results[0] == .stored(sequence: 7))
    #expect(results[3] == .duplicate(sequence: 3))
    let refusals = results.compactMap(\.refusal)
    #expect(refusals.map(\.index) == [1, 2, 4])
    #expect(
      refusals.map(\.field)
        == ["facts[1].factId", "facts[2]\(field)", "facts[4].factId"])
    #expect(refusals.map(\.code) == [.invalidArgument, .alreadyExists, .invalidArgument])
  }

  @Test func `all or nothing: one malformed fact and the ledger is not asked`() {
    let report = Report(mixed, mode: .allOrNothing)
    #expect(!report.isWorthAsking)
    #expect(report.malformed.map(\.index) == [1, 4])
  }

  @Test func `nothing good is not worth asking in either mode`() {
    #expect(!Report([malformed(0)], mode: .each).isWorthAsking)
    #expect(!Report([malformed(0)], mode: .allOrNothing).isWorthAsking)
    #expect(Report([malformed(0)], mode: .each).results().count == 1)
  }

  @Test func `all or nothing: the ledger's refusal fails the call with every refused fact`() {
    let report = Report([registration(), invoice()].map { ReceivedFact($0) }, mode: .allOrNothing)
    let error = #expect(throws: RPCError.self) {
      try report.results(
        with: .success(
          (
            .refused([
              refused(0, registration()), refused(1, invoice()),
            ]), token
          )))
    }
    #expect(error?.code == .alreadyExists)
    #expect(error?.message.hasPrefix("nothing was stored: facts[0]\(field): ") == true)
    #expect(error?.message.hasSuffix("\(refusal.refusal.message) (and 1 more)") == true)
    #expect(error?.fieldViolations.map(\.field) == ["facts[0]\(field)", "facts[1]\(field)"])
  }

  @Test func `refused approvals name the reasons outstanding, the first of a reply only`() throws {
    let server = try LocalServer(at: autumn)
    let ids = (1...150).map { Identifier(checked: "INV-\($0)") }
    try server.store([registration()] + ids.map { invoice($0, issued: "2026-01-02") })
    let approvals = (1...25).map { number in
      fact(
        Identifier(checked: "approval-\(number)"), at: autumn,
        .reinstatementDecided(
          ReinstatementDecision(
            decisionID: Identifier(checked: "D-\(number)"), outcome: .approved)))
    }
    for mode in [AccountStatusAPI.ReportMode.each, .allOrNothing] {
      let report = Report(approvals.map { ReceivedFact($0) }, mode: mode)
      let result = try server.answer("refusals") {
        server.link.report(
          approvals, mode: mode == .each ? .each : .allOrNothing, recorder: Recorder(), $0)
      }
      var refusals: [AccountStatusAPI.FactRefusal]
      do {
        refusals = try report.results(with: result).results.compactMap(\.refusal)
      } catch {
        refusals = error.factRefusals
        let subjects = error.errorInfo?.metadata.first?.value.split(separator: ",")
        #expect(subjects?.count == 100)
      }
      #expect(refusals.count == 25)
      #expect(refusals.count { !$0.outstanding.isEmpty } == 20)
      #expect(refusals.first?.outstanding.map(\.code) == [.billingPastDue])
      #expect(refusals.first?.outstanding.first?.subjects.count == 100)
    }
  }

  @Test func `a ledger that cannot store fails the call, to be sent again`() {
    let report = Report([ReceivedFact(registration())], mode: .each)
    let error = #expect(throws: RPCError.self) {
      try report.results(with: .failure(LedgerError(.diskFull, "the disk is full")))
    }
    #expect(error?.code == .unavailable)
    #expect(error?.message == "the disk is full")
    #expect(error?.retryDelay != nil)
  }

  @Test func `a refusal without a reason is the server's fault, not the client's`() {
    #expect(RPCError.refused([]).code == .internal)
  }
}

extension AccountStatusAPI.FactResult {
  fileprivate var refusal: AccountStatusAPI.FactRefusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}
